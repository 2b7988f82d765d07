"""A person at a browser. Whatever page comes up is looked at: axe, console, policy, heading, language."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Download,
    Frame,
    Locator,
    Page,
    Response,
    ViewportSize,
)

from app import ROOT

SHOTS = ROOT / "screenshots" / "story"
_AXE = Axe()
_ONLY_WHAT_IS_WRONG = {"resultTypes": ["violations"]}
_TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
_WIDE, _NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=375, height=812)
_TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_BARS = ".option-bar, .attendance-save"
_LOOSEN_BARS = f"document.querySelectorAll('{_BARS}').forEach(bar => bar.style.position = 'static')"
"""A picture of a whole page has no lower edge that bars could keep to."""
_MOST_TABS = 30
_PATIENCE = 15_000  # milliseconds for a page to come up on a busy machine


class Visitor:
    """Does what a person can do by mouse and keyboard, and looks at every page that this leads to."""

    def __init__(self, browser: Browser, address: str, seen: set[int]) -> None:
        self._address = address
        self._seen = seen
        self._context = browser.new_context(
            viewport=_WIDE, locale="sv-SE", color_scheme="light", reduced_motion="reduce"
        )
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(_PATIENCE)
        self._faults: list[str] = []
        self._status = 0
        self._arrived = self._looked = 0
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._faults.append(f"script: {error}"))
        self.page.on("response", self._receive)
        self.page.on("framenavigated", self._arrive)

    # What a person does.

    def go(self, path: str) -> None:
        self.page.goto(self._address + path)
        self._look()

    def follow(self, name: str, *, nth: int = 0) -> None:
        """A link, by its words."""
        with self._leaving():
            self._named("link", name).nth(nth).click()

    def take_up(self, what: str) -> None:
        """The first thing on the start page that begins so, among the rest if it is not at the top."""
        wanted = self.page.get_by_role("link", name=re.compile(rf"^{re.escape(what)}"))
        if not wanted.count():
            with self._leaving():
                self.page.get_by_role("link", name=re.compile(r"^Visa de \d+ som är kvar$")).click()
        with self._leaving():
            wanted.first.click()

    def press(self, name: str, *, refused: bool = False) -> None:
        """A button, by its words. `refused`: the page comes back with what has to be mended."""
        with self._leaving(422 if refused else 200):
            self._named("button", name).first.click()

    def fill(self, label: str, text: str, *, nth: int = 0) -> None:
        self._field(label).nth(nth).fill(text)

    def select(self, label: str, option: str, *, nth: int = 0) -> None:
        self._field(label).nth(nth).select_option(label=option)

    def tick(self, label: str) -> None:
        """A box or a button in a row of choices."""
        self.page.get_by_label(label, exact=True).check()

    def answer(self, question: str, choice: str) -> None:
        """One of the choices under a question."""
        group = self.page.get_by_role("group", name=_asked(question))
        group.get_by_label(choice, exact=True).check()

    def type_by_keyboard(self, *texts: str) -> None:
        """Finds the first field of the page by the tab key, types, goes on to the next, and ends with Enter."""
        self.page.keyboard.press("Tab")
        for _ in range(_MOST_TABS):
            if self.page.evaluate("document.activeElement.matches('main input')"):
                break
            self.page.keyboard.press("Tab")
        for number, text in enumerate(texts):
            if number:
                self.page.keyboard.press("Tab")
            self.page.keyboard.type(text)
        with self._leaving():
            self.page.keyboard.press("Enter")

    def download(self, link: str) -> Path:
        """The file behind a link, as the browser saved it."""
        with self.page.expect_download() as waited:
            self._named("link", link).click()
        received: Download = waited.value
        return Path(received.path())

    def leave(self) -> None:
        assert self._arrived == self._looked, "a page came up that nobody looked at"
        assert not self._faults, self._faults
        self._context.close()

    # What a person sees.

    def sees(self, *texts: str) -> None:
        for text in texts:
            seen = self.page.get_by_text(text).filter(visible=True)
            assert seen.count(), f"{text!r} is not on {self.page.url}"

    def reads(self) -> str:
        """The words on the page, spaces made plain."""
        return " ".join(self.page.locator("body").inner_text().split())

    def value_of(self, label: str) -> str:
        return self._field(label).first.input_value()

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self._address)

    def picture(self, name: str) -> None:
        """The page wide, narrow and dark, into a folder that git ignores. Narrow it fits, dark it can be read."""
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.evaluate(_LOOSEN_BARS)
        self._shoot(f"{name}-wide")
        self.page.set_viewport_size(_NARROW)
        assert self.page.evaluate(_TOO_WIDE) == 0, f"{self.path} is wider than a telephone"
        self._shoot(f"{name}-narrow")
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self.page.set_viewport_size(_WIDE)
        self._examine("dark")
        self._shoot(f"{name}-dark")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")

    # How a page is looked at.

    @contextmanager
    def _leaving(self, expected: int = 200) -> Iterator[None]:
        with self.page.expect_navigation():
            yield
        self._look(expected)

    def _look(self, expected: int = 200) -> None:
        self._looked = self._arrived
        where = f"{self.path} ({self.page.title()})"
        assert self._status == expected, f"{where}: {self._status}, not {expected}\n{self.reads()}"
        assert self.page.locator("html").get_attribute("lang") == "sv", where
        assert self.page.locator("h1").count() == 1, f"{where} has not one heading"
        menu = self.page.locator("nav.menu")
        if menu.count():
            assert menu.locator("[aria-current]").count() == 1, f"{where}: the menu does not say where I am"
        known = hash(_TOKEN.sub("", self.page.content()))
        if known not in self._seen:
            self._seen.add(known)
            self._examine()
        assert not self._faults, f"{where}: {self._faults}"

    def _examine(self, how: str = "") -> None:
        found = _AXE.run(self.page, options=_ONLY_WHAT_IS_WRONG)
        assert found.violations_count == 0, f"{self.path} {how}\n{found.generate_report()}"

    def _shoot(self, name: str) -> None:
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)

    def _hear(self, message: ConsoleMessage) -> None:
        is_our_refusal = "422" in message.text and message.text.startswith("Failed to load resource")
        if message.type in {"error", "warning"} and not is_our_refusal:
            self._faults.append(f"console: {message.text} {message.location['url']}")

    def _receive(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._status = response.status
        elif response.status >= 400:
            self._faults.append(f"{response.url}: {response.status}")

    def _arrive(self, frame: Frame) -> None:
        if frame.parent_frame is None:
            self._arrived += 1

    def _named(self, role: str, name: str) -> Locator:
        return self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]

    def _field(self, label: str) -> Locator:
        return self.page.get_by_label(_asked(label))


def _asked(label: str) -> re.Pattern[str]:
    return re.compile(rf"^{re.escape(label)}( \(?frivilligt\)?)?$")
