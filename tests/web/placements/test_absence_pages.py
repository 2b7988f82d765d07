"""Absence in one form, a correction with a reason, and the month's hours as page and file."""

import io
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

import pytest
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from marketplace.db import get_or_404, transaction
from marketplace.tenancy import Actor, acting_as
from placements.access.queries import participant_actor
from placements.booking.models import Placement
from placements.participants.services import update_needs
from tests.support.clients import ClientFor
from tests.support.invoiced import march_approved
from tests.support.own_page import let_in
from tests.support.placement_market import Market, build_market
from tests.support.statements import statements_of
from tests.support.training import attended, running
from tests.web.reading import posted, text_of

MONDAY = date(2026, 3, 16)
WEEK = [MONDAY + timedelta(days=number) for number in range(5)]
MONTH = "/narvaro/manad?manad=2026-03"


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    built = build_market(seats=8)
    with travelling(WEEK[1]):
        yield built


@pytest.fixture
def placement_id(market: Market) -> int:
    return running(market)


def participant_of(market: Market, placement_id: int) -> int:
    with acting_as(market.officer):
        return get_or_404(Placement, placement_id).participant_id


def test_the_supervisor_tells_in_one_form(market: Market, placement_id: int, client_for: ClientFor) -> None:
    client = client_for(market.supervisor)
    path = "/narvaro/franvaro"
    assert "Maja Öberg1, 5 tim i dag" in text_of(client.get(path))
    assert client.post(path, data={"kind": "ill"}).status_code == 422
    assert client.post(path, data={"placement_id": placement_id + 99, "kind": "ill"}).status_code == 422
    page = posted(client, path, placement_id=str(placement_id), kind="ill")
    assert "Frånvaron i dag är antecknad för Maja Öberg1" in page
    assert "Maja Öberg1, sjuk" in page
    assert "Ingen mer väntas i dag" in page
    assert "Anmäld samma dag" in text_of(client.get("/narvaro?vecka=2026-W12"))
    assert "Kommer inte i dag" in text_of(
        client_for(market.officer).get(f"/placeringar/{placement_id}/narvaro")
    )
    assert "Maja" not in text_of(client_for(market.other_supervisor).get(path))


def test_a_day_of_rest_names_the_next_day(market: Market, placement_id: int, client_for: ClientFor) -> None:
    with travelling(WEEK[4]):
        page = text_of(client_for(market.supervisor).get("/narvaro/franvaro"))
    assert "Nästa träningsdag är måndag 23 mars." in page


def test_she_tells_on_her_own_page(market: Market, placement_id: int, client_for: ClientFor) -> None:
    she: Actor = participant_actor(participant_of(market, placement_id))
    client = let_in(client_for, market, she)
    assert "Kan du inte komma till Gården & Co i dag?" in text_of(client.get("/min-sida/platser"))
    path = f"/min-sida/franvaro/{placement_id}"
    assert "tisdag 17 mars" in text_of(client.get(path))
    assert client.post(path).status_code == 422
    assert client.post(path, data={"kind": "leave"}).status_code == 422
    assert "vet nu att du inte kommer" in posted(client, path, kind="ill")
    assert "Du har sagt att du inte kommer" in text_of(client.get("/min-sida/platser"))
    assert "redan anmäld" in posted(client, path, kind="ill")
    another = let_in(client_for, market, participant_actor(participant_of(market, running(market, 2))))
    assert another.get(path).status_code == 404
    assert another.post(path, data={"kind": "ill"}).status_code == 404
    with travelling(WEEK[4]):  # nothing is planned on Fridays
        assert let_in(client_for, market, she).get(path).status_code == 404


def test_a_locked_day_is_corrected_with_a_reason_and_tells_its_history(
    market: Market, placement_id: int, client_for: ClientFor
) -> None:
    attended(market, placement_id, *WEEK[:2])
    client = client_for(market.supervisor)
    path = f"/placeringar/{placement_id}/narvaro/ratta?dag=2026-03-16"
    assert client.get(path).status_code == 302, "it can be changed in the week"
    march_approved(market, placement_id)
    for day in ("", "igår", "2026-03-06", "9999-12-31", "2026-02-30"):
        assert client.get(f"/placeringar/{placement_id}/narvaro/ratta?dag={day}").status_code == 302
    assert "Rätta" in text_of(client.get("/narvaro?vecka=2026-W12"))
    shown = {"shown": "present 4"}
    empty = client.post(path, data=shown | {"kind": "ill", "hours": "", "reason_sv": ""})
    assert empty.status_code == 422
    behind = client.post(path, data={"shown": "present 3", "kind": "ill", "hours": "", "reason_sv": "Fel"})
    assert behind.status_code == 422
    assert "Under tiden sparades: Närvarande 4" in text_of(behind)
    page = posted(client, path, **shown, kind="ill", hours="", reason_sv="Sms <b>kom</b> bort")
    assert "2026-03-16 är rättad" in page
    for actor in (market.officer, market.coordinator):
        told = text_of(client_for(actor).get(f"/placeringar/{placement_id}/narvaro"))
        assert "Rättad" in told
        assert "av Hans Handledare, Gården & Co: från 4 tim till Sjuk. Sms <b>kom</b> bort" in told
    for actor in (market.controller, market.manager):
        told = text_of(client_for(actor).get(f"/placeringar/{placement_id}/narvaro"))
        assert "från 4 tim till Giltig frånvaro" in told
        assert "Sms" not in told
    for never, stood in ((WEEK[0], "ill"), (WEEK[1], "present 4")):
        gone = {"shown": stood, "kind": "no_training", "hours": "", "reason_sv": "Var aldrig där"}
        page = posted(client, path.replace("2026-03-16", str(never)), **gone)
        assert "Var aldrig där" in page, "also when no day of the month is left"
    assert client_for(market.officer).get(path).status_code == 403
    assert client_for(market.other_supervisor).get(path).status_code == 404


def test_the_months_hours_as_page_and_as_files_without_names(
    market: Market, placement_id: int, client_for: ClientFor
) -> None:
    attended(market, placement_id, *WEEK[:2])
    hidden = running(market, 2)
    attended(market, hidden, WEEK[0])
    with acting_as(market.officer), transaction():
        update_needs(participant_of(market, hidden), needs_sv="", is_protected=True)
    for actor in (market.supervisor, market.officer, market.coordinator):
        client = client_for(actor)
        page = text_of(client.get(MONTH))
        assert "Maja Öberg1" in page
        assert "8 tim" in page
        assert "Öberg2" not in page
        answer = client.get("/narvaro/manad/lista.csv?manad=2026-03")
        first, *rows = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
        assert first.startswith(
            "Placering;Arbetsplats;Remitterad av;Från;Till;Planerat;Närvaro;Dagar;Sjuk, timmar"
        )
        assert "Maja" not in answer.get_data(as_text=True)
        assert sorted(rows) == [
            f"P{placement_id:06d};Gården & Co;Haninge arbetscenter;2026-03-09;2026-08-28;8;8;2;0;0;0;0",
            f"P{hidden:06d};;;2026-03-09;2026-08-28;4;4;1;0;0;0;0",
        ]
    book = client_for(market.officer).get("/narvaro/manad/lista.xlsx?manad=2026-03")
    assert len(list(load_workbook(io.BytesIO(book.data)).worksheets[0].rows)) == 3
    for address in ("", "?manad=2026-13", "?manad=0001-01", "?manad=2099-12"):
        assert client_for(market.officer).get(f"/narvaro/manad{address}").status_code == 200


def test_the_month_is_for_those_concerned(market: Market, placement_id: int, client_for: ClientFor) -> None:
    attended(market, placement_id, WEEK[0])
    for actor in market.outsiders():
        for path in (MONTH, "/narvaro/manad/lista.csv?manad=2026-03"):
            answer = client_for(actor).get(path)
            assert answer.status_code in {200, 403}
            assert f"P{placement_id:06d}" not in answer.get_data(as_text=True), actor.user_name
            assert "Maja" not in answer.get_data(as_text=True), actor.user_name


def test_pages_ask_the_same_for_one_and_for_many(
    market: Market, placement_id: int, client_for: ClientFor
) -> None:
    client = client_for(market.supervisor)
    paths = (MONTH, "/narvaro/manad/lista.csv?manad=2026-03", "/narvaro/franvaro")

    def asked() -> list[int]:
        return [len(statements_of(partial(client.get, path))) for path in paths]

    one = asked()
    for number in range(2, 7):
        attended(market, running(market, number), WEEK[0])
    assert asked() == one
