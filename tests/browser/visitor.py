"""A person at a browser. Whatever page comes up is looked at: axe, console, policy, heading, language."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import (
    Browser,
    Download,
    Frame,
    Locator,
    Page,
)

from tests.browser.looking import WIDE, Look, opened, overflow, picture, resize

_TOKEN = re.compile(r'name="csrf_token" value="[^"]*"')
_TELEPHONE = 375
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
        self.page: Page = opened(browser, WIDE)
        self.page.set_default_timeout(_PATIENCE)
        self._look = Look(self.page)
        self._arrived = self._looked = 0
        self.page.on("framenavigated", self._arrive)

    # What a person does.

    def go(self, path: str) -> None:
        self.page.goto(self._address + path)
        self._look_around()

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
        assert not self._look.faults, self._look.faults
        self.page.context.close()

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
        self.page.evaluate(_LOOSEN_BARS)
        self._shoot(f"{name}-wide")
        resize(self.page, _TELEPHONE)
        assert overflow(self.page) == 0, f"{self.path} is wider than a telephone"
        self._shoot(f"{name}-narrow")
        self.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        resize(self.page, WIDE)
        self._look.examine("dark")
        self._shoot(f"{name}-dark")
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")

    # How a page is looked at.

    @contextmanager
    def _leaving(self, expected: int = 200) -> Iterator[None]:
        with self.page.expect_navigation():
            yield
        self._look_around(expected)

    def _look_around(self, expected: int = 200) -> None:
        self._looked = self._arrived
        where = f"{self.path} ({self.page.title()})"
        assert self._look.status == expected, f"{where}: {self._look.status}, not {expected}\n{self.reads()}"
        assert self.page.locator("html").get_attribute("lang") == "sv", where
        assert self.page.locator("h1").count() == 1, f"{where} has not one heading"
        menu = self.page.locator("nav.menu")
        if menu.count():
            assert menu.locator("[aria-current]").count() == 1, f"{where}: the menu does not say where I am"
        known = hash(_TOKEN.sub("", self.page.content()))
        if known not in self._seen:
            self._seen.add(known)
            self._look.examine()
        assert not self._look.faults, f"{where}: {self._look.faults}"

    def _shoot(self, name: str) -> None:
        picture(self.page, f"story/{name}")

    def _arrive(self, frame: Frame) -> None:
        if frame.parent_frame is None:
            self._arrived += 1

    def _named(self, role: str, name: str) -> Locator:
        return self.page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]

    def _field(self, label: str) -> Locator:
        return self.page.get_by_label(_asked(label))


def _asked(label: str) -> re.Pattern[str]:
    return re.compile(rf"^{re.escape(label)}( \(?frivilligt\)?)?$")
