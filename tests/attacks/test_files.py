"""Files that are sent in with something else in them, and files that are fetched: nothing in them is run."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any

import openpyxl
import pytest
from flask import Flask

from app import ROOT
from invoicing.invoices.xml_checks import parsed, problems_in_xml
from marketplace.web import downloads
from tests.attacks.nasty import assert_tells_nothing
from tests.isolation.conftest import ClientFor, Rollback
from tests.support.page_forms import Met, PageForm
from tests.support.routes import EVERY_ROUTE, Route, address, admitted, people
from tests.world import World

EXPORTS = [route for route in EVERY_ROUTE if "file_format" in route.names]
DRAWN = "marketplace/web/charts.py"
"""Reads the image that it has just drawn."""
FORMULA = "=HYPERLINK(1)"


def packed(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return held.getvalue()


def png(width: int, height: int) -> bytes:
    """A picture that says that it is this large, in few bytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        crc = zlib.crc32(kind + content).to_bytes(4)
        return len(content).to_bytes(4) + kind + content + crc

    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\0\0\0"
    pixels = zlib.compress(bytes(1 << 20))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


SCRIPT = b"<script>alert(1)</script>"
MACROS = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>", "word/vbaProject.bin": b"MZ"}
ENTITIES = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'

BAD_FILES: Sequence[tuple[str, bytes]] = (
    ("tom.pdf", b""),
    ("sida.html", b"<!doctype html>" + SCRIPT),
    ("sida.pdf", b"<!doctype html>" + SCRIPT),
    ("bild.svg", b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"),
    ("bild.png", b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>"),
    ("bild.png.exe", b"MZ" + bytes(64)),
    ("program.jpg", b"MZ" + bytes(64)),
    ("../../etc/cron.d/x", b"* * * * * root id\n"),
    ("intyg.pdf\u2028.html", SCRIPT),
    ("gif.jpg", b"GIF89a" + SCRIPT),
    ("bomb.png", png(60_000, 60_000)),
    ("bomb.docx", packed(**{"x.xml": bytes(20 << 20)})),
    ("bomb.csv", packed(**{"xl/worksheets/sheet1.xml": bytes(20 << 20)})),
    ("makron.docx", packed(**MACROS)),
    ("../../utanfor.odt", packed(**{"../../etc/passwd": b"root"})),
    ("entiteter.xml", ENTITIES),
    ("entiteter.docx", packed(**{"word/document.xml": ENTITIES})),
    ("citat.csv", b'"' + b"a;" * 50_000),
    ("nolla.csv", b"\0" * 1000),
    ("bred.csv", b"\xff\xfe" + "Nummer;Plats\n".encode("utf-16-le") + b"\xd8"),
)


def taking_files(met: Met) -> list[PageForm]:
    forms = [form for form in met.forms if any(control.kind == "file" for control in form.controls)]
    assert forms
    return forms


def with_file(form: PageForm, name: str, content: bytes) -> dict[str, Any]:
    boxes = [control.name for control in form.controls if control.kind == "file"]
    return {**form.filled, **{box: (io.BytesIO(content), name) for box in boxes}}


def test_a_file_that_is_something_else_is_refused_by_every_form(
    met: Met, fresh_client: ClientFor, undone: Rollback
) -> None:
    for form in taking_files(met):
        for name, content in BAD_FILES:
            with undone():
                answer = fresh_client(form.who).post(form.path, data=with_file(form, name, content))
            assert_tells_nothing(answer)
            assert answer.status_code in {413, 422}, (form, name)


VIRUS = b"this is one"


class Clamd(StreamRequestHandler):
    """Speaks ClamAV's INSTREAM: chunks, each after its length, until an empty one."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self.rfile.read(4)):
            content += self.rfile.read(size)
        self.wfile.write(b"stream: Test-Signature FOUND\0" if VIRUS in content else b"stream: OK\0")


def test_a_file_with_a_virus_is_refused_by_every_form(
    met: Met, app: Flask, fresh_client: ClientFor, undone: Rollback, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(form: PageForm, content: bytes) -> str:
        with undone():
            return fresh_client(form.who).post(form.path, data=with_file(form, "fil.pdf", content)).text

    forms = taking_files(met)
    with ThreadingTCPServer(("127.0.0.1", 0), Clamd) as clamd:
        Thread(target=clamd.serve_forever, daemon=True).start()
        monkeypatch.setitem(app.config, "CLAMD_ADDRESS", f"127.0.0.1:{clamd.server_address[1]}")
        for form in forms:
            assert "Filen har ett virus" in said(form, bytes(100_000) + VIRUS), form
            assert "virus" not in said(form, b"%PDF-1.7"), form
        clamd.shutdown()
    for form in forms:
        assert "kan inte sökas igenom efter virus" in said(form, b"%PDF-1.7"), form


# Lists as files


@pytest.mark.parametrize("route", EXPORTS, ids=str)
def test_no_list_as_a_file_holds_a_formula(
    route: Route,
    world: World,
    fresh_client: ClientFor,
    undone: Rollback,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every one goes by downloads.py, which makes texts of whatever somebody has called something."""
    for kind, make in (("_csv", downloads._csv), ("_xlsx", downloads._xlsx)):

        def written(header: downloads.Row, rows: Iterable[downloads.Row], make: Any = make) -> Any:
            named = [[FORMULA if isinstance(cell, str) else cell for cell in row] for row in rows]
            return make(header, [*named, [FORMULA] * len(header)])

        monkeypatch.setattr(downloads, kind, written)
    who = None if route.guard.is_public else people(admitted(route)[0])[0]
    for file_format in ("csv", "xlsx"):
        with undone():
            answer = fresh_client(who).get(address(route, {**world.own, "file_format": file_format}))
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        texts = list(cells(file_format, answer.data))
        assert FORMULA not in texts
        assert {f"'{FORMULA}", f"text {FORMULA}"} & set(texts)


def cells(file_format: str, content: bytes) -> Iterator[str]:
    """What is run stands bare; what is text is told to be."""
    if file_format == "csv":
        for line in csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"):
            yield from line
        return
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    for row in sheet.iter_rows():
        for cell in row:
            yield f"text {cell.value}" if cell.data_type == "s" else str(cell.value)


# XML


def test_an_entity_in_xml_is_not_followed() -> None:
    told = problems_in_xml('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')
    assert told
    assert "root:" not in "".join(told)
    with pytest.raises(ValueError, match="DOCTYPE"):
        parsed('<!DOCTYPE a [<!ENTITY b "lol"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>')


def test_xml_is_read_in_one_place() -> None:
    rooms = ("marketplace", "enterprises", "placements", "invoicing", "indicators")
    files = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    reads = re.compile(r"\bfromstring\(|XMLParser|minidom|iterparse")
    found = {str(path.relative_to(ROOT)) for path in files if reads.search(path.read_text(encoding="utf-8"))}
    assert found == {"invoicing/invoices/xml_checks.py", DRAWN}


# Addresses of files


OUTSIDE = ("../app.py", "..%2fapp.py", "%2e%2e/config.py", "....//app.py", "/etc/passwd", "..\\app.py")


@pytest.mark.parametrize("name", OUTSIDE)
def test_no_address_leads_out_of_the_folder(name: str, fresh_client: ClientFor) -> None:
    for route in EVERY_ROUTE:
        if "filename" in route.names:
            assert fresh_client(None).get(address(route, {"filename": name})).status_code in {301, 308, 404}
