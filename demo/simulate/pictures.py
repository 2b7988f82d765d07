"""Pictures of the demo's places, drawn when it is loaded: simple scenes, so that nobody takes them for photographs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw

from demo.simulate.chance import rng_for
from demo.story import Place

_SIZE = _WIDTH, _HEIGHT = 900, 600
_FLOOR = 430
_SCALE = 2
"""Drawn twice as large and made smaller, so that edges are smooth."""
_PALETTES = (
    ("#e9f0ea", "#b9c9b7", "#2f6f5e", "#d98b3a", "#34404a"),
    ("#eef0f7", "#c3c8d8", "#3b5b92", "#c9663f", "#39404f"),
    ("#f7f0e6", "#d9c6ab", "#8a5a34", "#3f7d77", "#40362f"),
    ("#f4eef3", "#d3c0cf", "#7a4f78", "#c79a34", "#3d3540"),
)
_PICTURED, _VARIANTS = 0.4, 3

Pencil = ImageDraw.ImageDraw


@dataclass(frozen=True)
class Drawn:
    content: bytes
    alt_sv: str


@dataclass(frozen=True)
class Colours:
    wall: str
    floor: str
    main: str
    accent: str
    dark: str


Scene = Callable[[Pencil, Colours, Random], str]


def pictures_of(place: Place, seed: str, *, is_always: bool) -> list[Drawn]:
    """None, one or two of the place."""
    rng = rng_for(seed, "pictures", place.site, place.name)
    how_many = rng.choice((1, 2)) if is_always or rng.random() < _PICTURED else 0
    made = []
    for scene in (_scene_of(place.ssyk), _front)[:how_many]:
        content, told = _drawn(scene, rng.randrange(len(_PALETTES)), rng.randrange(_VARIANTS))
        made.append(Drawn(content, f"Tecknad bild av {place.name}: {told}"))
    return made


@cache
def _drawn(scene: Scene, palette: int, variant: int) -> tuple[bytes, str]:
    colours = Colours(*_PALETTES[palette])
    image = Image.new("RGB", (_WIDTH * _SCALE, _HEIGHT * _SCALE), colours.wall)
    pencil = ImageDraw.Draw(image)
    _box(pencil, (0, _FLOOR, _WIDTH, _HEIGHT), colours.floor)
    told = scene(pencil, colours, Random(variant))
    out = BytesIO()
    image.reduce(_SCALE).save(out, "PNG", compress_level=1)
    return out.getvalue(), told


def _scene_of(ssyk: str) -> Scene:
    """By the beginning of the trade's code."""
    scenes: dict[str, Scene] = {
        "6": _garden,
        "75": _bench,
        "72": _bench,
        "71": _bench,
        "94": _kitchen,
        "51": _kitchen,
    }
    found = next((scene for start, scene in scenes.items() if ssyk.startswith(start)), None)
    return found or _shelves


def _shelves(pencil: Pencil, colours: Colours, rng: Random) -> str:
    for row in range(3):
        y = 140 + row * 110
        _box(pencil, (90, y, 810, y + 10), colours.dark)
        x = 110
        while x < 760:
            width, height = rng.randint(28, 70), rng.randint(35, 85)
            _box(
                pencil,
                (x, y - height, x + width, y),
                rng.choice((colours.main, colours.accent, colours.floor)),
            )
            x += width + rng.randint(8, 26)
    _box(pencil, (300, 440, 600, 540), colours.main)
    return "hyllor med varor längs väggen och en bänk framför."


def _bench(pencil: Pencil, colours: Colours, rng: Random) -> str:
    _box(pencil, (120, 360, 780, 385), colours.dark)
    for x in (150, 730):
        _box(pencil, (x, 385, x + 22, 520), colours.dark)
    for number in range(6):
        x, length = 170 + number * 100, rng.randint(50, 110)
        _box(pencil, (x, 140, x + 12, 140 + length), colours.dark)
        _box(pencil, (x - 16, 140 + length, x + 28, 165 + length), rng.choice((colours.main, colours.accent)))
    _box(pencil, (260, 300, 420, 360), colours.accent)
    _disc(pencil, (520, 300, 590, 370), colours.main)
    return "en arbetsbänk med verktyg på väggen ovanför."


def _kitchen(pencil: Pencil, colours: Colours, rng: Random) -> str:
    _box(pencil, (80, 330, 820, 360), colours.dark)
    _box(pencil, (80, 360, 820, 520), colours.main)
    for number in range(3):
        x = 170 + number * 210
        height = rng.randint(50, 90)
        _box(pencil, (x, 330 - height, x + 110, 330), colours.accent)
        _box(pencil, (x - 15, 318 - height, x + 125, 330 - height), colours.dark)
    for number in range(8):
        _disc(
            pencil,
            (130 + number * 82, 120, 180 + number * 82, 170),
            rng.choice((colours.floor, colours.accent)),
        )
    return "en köksbänk med grytor och en rad tallrikar på väggen."


def _garden(pencil: Pencil, colours: Colours, rng: Random) -> str:
    _disc(pencil, (680, 60, 790, 170), colours.accent)
    for row in range(3):
        y = 450 + row * 48
        _box(pencil, (60, y, 840, y + 20), colours.dark)
        for number in range(13):
            x, height = 80 + number * 60, rng.randint(16, 40)
            _disc(pencil, (x, y - height, x + 34, y + 6), colours.main)
    _box(pencil, (90, 230, 330, 430), colours.floor)
    for number in range(4):
        _box(pencil, (90 + number * 78, 230, 96 + number * 78, 430), colours.dark)
    return "odlingsbäddar i rader och ett växthus."


def _front(pencil: Pencil, colours: Colours, rng: Random) -> str:
    _box(pencil, (140, 150, 760, _FLOOR), colours.main)
    pencil.polygon(
        [(x * _SCALE, y * _SCALE) for x, y in ((110, 150), (450, 50), (790, 150))], fill=colours.dark
    )
    for number in range(4):
        x = 185 + number * 150
        _box(pencil, (x, 210, x + 80, 300), colours.wall)
    door = rng.choice((215, 370, 520))
    _box(pencil, (door, 320, door + 90, _FLOOR), colours.accent)
    _box(pencil, (door - 30, _FLOOR, door + 120, _FLOOR + 14), colours.dark)
    return "huset utifrån, med ingången i markplan."


def _box(pencil: Pencil, corners: tuple[int, int, int, int], colour: str) -> None:
    x0, y0, x1, y1 = (one * _SCALE for one in corners)
    pencil.rectangle((x0, y0, x1, y1), fill=colour)


def _disc(pencil: Pencil, corners: tuple[int, int, int, int], colour: str) -> None:
    x0, y0, x1, y1 = (one * _SCALE for one in corners)
    pencil.ellipse((x0, y0, x1, y1), fill=colour)
