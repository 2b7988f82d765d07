"""What a page says, and where a form leads."""

import io
import re
from typing import Any

from lxml import html
from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.support.clients import Client


def text_of(response: TestResponse) -> str:
    """The words of a page's main part, on one line with plain spaces."""
    main = html.fromstring(response.get_data(as_text=True)).find(".//main")
    return " ".join(main.text_content().replace("\u00a0", " ").split())


def paper_text_of(response: TestResponse) -> str:
    """The words of a PDF on one line; it is tagged and in Swedish, as PDF/UA asks."""
    assert response.mimetype == "application/pdf"
    reader = PdfReader(io.BytesIO(response.data))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("sv")
    assert "/StructTreeRoot" in root
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def posted(client: Client, path: str, **data: str) -> str:
    """The words of the page that a lawful form leads to."""
    answer = client.post(path, data=data)
    assert answer.status_code == 302, text_of(answer)
    return text_of(client.get(answer.location))


def made_number(response: TestResponse) -> int:
    """The number of what a lawful form made: the last in the address that it leads to."""
    assert response.status_code == 302, text_of(response)
    return int(re.findall(r"\d+", response.location)[-1])
