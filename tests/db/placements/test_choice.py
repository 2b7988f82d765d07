"""What is shown is kept as shown, the participant chooses, and a narrow choice is pointed out."""

from datetime import date, timedelta

import pytest

from enterprises.places.services import pause_place
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as
from placements.booking.rules import DeclineReason
from placements.booking.services import decline_placement, request_placement
from placements.choice import queries
from placements.choice.models import ShownPlace
from placements.choice.rules import ChoiceState
from placements.choice.services import close_round, open_round, record_choice, show_places
from placements.participants.withdrawal import withdraw_grant
from tests.support.placement_market import (
    FIRST_DAY,
    LAST_DAY,
    TODAY,
    Market,
    granted,
    requested,
)


def _opened(market: Market, number: int = 1, **facts: object) -> int:
    _, grant_id = granted(market, number, **facts)  # type: ignore[arg-type]
    with acting_as(market.officer), transaction():
        return open_round(grant_id).id


def test_what_was_shown_stays_as_it_was(market: Market) -> None:
    round_id = _opened(market)
    with acting_as(market.officer), transaction():
        show_places(round_id, [market.repair_id, market.sewing_id])
    requested(market, 2)
    with acting_as(market.manager), transaction():
        pause_place(market.repair_id)
    with acting_as(market.officer):
        shown = queries.choice_round(round_id).shown
        assert [(s.place_id, s.position, s.free_seats, s.earliest_start) for s in shown] == [
            (market.repair_id, 1, 1, TODAY + timedelta(days=7)),
            (market.sewing_id, 2, 2, TODAY),
        ]
        assert [s.ssyk for s in shown] == ["7231", "7531"]


def test_showing_again_adds_only_what_is_new(market: Market) -> None:
    round_id = _opened(market)
    with acting_as(market.officer), transaction():
        show_places(round_id, [market.sewing_id])
        added = show_places(round_id, [market.sewing_id, market.growing_id])
        assert [s.place_id for s in added] == [market.growing_id]
        assert show_places(round_id, [market.sewing_id]) == []


def test_what_cannot_be_shown(market: Market) -> None:
    round_id = _opened(market)
    with acting_as(market.officer):
        with pytest.raises(Invalid, match="minst en"), transaction():
            show_places(round_id, [])
        with pytest.raises(Conflict, match="kan inte erbjudas"), transaction():
            show_places(round_id, [market.bakery_place_id])
        with pytest.raises(Conflict, match="kan inte erbjudas"), transaction():
            show_places(round_id, [market.sewing_id, 10**6])
        with pytest.raises(Invalid, match="högst 20"), transaction():
            show_places(round_id, list(range(1, 22)))


def test_the_participant_chooses_among_what_was_shown(market: Market) -> None:
    round_id = _opened(market)
    with acting_as(market.officer):
        with transaction():
            show_places(round_id, [market.sewing_id, market.repair_id])
        with pytest.raises(Invalid, match="har visats"), transaction():
            record_choice(round_id, market.growing_id)
        with transaction():
            record_choice(round_id, market.repair_id)
        choice_round = queries.choice_round(round_id)
        assert (choice_round.state, choice_round.chosen_on) == (ChoiceState.CHOSEN, TODAY)
        chosen = queries.chosen_place(choice_round)
        assert chosen is not None
        assert chosen.place_id == market.repair_id
        for late in (
            lambda: record_choice(round_id, market.sewing_id),
            lambda: show_places(round_id, [market.growing_id]),
            lambda: close_round(round_id),
        ):
            with pytest.raises(Conflict), transaction():
                late()


def test_one_open_round_at_a_time(market: Market) -> None:
    _, grant_id = granted(market)
    with acting_as(market.officer):
        with transaction():
            round_id = open_round(grant_id).id
        with pytest.raises(Conflict, match="öppen valomgång"), transaction():
            open_round(grant_id)
        with transaction():
            close_round(round_id)
        with transaction():
            assert open_round(grant_id).id != round_id


def test_a_round_needs_an_open_grant(market: Market) -> None:
    round_id = _opened(market)
    with acting_as(market.officer), transaction():
        show_places(round_id, [market.sewing_id])
    after = LAST_DAY + timedelta(days=1)
    with acting_as(market.officer), travelling(after), pytest.raises(Conflict, match="slut"), transaction():
        record_choice(round_id, market.sewing_id)
    with acting_as(market.officer):
        grant_id = queries.choice_round(round_id).grant_id
    with acting_as(market.coordinator), transaction():
        withdraw_grant(grant_id)
    with acting_as(market.officer), pytest.raises(Conflict, match="valomgången avslutad"), transaction():
        record_choice(round_id, market.sewing_id)


def test_only_case_officers_lead_the_choice(market: Market) -> None:
    _, grant_id = granted(market)
    with acting_as(market.coordinator), pytest.raises(NotAllowed), transaction():
        open_round(grant_id)
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
    with acting_as(market.coordinator), pytest.raises(NotAllowed), transaction():
        show_places(round_id, [market.sewing_id])


def test_outsiders_do_not_find_the_round(market: Market) -> None:
    round_id = _opened(market)
    with acting_as(market.officer), transaction():
        show_places(round_id, [market.sewing_id])
    for stranger in [*market.outsiders(), market.supervisor]:
        with acting_as(stranger):
            with pytest.raises(NotFound):
                queries.choice_round(round_id)
            assert db.session.scalars(db.select(ShownPlace)).all() == []
            assert queries.waiting(stranger) == []


@pytest.mark.parametrize(
    ("sex", "shown", "offered"),
    [
        (Sex.WOMAN, ["sewing_id"], {"repair_id", "growing_id"}),
        (Sex.WOMAN, ["sewing_id", "repair_id"], None),
        (Sex.WOMAN, ["growing_id"], None),
        (Sex.WOMAN, [], None),
        (Sex.MAN, ["sewing_id"], None),
        (Sex.MAN, ["repair_id"], {"sewing_id", "growing_id"}),
        (Sex.OTHER, ["sewing_id"], None),
    ],
)
def test_a_narrow_choice_is_pointed_out(
    market: Market, sex: Sex, shown: list[str], offered: set[str] | None
) -> None:
    round_id = _opened(market, sex=sex)
    with acting_as(market.officer):
        if shown:
            with transaction():
                show_places(round_id, [getattr(market, name) for name in shown])
        narrow = queries.narrow_choice(queries.choice_round(round_id))
        if offered is None:
            assert narrow is None
        else:
            assert narrow is not None
            assert {option.place.id for option in narrow.options} == {getattr(market, n) for n in offered}


def test_nothing_is_said_when_nothing_else_fits(market: Market) -> None:
    round_id = _opened(market)
    with acting_as(market.manager), transaction():
        pause_place(market.repair_id)
        pause_place(market.growing_id)
    with acting_as(market.officer):
        with transaction():
            show_places(round_id, [market.sewing_id])
        assert queries.narrow_choice(queries.choice_round(round_id)) is None


def test_what_waits_for_a_case_officer(market: Market) -> None:
    _, grant_id = granted(market)

    def waits() -> list[tuple[str, date | None]]:
        with acting_as(market.officer):
            return [(item.kind_sv, item.deadline) for item in queries.waiting(market.officer)]

    fortnight = TODAY + timedelta(days=14)
    assert waits() == [("Behöver plats", fortnight)]
    with acting_as(market.officer), transaction():
        round_id = open_round(grant_id).id
        show_places(round_id, [market.sewing_id])
    assert waits() == [("Valomgångar", TODAY + timedelta(days=7))]
    with acting_as(market.officer), transaction():
        record_choice(round_id, market.sewing_id)
    assert waits() == [("Att begära", fortnight)]
    with acting_as(market.officer), transaction():
        placement_id = request_placement(round_id, first_day=FIRST_DAY).id
    assert waits() == []
    with acting_as(market.supervisor), transaction():
        decline_placement(placement_id, DeclineReason.OTHER)
    assert waits() == [("Behöver plats", fortnight)]
