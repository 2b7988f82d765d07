"""Every component on one page, in a browser: axe, narrow screens, dark scheme, keyboard, and the strict policy."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, render_template_string, request
from flask.typing import ResponseReturnValue
from markupsafe import escape
from playwright.sync_api import Browser, Page
from sqlalchemy.exc import OperationalError
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired

from marketplace.db import Page as ListPage
from marketplace.rules import ActionView
from marketplace.web.downloads import FILE, file_response
from marketplace.web.fields import CheckboxesField, DateFieldSv, OreField
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none
from marketplace.web.guards import public
from tests.browser.looking import NARROW, WIDE, Look, Scheme, opened, picture, resize
from tests.support.live import served
from tests.web.small_app import small_app

pytestmark = pytest.mark.browser
TEMPLATE = Path(__file__).with_name("every_component.html")
NEEDS = one_of({"lift": "Hiss", "calm": "Lugn miljö"})


class Move(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    END = "end"


class Sample(BaseForm):
    name = StringField("Namn", validators=[DataRequired()], description="Så som det visas.")
    trade = SelectField("Yrke", choices=one_of({"7115": "Snickare"}, blank="Välj yrke"), coerce=or_none(str))
    start = DateFieldSv("Börjar", validators=[DataRequired()])
    price = OreField("Pris per dag")
    size = RadioField("Storlek", choices=one_of({"s": "Liten", "l": "Stor"}), validators=[DataRequired()])
    needs = CheckboxesField("Anpassningar", choices=NEEDS)
    tasks = TextAreaField("Uppgifter", validators=[DataRequired()])
    agreed = BooleanField("Jag har läst villkoren", validators=[DataRequired()])


class SampleFilter(FilterForm):
    kommun = SelectField("Kommun", choices=one_of({"0180": "Stockholm"}, blank="Alla"), coerce=or_none(str))
    start = DateFieldSv("Kan börja")
    needs = CheckboxesField("Anpassningar", choices=NEEDS)
    only_free = BooleanField("Bara lediga")


def every_component(app: Flask) -> None:
    @app.get(f"/sample.{FILE}")
    @public("a test")
    def sample_file(file_format: str) -> ResponseReturnValue:
        return file_response(file_format, "sample", ("Kommun",), [])

    @app.route("/delar", methods=["GET", "POST"])
    @public("a test")
    def parts() -> ResponseReturnValue:
        form = Sample()
        form.validate_on_submit()
        event: dict[str, Any] = {
            "at": datetime.now(UTC),
            "user_name": "Leila",
            "organisation_name": "Nacka kommun",
        }
        page = render_template_string(
            TEMPLATE.read_text(encoding="utf-8"),
            form=form,
            filters=SampleFilter(),
            actions=[
                ActionView(Move.ACCEPT, "Ta emot", True, "", "Platsen bokas."),
                ActionView(Move.DECLINE, "Tacka nej", True, "", ""),
                ActionView(Move.END, "Avsluta i förtid", False, "Placeringen har inte börjat.", ""),
            ],
            events=[
                SimpleNamespace(action="request", note_sv="Svar senast i morgon.", **event),
                SimpleNamespace(action="other", note_sv="Visad för deltagaren.", **event),
            ],
            weeks=[
                (date(2026, 11, 16) + timedelta(weeks=n), free)
                for n, free in enumerate([0, 1, 4, 4, 3, 0, 1, 2])
            ],
            page=ListPage(["row"] * 25, 312, 2, 25),
        )
        return page, form.status()


def away_at_first(app: Flask) -> None:
    times: list[str] = []

    @app.route("/fel", methods=["GET", "POST"])
    @public("a test")
    def away() -> ResponseReturnValue:
        if request.method == "GET":
            return render_template_string(
                "<!doctype html><title>Fel</title><form method=post><textarea name=t></textarea><button>Spara</button>"
            )
        times.append(request.form["t"])
        if len(times) < 2:
            raise OperationalError("", {}, Exception())
        return "<!doctype html><title>Fel</title>Sparat: " + escape(request.form["t"])


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(small_app(every_component, demo=True)) as root:
        yield f"{root}/delar"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("with_errors", [False, True])
def test_every_component_is_accessible(
    browser: Browser, address: str, width: int, scheme: Scheme, with_errors: bool
) -> None:
    page = opened(browser, width, scheme)
    look = Look(page)
    page.goto(address)
    if with_errors:
        page.get_by_role("button", name="Spara platsen").click()
        page.get_by_text("5 saker behöver rättas").wait_for()
    look.examine()
    assert _small_targets(page) == []
    page.context.close()


def test_the_keyboard_skips_the_menu_and_shows_where_it_is(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Till innehållet")
    assert (
        skip.evaluate("link => link === document.activeElement && getComputedStyle(link).outlineWidth")
        == "3px"
    )
    page.keyboard.press("Enter")
    page.locator("#innehall:focus").wait_for()
    page.close()


def test_an_error_leads_to_its_field(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.get_by_role("button", name="Spara platsen").click()
    page.get_by_role("link", name="Storlek: ").click()
    page.locator("#size-0:focus, #size-0:target").wait_for(state="attached")
    page.close()


def test_paper_has_the_content_and_not_the_frame(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".masthead").is_hidden()
    page.locator(".print-header").wait_for()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()


def test_what_was_sent_while_the_database_was_away_is_sent_again(browser: Browser) -> None:
    written = "Såga och slipa\ni lagom takt"
    with served(small_app(away_at_first, demo=True)) as root:
        page = opened(browser, WIDE)
        page.goto(f"{root}/fel")
        page.get_by_role("textbox").fill(written)
        page.get_by_role("button", name="Spara").click()
        page.get_by_role("heading", name="Tjänsten vilar en stund").wait_for()
        look = Look(page)
        for width in (WIDE, NARROW):
            resize(page, width)
            look.examine()
            picture(page, f"away-{width}")
        page.get_by_role("button", name="Skicka igen").click()
        page.get_by_text("Sparat: Såga och slipa").wait_for()
        page.context.close()


def _small_targets(page: Page) -> list[str]:
    """Controls smaller than 24 × 24 pixels; a link inside a sentence may be (WCAG 2.5.8), a box is hit by its label."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll("button, select, .btn, input:not([type=hidden]), nav a, .sort-link")]
            .filter(control => control.getClientRects().length)
            .filter(control => Math.min(control.offsetWidth, control.offsetHeight) < 24)
            .map(control => control.outerHTML)"""
        )
    )
