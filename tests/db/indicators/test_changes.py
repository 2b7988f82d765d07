"""A night counts the years that something has happened to, and says what it put right."""

from datetime import date

import pytest
from sqlalchemy import select, text, update

from indicators.changes.models import CountedPeriod
from indicators.changes.queries import put_right, uncounted_years
from indicators.choices.breadth_rules import published
from indicators.choices.models import ChoiceCell
from indicators.services import compute_authority
from marketplace import audit
from marketplace.clock import travelling
from marketplace.db import Base, db, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.choice.models import ChoiceRound
from placements.participants.models import Participant
from tests.support.indicator_story import NOW
from tests.support.placement_market import Market

NEXT_MONTH = date(2026, 10, 2)
YEARS_LATER = date(2029, 2, 3)
PUBLISHED = [table for table in Base.metadata.sorted_tables if table.name.endswith(("_cell", "_segregation"))]


def _compute(market: Market, on: date, *, is_whole: bool = False) -> None:
    with travelling(on), acting_as(system_actor(market.north_id)), transaction():
        compute_authority(market.north_id, is_whole=is_whole)


def _published(market: Market) -> dict[str, list[tuple[object, ...]]]:
    with acting_as(system_actor(market.north_id)):
        return {
            table.name: sorted(map(tuple, db.session.execute(select(table))), key=repr) for table in PUBLISHED
        }


def _uncounted(market: Market, on: date) -> list[int]:
    with travelling(on), acting_as(system_actor(market.north_id)), transaction():
        return uncounted_years(is_whole=False)


def _told(market: Market, year: int) -> tuple[int, date] | None:
    with acting_as(market.strategist):
        return put_right(market.north_id, [ChoiceCell], year)


def _someone_of(market: Market, year: int) -> int:
    opened = select(ChoiceRound.participant_id).where(text(f"extract(year FROM opened_at) = {year}"))
    with acting_as(system_actor(market.north_id)):
        return db.session.scalars(
            select(Participant.id)
            .where(Participant.id.in_(opened), Participant.sex == Sex.WOMAN)
            .order_by(Participant.id)
        ).first() or pytest.fail("nobody")


def _corrected(market: Market, participant_id: int, on: date) -> None:
    """It turns out that the participant's sex had been written down wrong."""
    with travelling(on), acting_as(system_actor(market.north_id)), transaction():
        db.session.execute(update(Participant).where(Participant.id == participant_id).values(sex=Sex.MAN))
        audit.record("participant", participant_id, "update", authority_id=market.north_id)


def test_counting_history_anew_gives_the_same_and_says_nothing(indicator_market: Market) -> None:
    before = _published(indicator_market)
    assert sum(map(len, before.values())) > 50
    _compute(indicator_market, NOW)
    _compute(indicator_market, NOW, is_whole=True)
    assert _published(indicator_market) == before
    assert _told(indicator_market, 2025) is None


def test_what_is_the_same_is_not_written(indicator_market: Market) -> None:
    def versions() -> list[str]:
        with acting_as(system_actor(indicator_market.north_id)):
            return list(db.session.scalars(text("SELECT CAST(xmin AS text) FROM choice_cell ORDER BY 1")))

    before = versions()
    _compute(indicator_market, NOW)
    assert before
    assert versions() == before


def test_numbers_are_made_anew_only_of_other_counts(
    indicator_market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def note(*args: object) -> object:
        made.append(args)
        return published(*args)  # type: ignore[arg-type]

    monkeypatch.setattr("indicators.choices.services.published", note)
    _compute(indicator_market, NOW)
    assert made == [], "the same counts"
    _corrected(indicator_market, _someone_of(indicator_market, 2025), NOW)
    _compute(indicator_market, NOW)
    assert len(made) >= 2
    made.clear()
    _compute(indicator_market, NOW, is_whole=True)
    assert len(made) == 4, "two years, two sexes: the rules may be others than they were"


def test_a_correction_of_a_year_that_is_over_is_counted_and_told(indicator_market: Market) -> None:
    market = indicator_market
    _corrected(market, _someone_of(market, 2025), NOW)
    _compute(market, NOW)
    told = _told(market, 2025)
    assert told is not None
    assert told[0] > 0
    assert told[1] == NOW
    after = _published(market)
    _compute(market, NOW, is_whole=True)
    assert _published(market) == after, "as if all had been counted anew"
    assert _told(market, 2025) == told


def test_a_new_month_is_no_correction(indicator_market: Market) -> None:
    before = _published(indicator_market)
    _compute(indicator_market, NEXT_MONTH)
    assert _published(indicator_market) != before
    assert _told(indicator_market, 2026) is None


def test_an_old_year_is_counted_again_only_when_something_has_happened_to_it(
    indicator_market: Market,
) -> None:
    market = indicator_market
    _compute(market, YEARS_LATER)
    assert _uncounted(market, YEARS_LATER) == [2028, 2029]
    someone = _someone_of(market, 2025)
    with travelling(YEARS_LATER), acting_as(system_actor(market.north_id)), transaction():
        audit.record("participant", someone, "update", authority_id=market.north_id)
    assert 2025 in _uncounted(market, YEARS_LATER)


@pytest.mark.parametrize("kind", ["placement", "attendance", "report", "plan", "choice_round", "grant"])
def test_whatever_happens_is_led_to_whom_it_is_about(indicator_market: Market, kind: str) -> None:
    market = indicator_market
    _compute(market, YEARS_LATER)
    tables = {"report": "final_report", "plan": "activity_plan"}
    with travelling(YEARS_LATER), acting_as(system_actor(market.north_id)), transaction():
        placement = db.session.scalars(select(Placement).where(Placement.ended_on.is_not(None))).first()
        assert placement is not None
        of_placement = {
            "choice_round": placement.choice_round_id,
            "grant": placement.grant_id,
            "placement": placement.id,
            "attendance": placement.id,
        }
        object_id = of_placement.get(kind) or db.session.scalar(text(f"SELECT min(id) FROM {tables[kind]}"))
        audit.record(kind, object_id, "change", authority_id=market.north_id)
    assert set(_uncounted(market, YEARS_LATER)) > {2028, 2029}


def test_another_authority_is_told_nothing(indicator_market: Market) -> None:
    _corrected(indicator_market, _someone_of(indicator_market, 2025), NOW)
    _compute(indicator_market, NOW)
    with acting_as(indicator_market.south_coordinator):
        assert db.session.scalars(select(CountedPeriod)).all() == []
