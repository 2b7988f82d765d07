"""How a page in a browser is looked at: axe, console, status, width, and a picture for people to judge."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, ViewportSize

from app import ROOT
from marketplace.clock import travelling
from marketplace.tenancy import Actor

SCREENSHOTS = ROOT / "screenshots"
"""Pictures of the pages are left here where there is such a folder. Git ignores it."""
Scheme = Literal["light", "dark"]
WIDE, NARROW = 1280, 320
_HEIGHT = 900
_LOOKS: tuple[tuple[int, Scheme], ...] = ((WIDE, "light"), (NARROW, "dark"))
_RUN_AXE = (
    "window.axe && "
    "axe.run({resultTypes: ['violations'], preload: {assets: ['media']}}).then(({violations}) => ({violations}))"
)
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_DECODED = "async image => { await image.decode(); return image.naturalWidth }"


class Look:
    """A page, with what goes wrong on it: what the console says, what cannot be fetched, the status that came last."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        self.status = 0
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("response", self._receive)

    def examine(self, how: str = "") -> None:
        """Axe finds nothing, nothing has gone wrong, and the page is no wider than the screen."""
        where = f"{self.page.url} {how}"
        answer = self.page.evaluate(_RUN_AXE)
        if answer is None:  # where scripts are off
            self.page.evaluate(AXE_SCRIPT)
            answer = self.page.evaluate(_RUN_AXE)
        found = AxeResults(answer)
        assert found.violations_count == 0, f"{where}\n{found.generate_report()}"
        assert not self.faults, f"{where}: {self.faults}"
        assert overflow(self.page) == 0, f"{where} is wider than the screen"

    def _hear(self, message: ConsoleMessage) -> None:
        is_our_refusal = re.match(r"Failed to load resource.*\b422\b", message.text)
        if message.type in {"error", "warning"} and not is_our_refusal:
            self.faults.append(f"console: {message.text} {message.location['url']}")

    def _receive(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self.status = response.status
        elif response.status >= 400:
            self.faults.append(f"{response.url}: {response.status}")


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return int(page.evaluate(_OVERFLOW))


def stand_on(app: Flask, day: date) -> None:
    """The application's clock stands at the day in every request."""
    inner = app.wsgi_app

    def on_the_day(environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with travelling(day):
            return inner(environ, start_response)

    app.wsgi_app = on_the_day  # type: ignore[method-assign]


def resize(page: Page, width: int) -> None:
    page.set_viewport_size(ViewportSize(width=width, height=_HEIGHT))


def picture(page: Page, name: str) -> None:
    """The whole page, as screenshots/<name>.png."""
    if SCREENSHOTS.is_dir():
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def opened(browser: Browser, width: int, scheme: Scheme = "light", *, has_script: bool = True) -> Page:
    """A page in a context of its own, in which the browser has axe ready: sending it to each document takes longer."""
    context = browser.new_context(
        viewport=ViewportSize(width=width, height=_HEIGHT),
        locale="sv-SE",
        color_scheme=scheme,
        reduced_motion="reduce",
        java_script_enabled=has_script,
    )
    context.add_init_script(AXE_SCRIPT)
    return context.new_page()


@cache
def _looking(browser: Browser) -> Look:
    """At one page for all that is only looked at: opening another takes longer than looking at it."""
    return Look(opened(browser, WIDE))


def sign_in(page: Page, address: str, who: Actor) -> None:
    answer = page.request.post(
        f"{address}/demo/logga-in", form={"membership_id": str(who.membership_id)}, max_redirects=0
    )
    assert answer.status == 302, answer.status


def look_at_pages(
    browser: Browser,
    address: str,
    who: Actor | None,
    pages: Mapping[str, str],
    ids: Mapping[str, int] | None = None,
    *,
    folder: str,
) -> None:
    """Every page, by its name and path with `ids` in it, as `who` sees it (nobody, if it is None): wide and light,
    narrow and dark."""
    look = _looking(browser)
    look.page.goto("about:blank")  # what was left may have lost its server meanwhile
    look.faults.clear()
    look.page.context.clear_cookies()
    if who is not None:
        sign_in(look.page, address, who)
    _look_over(look, address, pages, ids, folder=folder)


def look_over(
    page: Page, address: str, pages: Mapping[str, str], ids: Mapping[str, int] | None = None, *, folder: str
) -> None:
    """As look_at_pages(), as whoever the page's session is for."""
    _look_over(Look(page), address, pages, ids, folder=folder)


def _look_over(
    look: Look, address: str, pages: Mapping[str, str], ids: Mapping[str, int] | None, *, folder: str
) -> None:
    looks = _LOOKS
    for name, path in pages.items():
        look.page.goto(address + path.format(**(ids or {})))
        assert look.status == 200, f"{path}: {look.status}"
        _wait_for_images(look.page)
        for width, scheme in looks:
            resize(look.page, width)
            look.page.emulate_media(color_scheme=scheme)
            picture(look.page, f"{folder}/{name}-{width}-{scheme}")
            look.examine(f"{width} {scheme}")
        looks = looks[::-1]  # the next page comes up as this one was left


def _wait_for_images(page: Page) -> None:
    for image in page.locator("main img").all():
        image.scroll_into_view_if_needed()
        assert image.evaluate(_DECODED) > 0
    page.evaluate("window.scrollTo(0, 0)")
