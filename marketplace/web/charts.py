"""Charts as SVG, drawn on the server by pygal and shown as images from an address of their own.

The page's strict policy forbids inline styles; in an image they are the image's own. Colours follow the reader's
scheme inside the image. pygal's scripts are taken out: an image runs none. Every chart stands beside a table of the
same numbers, so nothing depends on seeing it.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

import pygal  # type: ignore[import-untyped]
from flask import Response
from pygal.style import Style  # type: ignore[import-untyped]

from marketplace.swedish import plain_number

# pygal puts a finder for its map plugins before every import of the process, in a form that Python 3.11 warns of each
# time. No map is drawn here.
sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != "PluginImportFixer"]

# Blue-green to amber, told apart also without colour: each differs in lightness, and the order is the table's.
_LIGHT: Final = ("#0b5a5e", "#6aa8a4", "#d98a14", "#c9c4b6")
_DARK: Final = ("#7fcdc6", "#3f7f7c", "#e5a33a", "#5b6765")
_INK, _INK_DARK = "#1c2b2d", "#e9e6df"
_LINE, _LINE_DARK = "#dfdacd", "#35423f"
_FONT: Final = "-apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
_TEXT: Final = "text, .axis text, .axis text.major, .legends .legend text"
FUNNEL_HEIGHT: Final = 460
"""Of funnel, in the units of its width, 860."""
MAP_HEIGHT: Final = 520
"""Of bubble_map, in the same units."""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
_SVG: Final = "http://www.w3.org/2000/svg"


def stacked_columns(labels: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> bytes:
    """Columns over time, one per label, with the series on top of one another from the bottom up."""
    chart = pygal.StackedBar(**_settings(), x_label_rotation=40 if len(labels) > 8 else 0, height=380)
    return _drawn(chart, labels, series)


def stacked_shares(labels: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> bytes:
    """One bar per label, whole length 100 per cent; the series are shares 0–1."""
    chart = pygal.HorizontalStackedBar(
        **_settings(formatter=_percent),
        range=(0, 100),
        height=share_height(len(labels)),
    )
    return _drawn(chart, labels[::-1], _from_the_top(series))


def grouped_shares(labels: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> bytes:
    """A bar for each series under each label, shares 0–1. As high as stacked_shares."""
    chart = pygal.HorizontalBar(
        **_settings(formatter=_percent), include_x_axis=True, height=share_height(len(labels))
    )
    return _drawn(chart, labels[::-1], _from_the_top(series))


def _from_the_top(series: Mapping[str, Sequence[float | None]]) -> dict[str, list[float | None]]:
    """In per cent: pygal draws the first bar at the bottom; people read from the top."""
    return {
        name: [None if value is None else 100 * value for value in reversed(values)]
        for name, values in series.items()
    }


def line(
    labels: Sequence[str], name: str, values: Sequence[float | None], lowest: int, highest: int
) -> bytes:
    """One line over time with a dot at each value, on a scale whose ends are whole numbers."""
    chart = pygal.Line(
        **_settings(),
        range=(lowest, highest),
        y_labels=list(range(lowest, highest + 1)),
        dots_size=6,
        stroke_style={"width": 3},
        x_label_rotation=40 if len(labels) > 4 else 0,
        show_legend=False,
        height=260,
    )
    return _drawn(chart, labels, {name: values})


def intervals(labels: Sequence[str], shares: Sequence[float], bounds: Sequence[tuple[float, float]]) -> bytes:
    """One bar per label, shares 0–1, each with a line over its interval. As high as stacked_shares."""
    chart = pygal.HorizontalBar(
        **_settings(
            formatter=_percent,
            css=".bars .rect { fill-opacity: .45; } .ci path { stroke: INK; stroke-width: 2; }",
        ),
        range=(0, 100),
        y_labels=range(0, 101, 20),
        show_legend=False,
        height=share_height(len(labels)),
    )
    values = [
        {"value": 100 * share, "ci": {"low": 100 * low, "high": 100 * high}}
        for share, (low, high) in zip(shares, bounds, strict=True)
    ]
    return _drawn(chart, labels[::-1], {"": values[::-1]})


def bars(labels: Sequence[str], values: Sequence[float]) -> bytes:
    """One bar per label, from zero. As high as stacked_shares."""
    chart = pygal.HorizontalBar(
        **_settings(), include_x_axis=True, show_legend=False, height=share_height(len(labels))
    )
    return _drawn(chart, labels[::-1], {"": values[::-1]})


def funnel(
    curves: Mapping[str, Sequence[Sequence[tuple[float, float]]]],
    name: str,
    points: Sequence[tuple[float, float]],
) -> bytes:
    """Points among lines that narrow; (x, share 0–1). The lines of a name, above and below, look alike."""
    chart = pygal.XY(
        **_settings(
            formatter=_percent, css=".series .line { stroke-width: 2; } .color-3 { stroke: INK; fill: INK; }"
        ),
        range=(0, 100),
        y_labels=range(0, 101, 20),
        x_value_formatter=plain_number,
        height=FUNNEL_HEIGHT,
    )
    chart.add(name, _hundreds(points), stroke=False, dots_size=7)
    for position, (curve_name, lines) in enumerate(curves.items()):
        look = {"dasharray": ("none", "9 5", "2 4")[position]}
        both: list[Any] = []
        for line_ in lines:
            both += [*_hundreds(line_), None]
        chart.add(curve_name, both[:-1], show_dots=False, stroke_style=look, allow_interruptions=True)
    return _image(chart)


def bubble_map(series: Mapping[str, Sequence[tuple[float, float, float, str]]]) -> bytes:
    """Circles where they lie: (kilometres east, kilometres north, radius, text). A kilometre is as long both ways."""
    spots = [spot for spots in series.values() for spot in spots]
    # pygal writes to the right of a point and below it; here each text is a point of its own, right below its circle.
    text = "text-anchor: middle; transform: translate(-16px, -14px); font-size: 15px; fill: INK;"
    chart = pygal.XY(
        **_settings(css=f".text-overlay .series text {{ {text} }}"),
        stroke=False,
        print_labels=True,
        show_x_labels=False,
        show_y_labels=False,
        show_x_guides=False,
        show_y_guides=False,
        legend_at_bottom_columns=len(series),
        height=MAP_HEIGHT,
    )
    scale = 0.0
    if spots:
        east, north = [spot[0] for spot in spots], [spot[1] for spot in spots]
        # What is left of the image within its margins, and room for the largest circle and its text at every edge.
        width, height = 860 - 60, MAP_HEIGHT - 70
        scale = max((max(east) - min(east)) / (width - 160), (max(north) - min(north)) / (height - 130), 0.02)
        chart.xrange = _around(east, scale * width)
        chart.range = _around(north, scale * height)
    for name, own in series.items():
        circles = [{"value": (x, y), "label": "", "node": {"r": radius}} for x, y, radius, _ in own]
        texts = [
            {"value": (x, y - scale * (radius + 14)), "label": text, "node": {"r": 0}}
            for x, y, radius, text in own
        ]
        chart.add(name, [*circles, *texts])
    return _image(chart)


def _around(values: Sequence[float], length: float) -> tuple[float, float]:
    middle = (min(values) + max(values)) / 2
    return middle - length / 2, middle + length / 2


def _hundreds(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(x, 100 * share) for x, share in points]


def _percent(value: float) -> str:
    return f"{plain_number(value)} %"


def share_height(bars: int) -> int:
    """Height of stacked_shares in the units of its width, 860."""
    return 110 + 48 * bars


def svg_response(image: bytes) -> Response:
    """The image as an answer, with a policy that lets it style itself and nothing else."""
    response = Response(image, mimetype="image/svg+xml")
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _settings(formatter: Any = None, css: str = "") -> dict[str, Any]:
    """`css` is more rules, with INK for the colour of text in either scheme."""
    return {
        "js": [],
        "css": ["file://style.css", "file://graph.css", f"inline:{_css(css)}"],
        "style": Style(
            background="transparent",
            plot_background="transparent",
            foreground=_INK,
            foreground_strong=_INK,
            foreground_subtle=_INK,
            colors=_LIGHT,
            font_family=_FONT,
            label_font_size=15,
            major_label_font_size=15,
            legend_font_size=16,
            guide_stroke_color=_LINE,
            major_guide_stroke_color=_LINE,
            guide_stroke_dasharray="none",
            major_guide_stroke_dasharray="none",
            opacity="1",
            opacity_hover="1",
            transition="none",
        ),
        "no_prefix": True,
        "width": 860,
        "margin": 8,
        "margin_right": 36,
        "legend_at_bottom": True,
        "legend_box_size": 14,
        "truncate_legend": -1,
        "truncate_label": -1,
        "show_minor_y_labels": True,
        "value_formatter": formatter or plain_number,
        "disable_xml_declaration": True,
        "no_data_text": "",
        "pretty_print": False,
    }


def _css(more: str) -> str:
    series = "".join(f".color-{i} {{ fill: {c}; stroke: {c}; }}" for i, c in enumerate(_LIGHT))
    dark = "".join(f".color-{i} {{ fill: {c}; stroke: {c}; }}" for i, c in enumerate(_DARK))
    return (
        f".graph, .plot .background {{ fill: transparent; }} "
        f"{_TEXT} {{ fill: {_INK}; stroke: none; font-family: {_FONT}; }}"
        f"{series}{more.replace('INK', _INK)}"
        "@media (prefers-color-scheme: dark) {"
        f"{_TEXT} {{ fill: {_INK_DARK}; }}"
        f".axis .line, .axis .guide.line, .axis .major.guide.line {{ stroke: {_LINE_DARK}; }}"
        f"{dark}{more.replace('INK', _INK_DARK)} }}"
    )


def _drawn(chart: Any, labels: Sequence[str], series: Mapping[str, Sequence[Any]]) -> bytes:
    chart.x_labels = list(labels)
    chart.legend_at_bottom_columns = len(series)
    for name, values in series.items():
        chart.add(name, list(values))
    return _image(chart)


def _image(chart: Any) -> bytes:
    root = ET.fromstring(chart.render())  # noqa: S314 - our own drawing, made the line above
    for parent in root.iter():
        for script in parent.findall(f"{{{_SVG}}}script"):
            parent.remove(script)
    ET.register_namespace("", _SVG)
    drawn: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return drawn
