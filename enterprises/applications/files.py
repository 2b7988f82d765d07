"""What a file is, by what is in it: a name and a browser's word for it can be wrong, or lies."""

import io
import warnings
import zipfile
from dataclasses import dataclass

import puremagic
from PIL import Image

from enterprises.applications.attachment_rules import (
    MEDIA_TYPE,
    MOST_PIXELS,
    TYPE_OF_SUFFIX,
    FileType,
    check_pixels,
    check_size,
    check_truthful,
    claimed_type,
    clean_name,
)

_ODT_NAME = MEDIA_TYPE[FileType.ODT].encode()
_DOCX_PARTS = {"[Content_Types].xml", "word/document.xml"}
_MACROS = "word/vbaProject.bin"


@dataclass(frozen=True)
class Upload:
    """A file that has been looked into and can be kept."""

    name: str
    file_type: FileType
    content: bytes


def read_upload(name: str, content: bytes) -> Upload:
    """Raises Invalid, with what to do, for a file of another sort, empty, too large, or not what its name says."""
    name = clean_name(name)
    claimed = claimed_type(name)
    check_size(name, len(content))
    check_truthful(name, claimed, sniffed(content))
    if claimed in {FileType.PNG, FileType.JPEG}:
        pixels = _pixels(content)
        check_truthful(name, claimed, claimed if pixels else None)
        check_pixels(name, pixels)
    return Upload(name, claimed, content)


def sniffed(content: bytes) -> FileType | None:
    """What the content is, of what may be attached; None for anything else."""
    try:
        suffixes = {match.extension.removeprefix(".") for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return None
    for suffix in ("pdf", "png", "jpg"):
        if suffix in suffixes:
            return TYPE_OF_SUFFIX[suffix]
    return _in_package(content)


def _pixels(content: bytes) -> int:
    """As the head of a picture says: nothing more of it is read. 0 where that cannot be."""
    try:
        with (
            warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning),
            Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture,
        ):
            return picture.width * picture.height
    except Image.DecompressionBombError:
        return MOST_PIXELS + 1
    except (OSError, ValueError, SyntaxError, OverflowError):  # Pillow says so of a broken one
        return 0


def _in_package(content: bytes) -> FileType | None:
    """Texts are ZIP packages and begin alike: what is in the package tells which."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = set(package.namelist())
            if names >= _DOCX_PARTS and _MACROS not in names:
                return FileType.DOCX
            if "mimetype" in names and package.getinfo("mimetype").file_size == len(_ODT_NAME):
                return FileType.ODT if package.read("mimetype") == _ODT_NAME else None
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        return None
    return None
