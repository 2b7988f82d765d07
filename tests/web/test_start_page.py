"""My work: what waits, oldest deadline first."""

import re
from datetime import date, timedelta

import pytest

from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.tenancy import Actor, acting_as
from marketplace.web.navigation import NAV, menu_for
from marketplace.web.work import WaitingItem, by_kind, register_waiting, waits_sv
from tests.web.small_app import actor, small_app

TODAY = date(2026, 3, 5)


def item(text: str, days: int | None, kind: str = "Planer") -> WaitingItem:
    deadline = None if days is None else TODAY + timedelta(days=days)
    return WaitingItem(deadline, text, "pages.accessibility", {}, kind)


def page_of(*items: WaitingItem, query: str = "") -> str:
    app = small_app()
    register_waiting(app, lambda _actor: list(items[:1]), lambda _actor: list(items[1:]))
    with acting_as(actor()), travelling(TODAY):
        return app.test_client().get(f"/?{query}").text


def test_rows_come_oldest_deadline_first_and_those_without_last() -> None:
    page = page_of(item("ingen", None), item("sen", 30), item("nu", 0), item("försenad", -3))
    assert re.findall(r'class="work-link"[^>]*>([^<]+)<', page) == ["försenad", "nu", "sen", "ingen"]
    assert "4 saker väntar på dig, 1 är försenad." in page
    assert re.findall(r"<h2>([^<]+)<", page) == ["Försenat", "I dag", "Senare", "Utan datum"]


@pytest.mark.parametrize(
    ("days", "group", "when_sv"),
    [
        (-6, "late", "4 arbetsdagar sen"),  # a weekend lies between
        (-1, "late", "1 arbetsdag sen"),
        (0, "today", "i dag"),
        (1, "this_week", "i morgon"),
        (3, "this_week", "om 1 arbetsdag"),
        (4, "later", "om 2 arbetsdagar"),
        (60, "later", "2026-05-04"),
        (None, "no_day", ""),
    ],
)
def test_a_deadline_is_told_in_working_days(days: int | None, group: str, when_sv: str) -> None:
    with travelling(TODAY):
        one = item("rad", days)
        assert (one.due, one.when_sv) == (group, when_sv)


def test_what_is_late_since_the_weekend_has_no_working_day_to_count() -> None:
    with travelling(date(2026, 3, 8)):  # a Sunday
        assert WaitingItem(date(2026, 3, 7), "rad", "start.show").when_sv == "sen sedan helgen"
        assert WaitingItem(date(2026, 3, 13), "rad", "start.show").due == "this_week", "the week to come"
        assert WaitingItem(date(2026, 3, 16), "rad", "start.show").due == "later"


def test_a_kind_is_summed_up_in_a_line() -> None:
    with travelling(TODAY):
        mixed = by_kind([item("a", -9), item("b", -1), item("c", 0), item("d", 4), item("e", None)])
        coming = by_kind([item("a", 1, "Begäran"), item("b", 4, "Begäran"), item("c", 4)])
        assert [kind.text_sv for kind in mixed] == ["Planer: 5 (2 försenade, 1 i dag)"]
        assert [kind.text_sv for kind in coming] == [
            "Begäran: 2 (den första i morgon)",
            "Planer: 1 (om 2 arbetsdagar)",
        ]
        assert by_kind([item("a", None)])[0].text_sv == "Planer: 1"
        assert waits_sv(mixed) == "5 saker väntar på dig, 2 är försenade"
        assert waits_sv(coming) == "3 saker väntar på dig"


def test_rows_of_one_day_stand_in_swedish_order() -> None:
    names = ["Örjan", "Åsa", "Ärla", "Zara", "adam"]
    page = page_of(*(item(name, 1) for name in names))
    shown = re.findall(r'class="work-link"[^>]*>([^<]+)<', page)
    assert shown == ["adam", "Zara", "Åsa", "Ärla", "Örjan"]


def test_each_kind_is_counted_and_can_be_seen_alone() -> None:
    items = [item("plan", 1), item("plan två", 2), item("begäran", 3, "Begäran")]
    page = page_of(*items)
    assert "<strong>2</strong> Planer" in page
    assert "<strong>1</strong> Begäran" in page
    only = page_of(*items, query="slag=Begäran")
    assert re.findall(r'class="work-link"[^>]*>([^<]+)<', only) == ["begäran"]


def test_a_long_list_begins_short_and_can_be_opened() -> None:
    items = [item(f"rad {number:02}", number) for number in range(40)]
    page = page_of(*items)
    assert page.count('class="work-link"') == 20
    assert "Visa de 20 som är kvar" in page
    assert page_of(*items, query="alla=1").count('class="work-link"') == 40


def test_an_empty_list_says_so() -> None:
    assert "Inget väntar på dig" in page_of()


def test_a_link_to_a_kind_that_is_done_with_says_so() -> None:
    page = page_of(item("plan", 1), query="slag=Begäran")
    assert "Inget av det slaget väntar" in page
    assert 'href="/">Visa allt som väntar' in page


def test_the_list_that_was_asked_for_is_shown_once_a_role_is_chosen() -> None:
    with acting_as(Actor(user_id=1)):
        answer = small_app().test_client().get("/?slag=Planer")
    assert answer.location == "/valj-roll?next=/?slag%3DPlaner"


def test_the_actor_is_handed_to_each_source() -> None:
    seen: list[Actor] = []
    app = small_app()

    def source(who: Actor) -> list[WaitingItem]:
        seen.append(who)
        return []

    register_waiting(app, source)
    with acting_as(actor(Role.CONTROLLER)):
        app.test_client().get("/")
    assert [who.role for who in seen] == [Role.CONTROLLER]


def test_the_accessibility_statement_says_where_to_write() -> None:
    page = small_app().test_client().get("/tillganglighet").text
    assert '<a href="mailto:hjalp@example.org">hjalp@example.org</a>' in page


def test_every_role_has_a_menu_that_begins_with_its_work() -> None:
    assert set(NAV) == set(Role) - {Role.SYSTEM, Role.PARTICIPANT}
    app = small_app()
    for role in NAV:
        with app.test_request_context("/"):
            menu = menu_for(actor(role))
        assert menu[0].label_sv == "Mitt arbete"
        assert menu[0].is_current
    with app.test_request_context("/"):
        assert menu_for(Actor(user_id=1)) == [], "a role is to be chosen first"


def test_a_visitor_finds_the_pages_that_are_open() -> None:
    app = small_app()
    with app.test_request_context("/logga-in"):
        assert [item.label_sv for item in menu_for(Actor())] == ["Logga in"], "this application has no more"
