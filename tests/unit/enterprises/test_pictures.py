"""A picture is made anew: what was hidden in it is gone, and what is no picture is refused in words."""

import io

import pytest
from PIL import Image

from enterprises.places.picture_rules import LARGE_SIDE, LARGEST_FILE, SMALL_SIDE, check_alt, check_room
from enterprises.places.pictures import made_anew
from marketplace.errors import Conflict, Invalid
from tests.support.pictures import WHERE, photograph, see_through


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_any_kind_becomes_a_bare_jpeg(kind: str) -> None:
    sent = photograph(kind=kind)
    assert WHERE.encode() in sent
    made = made_anew(sent)
    for content in (made.large, made.small):
        assert WHERE.encode() not in content
        kept = opened(content)
        assert kept.format == "JPEG"
        assert not kept.getexif()
        assert not {"icc_profile", "comment", "exif", "xmp"} & set(kept.info)


def test_a_large_picture_is_scaled_and_a_small_one_is_not_blown_up() -> None:
    made = made_anew(photograph(4000, 3000))
    assert (made.width, made.height) == (LARGE_SIDE, LARGE_SIDE * 3 // 4)
    assert max(opened(made.small).size) == SMALL_SIDE
    made = made_anew(photograph(300, 240))
    assert (made.width, made.height) == (300, 240)
    assert opened(made.small).size == (300, 240)


def test_a_photograph_on_its_side_is_turned() -> None:
    made = made_anew(photograph(640, 480, is_on_its_side=True))
    assert (made.width, made.height) == (480, 640)


def test_what_can_be_seen_through_is_white() -> None:
    assert opened(made_anew(see_through()).large).getpixel((10, 10)) == (255, 255, 255)


def bomb() -> bytes:
    file = io.BytesIO()
    Image.new("1", (9000, 9000)).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "tom"),
        (b"GIF89a\x01\x00\x01\x00", "ingen bild"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "ingen bild"),
        (b"%PDF-1.7", "ingen bild"),
        (photograph()[:400], "ingen bild"),
        (photograph(kind="PNG")[:200], "ingen bild"),
        (photograph(100, 900), "för liten"),
        (bytes(LARGEST_FILE + 1), "Högst 12 MB"),
        (bomb(), "för många bildpunkter"),
    ],
)
def test_what_will_not_do_is_refused_with_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        made_anew(content)
    assert refused.value.field == "file"


def test_a_picture_says_what_it_shows() -> None:
    assert check_alt("  En   svarv ") == "En svarv"
    for words in ("", "  ", "x" * 301):
        with pytest.raises(Invalid):
            check_alt(words)


def test_three_pictures_are_enough() -> None:
    check_room(2)
    with pytest.raises(Conflict, match="redan 3"):
        check_room(3)
