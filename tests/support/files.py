"""The smallest files of each sort that may be attached."""

import io
import zipfile

from PIL import Image


def _picture(kind: str) -> bytes:
    held = io.BytesIO()
    Image.new("1", (1, 1)).save(held, kind)
    return held.getvalue()


PNG, JPEG = _picture("PNG"), _picture("JPEG")
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ntrailer\n%%EOF\n"


def _package(**parts: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return held.getvalue()


ODT = _package(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<text/>"})
DOCX = _package(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})
