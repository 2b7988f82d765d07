"""My work: what waits, oldest deadline first."""

import re
from datetime import date, timedelta

from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.tenancy import Actor, acting_as
from marketplace.web.navigation import NAV, menu_for
from marketplace.web.work import WaitingItem, register_waiting
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
    assert "4 saker väntar på dig, 1 har passerat sitt datum." in page
    assert page.count("Försenat") == 1
    assert page.count("I dag") == 1


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
    assert page.count('class="work-link"') == 10
    assert "Visa de 30 som är kvar" in page
    assert page_of(*items, query="alla=1").count('class="work-link"') == 40


def test_an_empty_list_says_so() -> None:
    assert "Inget väntar på dig" in page_of()


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
