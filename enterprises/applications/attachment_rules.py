"""Files that come with an application: which are taken, how large, how many."""

from dataclasses import dataclass
from enum import StrEnum

from marketplace.errors import Conflict, Invalid
from marketplace.swedish import counted

_MEBIBYTE = 1024 * 1024
LARGEST = 10 * _MEBIBYTE
"""Bytes a file."""
MOST_PIXELS = 80_000_000
"""Of a picture: a page of A3 read at 600 dots an inch. Whoever opens one needs four bytes for each."""
MOST = 20
"""Files an application."""
LONGEST_NAME = 120


class AttachmentKind(StrEnum):
    ANSWER = "answer"
    """The applicant's, to a requirement."""
    EXCLUSION = "exclusion"
    """The authority's, for a ground to exclude."""


class FileType(StrEnum):
    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    ODT = "odt"
    DOCX = "docx"


MEDIA_TYPE = {
    FileType.PDF: "application/pdf",
    FileType.PNG: "image/png",
    FileType.JPEG: "image/jpeg",
    FileType.ODT: "application/vnd.oasis.opendocument.text",
    FileType.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
FILE_TYPE_SV = {
    FileType.PDF: "PDF",
    FileType.PNG: "bild (PNG)",
    FileType.JPEG: "bild (JPEG)",
    FileType.ODT: "text (ODT)",
    FileType.DOCX: "text (DOCX)",
}

TYPE_OF_SUFFIX = {**{kind.value: kind for kind in FileType}, "jpg": FileType.JPEG}
ALLOWED_SV = "PDF, PNG, JPEG, ODT eller DOCX"
LIMITS_SV = f"{ALLOWED_SV}. Högst {LARGEST // _MEBIBYTE} MB per fil och {MOST} filer i hela ansökan."
_SPELLED_OUT = f"Spara den som {ALLOWED_SV} och bifoga den igen."


@dataclass(frozen=True)
class AttachedFile:
    """A file as a page tells of it."""

    id: int
    name: str
    file_type: FileType
    size: int
    is_handed_in: bool

    @property
    def facts_sv(self) -> str:
        return f"{FILE_TYPE_SV[self.file_type]}, {size_sv(self.size)}"


def clean_name(name: str) -> str:
    """The name without folders and signs that no file name needs, not too long, its ending kept."""
    bare = name.replace("\\", "/").rsplit("/", 1)[-1]
    bare = " ".join("".join(sign if sign.isprintable() else " " for sign in bare).split()).strip(". ")
    stem, dot, suffix = bare.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(suffix) - 1]}.{suffix}" if dot and stem else bare[:LONGEST_NAME]


def claimed_type(name: str) -> FileType:
    """What the name says that the file is. Raises Invalid for what is not taken."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    if suffix not in TYPE_OF_SUFFIX:
        raise Invalid(f"{name}: den sortens fil kan inte bifogas. {_SPELLED_OUT}")
    return TYPE_OF_SUFFIX[suffix]


def check_size(name: str, size: int) -> None:
    """Raises Invalid for an empty or too large file."""
    if size == 0:
        raise Invalid(f"{name}: filen är tom. Öppna den, kontrollera innehållet och bifoga den igen.")
    if size > LARGEST:
        raise Invalid(
            f"{name} är {size_sv(size)}. Högst {size_sv(LARGEST)} går att bifoga: minska bilderna, eller dela filen."
        )


def check_truthful(name: str, claimed: FileType, found: FileType | None) -> None:
    """Raises Invalid for a file that is something else than its name says."""
    if found is not claimed:
        is_word = f"är {FILE_TYPE_SV[found]}" if found else "är något annat"
        raise Invalid(
            f"{name}: namnet säger {FILE_TYPE_SV[claimed]}, men innehållet {is_word}. "
            f"Öppna filen i programmet som gjorde den. {_SPELLED_OUT}"
        )


def check_pixels(name: str, pixels: int) -> None:
    """Raises Invalid for a picture that is small as a file and too large to open."""
    if pixels > MOST_PIXELS:
        raise Invalid(
            f"{name}: bilden har fler än {MOST_PIXELS // 1_000_000} miljoner bildpunkter. "
            "Spara den mindre och bifoga den igen."
        )


def check_room(attached: int) -> None:
    """Raises Conflict when the application has all the files that it can have."""
    if attached >= MOST:
        raise Conflict(
            f"Ansökan har redan {counted(MOST, 'fil', 'filer')}. Ta bort en, eller slå ihop några till en."
        )


def size_sv(size: int) -> str:
    """1 536 000 bytes → "1,5 MB"."""
    if size < _MEBIBYTE:
        return f"{max(1, round(size / 1024))} kB"
    return f"{size / _MEBIBYTE:.1f} MB".replace(".", ",").replace(",0 ", " ")
