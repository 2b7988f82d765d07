"""What placements have cost: by number for the controller, by sex and without small numbers for those who plan."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from indicators.definitions.keys import Indicator
from indicators.measures.queries import Cells
from indicators.measures.queries import cells as published
from indicators.measures.rules import Dimension
from indicators.services import compute_authority
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.participants.models import Participant
from tests.support.clients import Client, ClientFor
from tests.support.invoicing_market import Market, build_market, sent_invoice
from tests.support.statements import statements_of
from tests.web.reading import text_of

MARCH = Month(2026, 3)
IN_APRIL, IN_MAY = date(2026, 4, 2), date(2026, 5, 4)
WOMEN, MEN = 6, 2


@pytest.fixture
def market(session: Session) -> Iterator[Market]:
    """Six women and two men who were trained in March and whose placements ended with it: 4 935 kronor each, and
    2 500 for the one whose plan was agreed."""
    with travelling(IN_APRIL):
        market = build_market(placements=WOMEN + MEN)
        sent_invoice(market)
    with acting_as(market.system), transaction():
        ended = update(Placement).where(Placement.contract_id == market.contract_id)
        db.session.execute(ended.values(state=PlacementState.COMPLETED, ended_on=MARCH.last_day))
        men = select(Placement.participant_id).where(Placement.id.in_(market.placement_ids[WOMEN:]))
        db.session.execute(update(Participant).where(Participant.id.in_(men)).values(sex=Sex.MAN))
    with travelling(IN_MAY):
        count_at_night(market)
        yield market


@pytest.fixture
def strategist(market: Market, client_for: ClientFor) -> Client:
    return client_for(market.actors[Role.STRATEGIST])


def count_at_night(market: Market) -> None:
    with acting_as(system_actor(authority_id=market.authority_id)), transaction():
        compute_authority(market.authority_id)


def cells(market: Market) -> Cells:
    with acting_as(market.actors[Role.STRATEGIST]):
        return published(market.authority_id, MARCH.first_day.year, [Indicator.COST])


def test_what_is_over_is_counted_and_what_is_small_is_not_stored(market: Market) -> None:
    counted = cells(market)
    of_cost = counted[Indicator.COST]
    whole = (8 * 4_935_00 + 2_500_00, 8)
    assert of_cost[Dimension.SEX] == {Sex.WOMAN: None, Sex.MAN: None}
    assert all(list(of_cost[by].values()) == [whole] for by in Dimension if by is not Dimension.SEX)
    count_at_night(market)
    assert cells(market) == counted


def test_a_last_month_that_may_be_invoiced_yet_is_not_counted(market: Market) -> None:
    with travelling(date(2026, 4, 30)):
        count_at_night(market)
        assert cells(market) == {Indicator.COST: {}}


def test_strategist_and_coordinator_read_it_by_sex(
    market: Market, strategist: Client, client_for: ClientFor
) -> None:
    shown = text_of(strategist.get("/kostnader-och-kon"))
    assert "Växthuset & Co 5 247,50 kr 41 980,00 kr på 8 placeringar" in shown
    assert "Haninge 5 247,50 kr" in shown
    assert "Kvinnor dolt (för få)" in shown
    rows = list(
        csv.reader(
            io.StringIO(strategist.get("/kostnader-och-kon/lista.csv").data.decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert rows[1][:5] == ["Alla", "Alla", "41980", "8", "5247,5"]
    assert rows[2] == ["Kön", "Kvinnor", *["dolt (för få)"] * 3, *rows[2][5:]]
    assert strategist.get("/kostnader-och-kon/lista.xlsx").status_code == 200
    for role in (Role.CONTROLLER, Role.SUPPLIER_MANAGER):
        assert client_for(market.actors[role]).get("/kostnader-och-kon").status_code == 403
    outsider = client_for(market.outsiders[Role.STRATEGIST])
    assert "Inga kostnader att visa än" in text_of(outsider.get("/kostnader-och-kon"))


def test_the_controller_reads_it_by_number(market: Market, client_for: ClientFor) -> None:
    controller = client_for(market.controller)
    shown = text_of(controller.get("/kostnader"))
    assert "Växthuset & Co 41 980,00 kr 8 5 247,50 kr" in shown
    assert "Haninge 41 980,00 kr 8" in shown
    assert f"P{market.placement_ids[0]:06d} Växthuset & Co Haninge 2026-02-02 2026-03-31 7 435,00 kr" in shown
    assert "Hemlig" not in shown
    listed = controller.get("/kostnader/placeringar.csv?sortera=placering").data.decode("utf-8-sig")
    assert len(listed.splitlines()) == 1 + WOMEN + MEN
    assert controller.get("/kostnader/summor.xlsx").status_code == 200
    few = len(statements_of(lambda: controller.get("/kostnader")))
    assert few <= 12
    assert "Inga kostnader än" in text_of(client_for(market.outsiders[Role.CONTROLLER]).get("/kostnader"))
    assert client_for(market.actors[Role.STRATEGIST]).get("/kostnader").status_code == 403
