"""Pictures of a place: how many, how large, and what is said of one that will not do."""

from dataclasses import dataclass

from marketplace.errors import Conflict, Invalid

MOST = 3
"""Pictures a place."""
MEBIBYTE = 1024 * 1024
LARGEST_FILE = 12 * MEBIBYTE
"""Bytes of what is sent: a photograph straight from a telephone."""
MOST_PIXELS, MOST_PIXELS_JPEG = 24_000_000, 80_000_000
"""A picture is four bytes a pixel while it is made anew; a JPEG can be read at a smaller scale."""
SMALLEST_SIDE = 200
"""Pixels: a smaller one shows nothing."""
LONGEST_ALT = 300
LARGE_SIDE, SMALL_SIDE = 1600, 480
"""Pixels of the longest side of what is kept: on the place's page, and on a card."""
LARGEST_KEPT = 3 * MEBIBYTE

ALLOWED_SV = "JPEG, PNG eller WebP"
LIMITS_SV = f"{ALLOWED_SV}, högst {LARGEST_FILE // MEBIBYTE} MB. Högst {MOST} bilder av en plats."

MEDIA_TYPE = "image/jpeg"
"""Whatever was sent, JPEG is kept: everything that shows or prints a picture reads it."""


@dataclass(frozen=True)
class Made:
    """A picture made anew out of what was sent."""

    large: bytes
    small: bytes
    width: int
    height: int
    """Of the large one."""


def check_alt(alt_sv: str, field: str = "alt_sv") -> str:
    """The words, trimmed. Raises Invalid where there are none, or too many."""
    words = " ".join(alt_sv.split())
    if not words:
        raise Invalid("Beskriv vad bilden visar, för den som inte ser den.", field=field)
    if len(words) > LONGEST_ALT:
        raise Invalid(f"Beskriv bilden med högst {LONGEST_ALT} tecken.", field=field)
    return words


def check_room(pictures: int) -> None:
    if pictures >= MOST:
        raise Conflict(f"Platsen har redan {MOST} bilder. Ta bort en först.", field="file")


def check_file_size(size: int) -> None:
    if not size:
        raise Invalid("Filen är tom. Välj bilden en gång till.", field="file")
    if size > LARGEST_FILE:
        is_now = f"{size / MEBIBYTE:.1f}".replace(".", ",")
        raise Invalid(
            f"Bilden är {is_now} MB. Högst {LARGEST_FILE // MEBIBYTE} MB går att lägga upp: spara den mindre.",
            field="file",
        )


def check_sides(width: int, height: int, most_pixels: int) -> None:
    if width * height > most_pixels:
        raise Invalid("Bilden har för många bildpunkter. Spara den mindre och välj den igen.", field="file")
    if min(width, height) < SMALLEST_SIDE:
        raise Invalid(
            f"Bilden är för liten ({width} × {height}). Kortaste sidan ska vara minst {SMALLEST_SIDE} bildpunkter.",
            field="file",
        )


def not_a_picture() -> Invalid:
    return Invalid(
        f"Filen är ingen bild som går att visa. Spara den som {ALLOWED_SV} och välj den igen.", field="file"
    )
