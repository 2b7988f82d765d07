"""Pictures to send: a photograph that says where and when it was taken, and other kinds."""

import io

from PIL import Image

WHERE = "59 graders nord"
_DESCRIPTION, _GPS, _ORIENTATION = 0x010E, 0x8825, 0x0112


def photograph(
    width: int = 640, height: int = 480, kind: str = "JPEG", *, is_on_its_side: bool = False
) -> bytes:
    """Half red, half blue, with what a telephone writes in it."""
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    picture.paste((30, 30, 200), (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[_DESCRIPTION] = WHERE
    exif.get_ifd(_GPS)[1] = "N"
    if is_on_its_side:
        exif[_ORIENTATION] = 6
    file = io.BytesIO()
    picture.save(file, kind, exif=exif)
    return file.getvalue()


def see_through(width: int = 300, height: int = 300) -> bytes:
    """A PNG of nothing at all."""
    file = io.BytesIO()
    Image.new("RGBA", (width, height), (0, 0, 0, 0)).save(file, "PNG")
    return file.getvalue()
