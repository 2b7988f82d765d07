"""A picture made anew out of what was sent: only what can be seen is kept.

A name and a browser's word for what a file is are not asked. Decoding and encoding again leaves behind where and when
a photograph was taken, and anything that hides in a file.
"""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from enterprises.places.picture_rules import (
    LARGE_SIDE,
    LARGEST_KEPT,
    MOST_PIXELS,
    MOST_PIXELS_JPEG,
    SMALL_SIDE,
    Made,
    check_file_size,
    check_sides,
    not_a_picture,
)

_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITIES = (82, 70, 55)
_WHITE = (255, 255, 255)


def made_anew(content: bytes) -> Made:
    """Raises Invalid, with what to do, for what is no picture, too large or too small."""
    check_file_size(len(content))
    picture = _decoded(content)
    large, small = _scaled(picture, LARGE_SIDE), _scaled(picture, SMALL_SIDE)
    return Made(_encoded(large), _encoded(small), *large.size)


def _decoded(content: bytes) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as sent:
                # Before any pixel is decoded. A JPEG is decoded at the scale that is needed, others whole.
                check_sides(*sent.size, MOST_PIXELS_JPEG if sent.format == "JPEG" else MOST_PIXELS)
                sent.draft("RGB", (LARGE_SIDE, LARGE_SIDE))
                sent.load()
                turned = ImageOps.exif_transpose(sent)
                return _on_white(turned)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,  # Pillow says so of a broken PNG
        MemoryError,
        OverflowError,
    ):
        raise not_a_picture() from None


def _on_white(picture: Image.Image) -> Image.Image:
    """JPEG has no transparency."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    drawn = picture.convert("RGBA")
    ground = Image.new("RGB", drawn.size, _WHITE)
    ground.paste(drawn, mask=drawn.getchannel("A"))
    return ground


def _scaled(picture: Image.Image, side: int) -> Image.Image:
    """No longer side than `side`, and never larger than it was."""
    scaled = picture.copy()
    scaled.thumbnail((side, side), Image.Resampling.LANCZOS)
    return scaled


def _encoded(picture: Image.Image) -> bytes:
    """A new image, so that no tag, profile or comment of the old one comes with it."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    for quality in _QUALITIES:
        file = io.BytesIO()
        bare.save(file, "JPEG", quality=quality, optimize=True, progressive=True)
        if file.tell() <= LARGEST_KEPT:
            break
    return file.getvalue()
