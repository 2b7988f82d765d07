"""The forms and links that the world's people meet, read off the pages as a browser would: a new page's are found by
themselves."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from flask import Flask
from lxml import html
from werkzeug.exceptions import HTTPException

from tests.isolation.conftest import ClientFor, Rollback
from tests.support.files import PDF
from tests.support.routes import EVERY_ROUTE, Route, address, admitted, people, variants
from tests.world import TODAY, Who, World

_NOT_TYPED = frozenset({"hidden", "checkbox", "radio", "select", "submit", "button", "file"})
_PLAIN = {"input": "text", "button": "submit"}
_TYPICAL = {
    "date": (TODAY + timedelta(days=7)).isoformat(),
    "email": "nagon@example.org",
    "time": "10:00",
    "textarea": "En prövad mening.",
}


@dataclass(frozen=True)
class Control:
    """One box of a form. `choices`: what a select, radios or ticks offer; `value`: what is sent untouched."""

    name: str
    kind: str
    value: str = ""
    choices: tuple[str, ...] = ()

    @property
    def is_typed(self) -> bool:
        return self.kind not in _NOT_TYPED

    @property
    def is_left_out(self) -> bool:
        """Nothing is sent of a group where nothing is ticked."""
        return self.kind in {"checkbox", "radio"} and not self.value


@dataclass
class PageForm:
    """A form on the page that `who` sees at `page`."""

    who: Who | None
    page: str
    path: str
    method: str
    endpoint: str
    controls: list[Control] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.endpoint} by {self.who}"

    @property
    def untouched(self) -> dict[str, list[str]]:
        """What a browser sends when nothing is changed and the first button is pressed."""
        buttons = [one for one in self.controls if one.kind == "submit" and one.name][:1]
        sent: dict[str, list[str]] = {}
        for control in self.controls:
            if control.name and control.kind not in {"file", "submit"} and not control.is_left_out:
                sent.setdefault(control.name, []).append(control.value)
        for button in buttons:
            sent.setdefault(button.name, []).append(button.value)
        return sent

    @property
    def filled(self) -> dict[str, Any]:
        """The same with something in each box: what the form may well take."""
        sent: dict[str, Any] = dict(self.untouched)
        for control in self.controls:
            if not control.name or sent.get(control.name, [""]) != [""]:
                continue
            if control.kind == "file":
                sent[control.name] = (io.BytesIO(PDF), "Intyg.pdf")
            elif control.choices:
                sent[control.name] = [next((one for one in control.choices if one), "")]
            elif control.is_typed:
                sent[control.name] = [_TYPICAL.get(control.kind, "1")]
        return sent


@dataclass
class Met:
    """What the world's people can fill in and where their links lead."""

    forms: list[PageForm]
    queries: dict[str, set[str]]
    """The names in the query of what leads to an endpoint."""

    def forms_to(self, route: Route) -> list[PageForm]:
        return [form for form in self.forms if form.endpoint == route.rule.endpoint and form.method == "post"]


def met_in_the_world(app: Flask, world: World, fresh_client: ClientFor, undone: Rollback) -> Met:
    """One form for each place that it leads to, of each who sees it: the one with most boxes."""
    found: dict[tuple[str, str, object], PageForm] = {}
    queries: dict[str, set[str]] = {}
    for who, page, text in _pages(world, fresh_client, undone):
        shown = html.fromstring(text)
        for form in _forms(app, who, page, shown):
            key = (form.endpoint, form.method, who)
            if key not in found or len(form.controls) > len(found[key].controls):
                found[key] = form
            if form.method == "get":
                queries.setdefault(form.endpoint, set()).update(one.name for one in form.controls if one.name)
        for link in shown.iterfind(".//a[@href]"):
            leads_to = urlsplit(urljoin(page, link.get("href")))
            if leads_to.query and not leads_to.netloc:
                queries.setdefault(_endpoint(app, page, leads_to.path, "GET"), set()).update(
                    parse_qs(leads_to.query, keep_blank_values=True)
                )
    return Met(list(found.values()), queries)


def _pages(world: World, fresh_client: ClientFor, undone: Rollback) -> Iterator[tuple[Who | None, str, str]]:
    for route in EVERY_ROUTE:
        if route.method != "GET" or "file_format" in route.names or route.names - set(world.own):
            continue
        askers: list[Who | None] = [one for role in admitted(route) for one in people(role)]
        for who in [None] if route.guard.is_public else askers:
            for known in variants(route, world.own):
                path = address(route, known)
                with undone():
                    answer = fresh_client(who).get(path)
                if answer.status_code == 200 and answer.mimetype == "text/html":
                    yield who, path, answer.text


def _endpoint(app: Flask, page: str, path: str, method: str) -> str:
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path, method=method)
    except HTTPException:
        raise AssertionError(f"{page} leads to {path}, which is no address") from None
    return str(endpoint)


def _forms(app: Flask, who: Who | None, page: str, shown: Any) -> Iterator[PageForm]:
    for one in shown.forms:
        method = (one.method or "get").lower()
        path = urlsplit(urljoin(page, one.get("action") or page)).path
        yield PageForm(
            who, page, path, method, _endpoint(app, page, path, method.upper()), list(_controls(one))
        )


def _controls(form: Any) -> Iterator[Control]:
    boxes = list(form.iter("input", "select", "textarea", "button"))
    if form_id := form.get("id"):
        boxes += form.getroottree().xpath("//*[@form=$id]", id=form_id)
    groups: dict[tuple[str, str], list[Any]] = {}
    for box in boxes:
        name = box.get("name") or ""
        kind = (
            box.tag
            if box.tag in {"select", "textarea"}
            else box.get("type", "submit" if box.tag == "button" else "text")
        )
        if kind in {"radio", "checkbox"}:
            groups.setdefault((name, kind), []).append(box)
        elif kind == "select":
            offered = [option.get("value") or "" for option in box.iter("option")]
            chosen = [
                option.get("value") or "" for option in box.iter("option") if "selected" in option.attrib
            ]
            yield Control(name, kind, (chosen or offered or [""])[0], tuple(offered))
        else:
            yield Control(name, kind, _shown(box))
    for (name, kind), group in groups.items():
        offered = [box.get("value", "on") for box in group]
        ticked = [box.get("value", "on") for box in group if "checked" in box.attrib]
        yield Control(name, kind, (ticked or [""])[0], tuple(offered))


def _shown(box: Any) -> str:
    """What stands in the box. The first line break of a text area is not in it."""
    if box.tag != "textarea":
        return box.get("value") or ""
    return (box.text or "").removeprefix("\r").removeprefix("\n")
