"""What is published of choices against a slow count of the rounds."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from indicators.choices.models import ChoiceCell, ChoiceSegregation
from indicators.choices.queries import steps_by_own_sex
from indicators.choices.rules import ALL, ChoiceStep
from indicators.segregation.rules import duncan_d, expected_d
from indicators.services import compute_authority
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.reference.models import Trade
from marketplace.reference.rules import Dominance, OwnSexDominance, Sex, dominance
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.choice.models import ChoiceRound, ShownPlace
from placements.participants.models import Participant
from tests.support.indicator_story import NOW, build_story
from tests.support.placement_market import Market, build_market

UNTIL = date(2026, 9, 1)  # NOW is in September: only whole months count
Key = tuple[int, Sex, ChoiceStep, str, str, str]


def compute(market: Market, on: date = NOW) -> None:
    with travelling(on), acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_authority(market.north_id)


def stored(market: Market) -> dict[Key, int | None]:
    with acting_as(market.strategist):
        return {
            (row.year, row.sex, row.step, row.kommun_code, row.dominance, row.ssyk): row.choices
            for row in db.session.scalars(select(ChoiceCell))
        }


def trades_of_rounds(market: Market) -> Iterable[tuple[int, Sex, str, str, str, int, ChoiceStep]]:
    """Year, sex, kommun, dominance, trade, participant and the furthest step, once per round and trade."""
    with acting_as(system_actor(market.north_id, market.farm_id)):
        people = {row.id: row for row in db.session.scalars(select(Participant))}
        kinds = {row.ssyk: dominance(row.women, row.men) for row in db.session.scalars(select(Trade))}
        placements = {row.choice_round_id: row for row in db.session.scalars(select(Placement))}
        shown = list(db.session.scalars(select(ShownPlace)))
        for row in db.session.scalars(select(ChoiceRound)):
            opened_on = row.opened_at.astimezone(ZoneInfo("Europe/Stockholm")).date()
            if opened_on >= UNTIL:
                continue
            for ssyk in {place.ssyk for place in shown if place.choice_round_id == row.id}:
                step = ChoiceStep.SHOWN
                placement = placements.get(row.id)
                is_its = any(p.is_chosen and p.ssyk == ssyk for p in shown if p.choice_round_id == row.id)
                if is_its and row.chosen_on and row.chosen_on < UNTIL:
                    step = ChoiceStep.CHOSEN
                    if placement and placement.started_on and placement.started_on < UNTIL:
                        step = ChoiceStep.STARTED
                        if placement.state is PlacementState.COMPLETED and placement.ended_on < UNTIL:  # type: ignore[operator]
                            step = ChoiceStep.COMPLETED
                person = people[row.participant_id]
                kind = kinds[ssyk]
                assert kind
                yield opened_on.year, person.sex, person.kommun_code, kind, ssyk, person.id, step


def counted_slowly(market: Market) -> tuple[dict[Key, int], dict[Key, set[int]]]:
    choices: dict[Key, int] = defaultdict(int)
    people: dict[Key, set[int]] = defaultdict(set)
    order = list(ChoiceStep)
    for year, sex, kommun, kind, ssyk, person, furthest in trades_of_rounds(market):
        for step in order[: order.index(furthest) + 1]:
            for where in (
                (ALL, ALL, ALL),
                (ALL, kind, ALL),
                (ALL, kind, ssyk),
                (kommun, ALL, ALL),
                (kommun, kind, ALL),
            ):
                choices[year, sex, step, *where] += 1
                people[year, sex, step, *where].add(person)
    return choices, people


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_published_is_right_and_small_numbers_are_not(session: Session, seed: int) -> None:
    market = build_story(seed)
    compute(market)
    published = stored(market)
    choices, people = counted_slowly(market)
    for key, value in published.items():
        if value is not None:
            assert value == choices[key], key
            assert len(people[key]) >= 5, key
        if len(people[key]) < 5:
            assert value is None, key
    assert {key[0] for key in published} == {2025, 2026}
    visible = [value for value in published.values() if value is not None]
    assert len(visible) > 20
    assert any(value is None for value in published.values())
    assert max(choices.values()) in visible


def test_no_total_gives_a_hidden_part_back(session: Session) -> None:
    market = build_story(2)
    compute(market)
    published = stored(market)
    for (year, sex, step, kommun, kind, ssyk), total in published.items():
        if kind == ALL and total is not None:
            parts = [published[year, sex, step, kommun, part, ssyk] for part in Dominance]
            assert parts.count(None) != 1
            assert None not in parts or total - sum(part or 0 for part in parts) >= 5
        if (
            kommun == ALL
            and ssyk == ALL
            and step in (ChoiceStep.SHOWN, ChoiceStep.CHOSEN)
            and total is not None
        ):
            codes = {key[3] for key in published if key[0] == year and key[3]}
            parts = [published[year, sex, step, code, kind, ALL] for code in sorted(codes)]
            assert parts.count(None) != 1


def test_the_index_can_be_computed_from_what_is_published(session: Session) -> None:
    market = build_story(1)
    compute(market)
    published = stored(market)
    choices, _ = counted_slowly(market)
    with acting_as(market.strategist):
        rows = list(db.session.scalars(select(ChoiceSegregation)))
    assert {(row.year, row.step) for row in rows} >= {(2026, ChoiceStep.SHOWN), (2026, ChoiceStep.CHOSEN)}
    for row in rows:
        trades = {(key[4], key[5]) for key in choices if key[0] == row.year and key[5]}

        def both(kind: str, ssyk: str, row: ChoiceSegregation = row) -> tuple[int | None, ...]:
            return tuple(published[row.year, sex, row.step, ALL, kind, ssyk] for sex in (Sex.WOMAN, Sex.MAN))

        totals = both(ALL, ALL)
        told = [pair for trade in sorted(trades) if None not in (pair := both(*trade))]
        rest = tuple(total - sum(parts) for total, parts in zip(totals, zip(*told, strict=True), strict=True))
        counts = [*told, rest]
        assert row.d == pytest.approx(duncan_d(counts))
        assert row.expected == pytest.approx(expected_d(counts))
        assert (row.women, row.men) == totals


def test_numbers_stand_still_until_the_month_is_over(session: Session) -> None:
    market = build_story(3)
    compute(market, date(2026, 9, 2))
    early = stored(market)
    compute(market, date(2026, 9, 29))
    assert stored(market) == early
    compute(market, date(2026, 10, 1))
    assert stored(market) != early


def test_own_sex_is_read_from_each_sides_view(session: Session) -> None:
    market = build_story(1)
    compute(market)
    published = stored(market)
    with acting_as(market.strategist):
        found = steps_by_own_sex(market.north_id, 2026)
    for sex, own in ((Sex.WOMAN, Dominance.WOMEN), (Sex.MAN, Dominance.MEN)):
        expected = published[2026, sex, ChoiceStep.SHOWN, ALL, own, ALL]
        assert found[sex][ChoiceStep.SHOWN][OwnSexDominance.OWN] == expected
        assert found[sex][ChoiceStep.SHOWN][None] == published[2026, sex, ChoiceStep.SHOWN, ALL, ALL, ALL]


def test_a_sex_that_nobody_has_looks_like_one_that_few_have(session: Session) -> None:
    market = build_story(1, rounds=30)
    with acting_as(system_actor(market.north_id)), transaction():
        for person in db.session.scalars(select(Participant)):
            person.sex = Sex.WOMAN if person.id % 5 else Sex.OTHER
    compute(market)
    published = stored(market)
    assert {key[1] for key in published} == {Sex.WOMAN, Sex.MAN}, "others are never shown, so not stored"
    assert {key[2:] for key in published if key[1] is Sex.MAN} == {
        key[2:] for key in published if key[1] is Sex.WOMAN
    }
    assert {value for key, value in published.items() if key[1] is Sex.MAN} == {None}


def test_no_rounds_leave_no_rows(session: Session) -> None:
    market = build_market()
    compute(market)
    assert stored(market) == {}


def test_another_authority_and_a_supplier_see_nothing(session: Session) -> None:
    market = build_story(1, rounds=40)
    compute(market)
    for actor in (market.south_officer, market.manager, system_actor(authority_id=market.south_id)):
        with acting_as(actor):
            assert list(db.session.scalars(select(ChoiceCell))) == []
            assert list(db.session.scalars(select(ChoiceSegregation))) == []


def test_the_strategist_herself_cannot_read_the_rounds(session: Session) -> None:
    market = build_story(1, rounds=10)
    with acting_as(market.strategist):
        for model in (ChoiceRound, ShownPlace, Participant, Placement):
            assert list(db.session.scalars(select(model))) == []


def test_midnight_in_sweden_decides_the_year(session: Session) -> None:
    market = build_story(1, rounds=20)
    with acting_as(system_actor(market.north_id)), transaction():
        for row in db.session.scalars(select(ChoiceRound)):
            row.opened_at = datetime(2025, 12, 31, 23, 30, tzinfo=ZoneInfo("UTC"))
    compute(market)
    assert {key[0] for key in stored(market)} == {2026}
