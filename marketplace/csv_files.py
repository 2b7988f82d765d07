"""Reading a CSV file that somebody sends: from a spreadsheet or a bank, in whatever encoding and with whatever divides
its columns."""

import csv
import io

from marketplace.errors import Invalid


def csv_rows(content: bytes) -> list[list[str]]:
    """The file's lines, its headings first. Raises Invalid, with what to do, for a file that cannot be read at all."""
    if not content.strip():
        raise Invalid("Filen är tom. Välj den en gång till.", field="file")
    text = _text(content)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))
    except csv.Error:
        raise Invalid(
            "Filen går inte att läsa som CSV: ett citattecken saknas eller står fel. Öppna den i ett kalkylprogram "
            "och spara den som CSV igen.",
            field="file",
        ) from None


def _text(content: bytes) -> str:
    """UTF-8, or what a spreadsheet on Windows writes when nobody asks it for UTF-8."""
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if is_wide else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid("Filen är ingen textfil. Spara den som CSV (UTF-8) och välj den igen.", field="file")


def _delimiter(text: str) -> str:
    head = text.lstrip().split("\n", 1)[0]
    return max(";\t,", key=head.count)
