"""The week in one form, and a placement's months by name or by number."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from lxml import html

from marketplace.clock import travelling
from marketplace.tenancy import acting_as
from placements.attendance.queries import days_of_placement
from placements.attendance.rules import AttendanceKind
from tests.support.clients import Client, ClientFor
from tests.support.invoiced import march_approved
from tests.support.placement_market import Market
from tests.support.training import agreed, attended, consent_withdrawn, ended, running
from tests.web.reading import text_of

MONDAY = date(2026, 3, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]
WEEK_12 = "/narvaro?vecka=2026-W12"


@pytest.fixture
def market(ready_market: Market) -> Iterator[Market]:
    with travelling(WEEK[4]):
        yield ready_market


@pytest.fixture
def placement_id(market: Market) -> int:
    placement_id = running(market)
    agreed(market, placement_id)
    return placement_id


@pytest.fixture
def supervisor(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.supervisor)


def as_filled_in(client: Client, path: str = WEEK_12) -> dict[str, str]:
    """The week's form as a browser would send it untouched."""
    page = html.fromstring(client.get(path).get_data(as_text=True))
    (form,) = [form for form in page.forms if form.get("class") == "attendance-form"]
    return {name: value or "" for name, value in form.form_values()}


def name(placement_id: int, day: date, part: str) -> str:
    return f"p{placement_id}-{day:%Y%m%d}-{part}"


def recorded(market: Market, placement_id: int) -> list[tuple[date, AttendanceKind, int]]:
    with acting_as(market.officer):
        return [(day.day, day.kind, int(day.actual_hours)) for day in days_of_placement(placement_id)]


def test_an_untouched_week_saves_what_was_planned(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    answer = supervisor.post(WEEK_12, data=as_filled_in(supervisor))
    assert answer.status_code == 302
    assert "Vecka 12 är sparad." in text_of(supervisor.get(answer.location))
    assert recorded(market, placement_id) == [(day, AttendanceKind.PRESENT, 4) for day in WEEK[:4]]
    again = supervisor.post(WEEK_12, data=as_filled_in(supervisor))
    assert "Ingenting ändrades" in text_of(supervisor.get(again.location))


def test_exceptions_are_typed(market: Market, placement_id: int, supervisor: Client) -> None:
    data = as_filled_in(supervisor)
    data |= {
        name(placement_id, WEEK[0], "kind"): "ill",
        name(placement_id, WEEK[1], "hours"): "2:00",
        name(placement_id, WEEK[2], "kind"): "no_training",
        name(placement_id, WEEK[4], "hours"): "5",
    }
    assert supervisor.post(WEEK_12, data=data).status_code == 302
    assert recorded(market, placement_id) == [
        (WEEK[0], AttendanceKind.ILL, 0),
        (WEEK[1], AttendanceKind.PRESENT, 2),
        (WEEK[3], AttendanceKind.PRESENT, 4),
        (WEEK[4], AttendanceKind.PRESENT, 5),
    ]
    data = as_filled_in(supervisor) | {name(placement_id, WEEK[4], "kind"): "no_training"}
    assert supervisor.post(WEEK_12, data=data).status_code == 302
    assert [day for day, _, _ in recorded(market, placement_id)] == [WEEK[0], WEEK[1], WEEK[3]]


@pytest.mark.parametrize(
    ("typed", "kind", "told"),
    [
        ("25", "present", "24 timmar"),
        ("mycket", "present", "7,5 eller 7:30"),
        ("", "present", "välj varför"),
        ("2", "ill", "Frånvaro gäller hela dagen"),
        ("4", "borta", "alternativen"),
    ],
)
def test_errors_stand_beside_the_day_and_nothing_typed_is_lost(
    market: Market, placement_id: int, supervisor: Client, typed: str, kind: str, told: str
) -> None:
    wrong = name(placement_id, WEEK[1], "hours")
    data = as_filled_in(supervisor) | {
        wrong: typed,
        name(placement_id, WEEK[1], "kind"): kind,
        name(placement_id, WEEK[2], "hours"): "3,25",
    }
    answer = supervisor.post(WEEK_12, data=data)
    assert answer.status_code == 422
    page = html.fromstring(answer.get_data(as_text=True))
    assert told in page.get_element_by_id(f"{wrong}-fel").text_content()
    assert page.get_element_by_id(wrong).get("value", "") == typed
    assert page.get_element_by_id(name(placement_id, WEEK[2], "hours")).get("value") == "3,25"
    assert "Maja Öberg1, tis 17/3" in page.get_element_by_id("fel").text_content()
    assert recorded(market, placement_id) == []


def test_days_that_cannot_be_changed_have_no_fields(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    attended(market, placement_id, WEEK[0])
    march_approved(market, placement_id)
    with travelling(WEEK[2]):
        data = as_filled_in(supervisor)
        page = text_of(supervisor.get(WEEK_12))
    assert name(placement_id, WEEK[0], "hours") not in data
    assert "Månaden är fakturerad" in page
    ended(market, placement_id, WEEK[2])
    assert "Utanför placeringen" in text_of(supervisor.get(WEEK_12))


def test_a_day_invoiced_after_the_page_was_opened_is_told(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    attended(market, placement_id, *WEEK[:2])
    data = as_filled_in(supervisor)
    march_approved(market, placement_id)
    assert supervisor.post(WEEK_12, data=data).status_code == 302  # unchanged: nothing to tell
    answer = supervisor.post(WEEK_12, data=data | {name(placement_id, WEEK[0], "hours"): "1"})
    assert answer.status_code == 422
    assert "mån 16/3: Månadens faktura är godkänd" in text_of(answer)
    assert "Inte sparat: Närvarande 1." in text_of(answer)


def test_posted_days_that_the_page_did_not_offer_are_left_alone(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    outside = {
        name(placement_id, date(2026, 3, 2), "hours"): "4",
        name(placement_id + 999, MONDAY, "hours"): "4",
    }
    supervisor.post(WEEK_12, data=as_filled_in(supervisor) | outside)
    assert [day for day, _, _ in recorded(market, placement_id)] == WEEK[:4]


def test_the_week_that_waits_is_the_one_that_opens(
    market: Market, placement_id: int, supervisor: Client, client_for: ClientFor
) -> None:
    with travelling(date(2026, 3, 24)):
        page = text_of(client_for(market.supervisor).get("/narvaro"))
        assert "Närvaro vecka 12" in page
        assert "v. 11, 1 deltagare" in page
    assert "Närvaro vecka 11" in text_of(supervisor.get("/narvaro?vecka=nonsens"))
    assert "Ingen tränade hos er den veckan" in text_of(supervisor.get("/narvaro?vecka=2025-W02"))
    assert "Lördag" in text_of(supervisor.get(f"{WEEK_12}&helg=1"))


def test_months_for_those_concerned(market: Market, placement_id: int, client_for: ClientFor) -> None:
    attended(market, placement_id, *WEEK[:2])
    path = f"/placeringar/{placement_id}/narvaro"
    for actor in (market.supervisor, market.officer, market.coordinator):
        page = text_of(client_for(actor).get(path))
        assert "Maja Öberg1" in page
        assert "8 tim" in page
    for actor in (market.controller, market.manager):
        answer = client_for(actor).get(path)
        assert answer.status_code == 200
        assert f"P{placement_id:06d}" in text_of(answer)
        assert "Maja" not in answer.get_data(as_text=True)
    for actor in market.outsiders():
        if actor not in (market.controller, market.manager):
            assert client_for(actor).get(path).status_code in {403, 404}, actor.user_name


def test_kinds_of_absence_are_for_those_who_work_with_the_person(
    market: Market, placement_id: int, supervisor: Client, client_for: ClientFor
) -> None:
    data = as_filled_in(supervisor) | {
        name(placement_id, WEEK[0], "kind"): "ill",
        name(placement_id, WEEK[1], "kind"): "leave",
        name(placement_id, WEEK[2], "kind"): "invalid",
    }
    assert supervisor.post(WEEK_12, data=data).status_code == 302
    path = f"/placeringar/{placement_id}/narvaro"
    told = text_of(client_for(market.officer).get(path))
    assert "Sjuk" in told
    assert "Ledig, anmäld i tid" in told
    for actor in (market.controller, market.manager):
        answer = client_for(actor).get(path)
        page = text_of(answer)
        assert "Sjuk" not in page
        assert "Ledig" not in page
        assert page.count("Giltig frånvaro, anmäld i tid") == 1
        assert "Ogiltig frånvaro" in page
        month = html.fromstring(answer.get_data(as_text=True)).find(".//table/tbody/tr")
        assert [cell.text_content() for cell in month][3:] == ["1", "2", "1"]


def test_another_enterprise_has_its_own_week(
    market: Market, placement_id: int, client_for: ClientFor
) -> None:
    page = client_for(market.other_supervisor).get(WEEK_12).get_data(as_text=True)
    assert "Maja" not in page
    assert client_for(market.officer).get(WEEK_12).status_code == 403


def test_without_consent_the_week_goes_on_by_number(
    market: Market, placement_id: int, supervisor: Client
) -> None:
    consent_withdrawn(market, placement_id)
    page = supervisor.get(WEEK_12).get_data(as_text=True)
    assert "Maja" not in page
    assert f"P{placement_id:06d}" in page
    assert supervisor.post(WEEK_12, data=as_filled_in(supervisor)).status_code == 302
