"""Every form and every address, filled in as an attacker would. Forms and queries are read off the pages, so those of a
new page are tried too. ATTACK_EXAMPLES (50) asks for more that is made up: for a longer run.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from marketplace.accounts.rules import Role
from marketplace.db import Base
from tests.attacks.nasty import NASTY, assert_tells_nothing
from tests.isolation.conftest import ClientFor, Rollback
from tests.support.page_forms import Met, PageForm
from tests.support.routes import EVERY_ROUTE, OPEN_TO_ALL, Route, address, admitted, people
from tests.world import Who, World

EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "50"))

POSTS = [route for route in EVERY_ROUTE if route.method != "GET"]
GETS = [
    route
    for route in EVERY_ROUTE
    if route.method == "GET" and "filename" not in route.names and route.rule.endpoint != "health.ready"
]
"""Not what asks whether the database has its own connections, which are one here."""
HTML = "text/html"
SPOOFED = {"X-Forwarded-Host": "spoofed.example", "X-Forwarded-Proto": "https"}
LISTED = frozenset({"sida", "sortera"})

NOT_FORMS = frozenset({"letters.unsubscribe"})
"""Posted to by mail programs, with a signed link."""

NOT_MET = frozenset(
    {
        "account.choose_password",
        "account.end_sessions",
        "applications.approve",
        "applications.follow_new_terms",
        "applications.proposal",
        "applications.request_completion",
        "applications.resume",
        "applications.return_proposal",
        "attendance.correct",
        "attest.remind",
        "attest.settle",
        "booking.complete",
        "booking.request_form",
        "choice.show_places",
        "choice.take_back",
        "colleagues.accept",
        "contracts.call_off",
        "contracts.end",
        "contracts.offer_terms",
        "contracts.renew_signatures",
        "contracts.resume",
        "contracts.sign",
        "disposal.propose",
        "identity_provider.turn_off",
        "invoices.send",
        "letters.unsubscribe",
        "own_page.book_visit",
        "own_page.take_back",
        "own_plan.agree",
        "places.reopen",
        "region.agree",
        "region.decline",
        "report.create",
        "report.discard",
        "reports.unsubscribe",
        "second_factor.add_passkey",
        "second_factor.second_step",
        "visits.book",
        "visits.mark_held",
        "waiting_list.join",
    }
)
"""Posts whose forms stand on no page of this world: in states that it is not in, behind a link that was sent, or below
a search. Roles, ids and tokens are tried there too, and boxes are not."""

OF_ANYBODY = frozenset({"demo.sign_in_as"})
"""The demo lets one be whoever is in the story."""

REFUSED = {400, 403, 404, 409, 422}

TELL_TALE = "7654321"
COLUMNS = {column.name for table in Base.metadata.tables.values() for column in table.columns}
EXTRA = COLUMNS | {"role", "actor", "is_admin", "organisation", "user"}

_turn = count()


def nasty() -> str:
    """Another each time."""
    return NASTY[next(_turn) % len(NASTY)]


@contextmanager
def asked() -> Iterator[list[tuple[str, str]]]:
    """What the database is asked inside: statements with their parameters."""
    found: list[tuple[str, str]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        found.append((statement, repr(parameters)))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


# Forms


def test_every_form_carries_the_token_and_no_other_way_is_open(
    met: Met,
    world: World,
    app: Flask,
    fresh_client: ClientFor,
    undone: Rollback,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert {route.rule.endpoint for route in POSTS if not met.forms_to(route)} == NOT_MET
    without = [str(form) for form in met.forms if form.method == "post" and "csrf_token" not in form.filled]
    assert not without
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    let_in = set()
    for route in POSTS:
        known = {name: world.own.get(name, 1) for name in route.names}
        role = next(iter(admitted(route)), None)
        with undone():
            answer = fresh_client(role).open(address(route, known), method=route.method, data={"text": "x"})
        is_sent_for_a_code = Role.PARTICIPANT in route.guard.roles and (answer.location or "").endswith(
            "/min-sida"
        )
        if answer.status_code != 400 and not is_sent_for_a_code:
            let_in.add(route.rule.endpoint)
    assert let_in == NOT_FORMS


@pytest.mark.parametrize("route", POSTS, ids=str)
def test_a_form_sent_with_nonsense_is_refused_in_words(
    route: Route, met: Met, fresh_client: ClientFor, undone: Rollback
) -> None:
    """Once wrong all over, and then one box, which others are right beside."""
    for form in met.forms_to(route):
        boxes = [control.name for control in form.controls if control.name and control.kind != "file"]
        one = boxes[next(_turn) % len(boxes)] if boxes else ""
        for wrong in (boxes, [one]):
            with undone():
                answer = fresh_client(form.who).post(
                    form.path, data={**form.filled, **{name: [nasty()] for name in wrong}}
                )
                assert_tells_nothing(answer)


@pytest.mark.parametrize("route", POSTS, ids=str)
def test_what_a_form_does_not_ask_for_is_not_taken(
    route: Route, met: Met, fresh_client: ClientFor, undone: Rollback
) -> None:
    """Every column there is, as if it were a box."""
    for form in met.forms_to(route):
        sent = form.filled
        more = dict.fromkeys(EXTRA - set(sent), TELL_TALE)
        with undone(), asked() as statements:
            answer = fresh_client(form.who).post(form.path, data={**more, **sent})
        assert_tells_nothing(answer)
        assert TELL_TALE not in (answer.location or "")
        taken = [statement for statement, parameters in statements if TELL_TALE in parameters]
        assert not taken, (form, taken)


# What another tenant has


def same_of_others(control_value: str, world: World) -> Iterator[str]:
    """The other side's numbers of whatever has this number on the own side."""
    for name, own in world.own.items():
        other = world.foreign.get(name)
        if str(own) == control_value and str(other) != control_value:
            yield str(other)


def named(form: PageForm, world: World) -> Iterator[tuple[str, str]]:
    """The boxes that name an object, each with what it could be made to name instead."""
    for control in form.controls:
        if not control.is_typed and control.name:
            others = {
                other for one in control.choices or (control.value,) for other in same_of_others(one, world)
            }
            for other in sorted(others - set(control.choices))[:2]:
                yield control.name, other


@pytest.mark.parametrize("route", [one for one in POSTS if one.rule.endpoint not in OF_ANYBODY], ids=str)
def test_a_form_made_to_name_what_is_anothers_does_nothing(
    route: Route, met: Met, world: World, fresh_client: ClientFor, undone: Rollback
) -> None:
    for form in met.forms_to(route):
        for name, other in named(form, world):
            with undone():
                answer = fresh_client(form.who).post(form.path, data={**form.filled, name: [other]})
            assert_tells_nothing(answer)
            assert answer.status_code in REFUSED, (form, name, other)


# Addresses


def asker(route: Route) -> Who | None:
    return None if route.guard.is_public else people(admitted(route)[0])[0]


def queried(route: Route, met: Met) -> dict[str, str]:
    return {name: nasty() for name in sorted(met.queries.get(route.rule.endpoint, set()) | LISTED)}


@pytest.mark.parametrize("route", GETS, ids=str)
def test_an_address_with_nonsense_is_answered_in_words(
    route: Route, met: Met, world: World, fresh_client: ClientFor, undone: Rollback
) -> None:
    """In what follows the question mark, all at once; and in the parts that are nobody's."""
    known: dict[str, object] = {name: world.own.get(name, 1) for name in route.names}
    odd = {name: nasty() for name in route.names & OPEN_TO_ALL}
    for parts in [known, known | odd] if odd else [known]:
        with undone():
            client = fresh_client(asker(route))
            path = address(route, parts).replace("?", "%3F").replace("#", "%23")
            answer = client.get(path, query_string=queried(route, met), headers=SPOOFED)
        assert_tells_nothing(answer)
        assert "spoofed.example" not in f"{answer.location}{answer.text if answer.mimetype == HTML else ''}"
        is_own = not route.guard.is_public and answer.status_code not in {308, 404}
        assert not is_own or answer.cache_control.no_store or answer.cache_control.immutable


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_made_up_answers_are_refused_in_words(
    data: st.DataObject, met: Met, fresh_client: ClientFor, undone: Rollback
) -> None:
    form = data.draw(st.sampled_from([one for one in met.forms if one.controls]))
    wrong = st.sampled_from(NASTY) | st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0")
    )
    sent = form.filled
    for control in data.draw(st.lists(st.sampled_from(form.controls), max_size=4)):
        if control.name and control.kind != "file":
            offered = st.sampled_from(control.choices) if control.choices else wrong
            sent[control.name] = data.draw(st.lists(wrong | offered, max_size=3))
    with undone():
        client = fresh_client(form.who)
        answer = (
            client.post(form.path, data=sent)
            if form.method == "post"
            else client.get(form.path, query_string=sent)
        )
        assert_tells_nothing(answer)
