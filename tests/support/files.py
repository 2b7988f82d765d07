"""The smallest files of each sort that may be attached."""

import io
import zipfile

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(20)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\ntrailer\n%%EOF\n"


def _package(**parts: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return held.getvalue()


ODT = _package(**{"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<text/>"})
DOCX = _package(**{"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"})
