"""Numbers are the same after a disposal: counted anew while their rows are there, and left alone once they are not."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select, update

from indicators.changes.queries import uncounted_years
from indicators.checkpoints.models import CheckpointCell
from indicators.choices.models import ChoiceCell, ChoiceSegregation
from indicators.measures.models import MeasureCell
from indicators.outcomes.models import MixCell
from indicators.reports.models import ReportCell
from indicators.services import compute_authority, compute_enterprise
from indicators.suppliers.models import SupplierIndicator
from marketplace.clock import travelling
from marketplace.db import Base, db, transaction
from marketplace.tenancy import acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.booking.models import Placement
from placements.booking.rules import LIVE_STATES, PlacementState
from placements.disposal.rules import DisposalKind
from placements.participants.models import Grant, Participant
from placements.participants.rules import GrantState
from tests.support.disposing import disposed
from tests.support.placement_market import Market
from tests.support.slow_measures import Key, SlowMeasures

PUBLISHED: Sequence[type[Base]] = (
    ChoiceCell,
    ChoiceSegregation,
    CheckpointCell,
    MeasureCell,
    MixCell,
    ReportCell,
    SupplierIndicator,
)
LATER = date(2030, 1, 2)
MUCH_LATER = date(2035, 1, 2)


def test_numbers_stay(indicator_market: Market) -> None:
    market = indicator_market
    everything_ends(market)
    with travelling(LATER):
        count(market)
        published, slowly = cells(market), slow_count(market)
        assert published["measure_cell"]
        assert published["supplier_indicator"]
        disposed(market)
        with acting_as(system_actor(market.north_id)):
            names = set(
                db.session.scalars(select(Participant.name).where(Participant.disposed_on.is_not(None)))
            )
        assert names == {"Gallrat"}
        count(market)
        assert cells(market) == published
        assert slow_count(market) == slowly

    with travelling(MUCH_LATER):
        disposed(market, DisposalKind.BASIS)
        with acting_as(system_actor(market.north_id)):
            assert not db.session.scalars(select(AttendanceDay.day)).first()
            assert not {2025, 2026} & set(uncounted_years(is_whole=True))
        count(market)
        assert cells(market) == published
        # Counted anew they would be others.
        assert slow_count(market) != slowly


def everything_ends(market: Market) -> None:
    """Whoever trains goes on to the last day, and every grant is concluded."""
    with acting_as(system_actor(market.north_id, market.farm_id)), transaction():
        live = Placement.state.in_(LIVE_STATES)
        db.session.execute(
            update(Placement)
            .where(live, Placement.started_on.is_(None))
            .values(started_on=Placement.first_day)
        )
        db.session.execute(
            update(Placement).where(live).values(state=PlacementState.COMPLETED, ended_on=Placement.last_day)
        )
        db.session.execute(update(Grant).values(state=GrantState.CONCLUDED))


def count(market: Market) -> None:
    """All of it, as when the rules have changed."""
    with acting_as(system_actor(authority_id=market.north_id)), transaction():
        compute_authority(market.north_id, is_whole=True)
    with acting_as(system_actor(enterprise_id=market.farm_id)), transaction():
        compute_enterprise(market.farm_id, is_whole=True)


def cells(market: Market) -> dict[str, set[tuple[object, ...]]]:
    """What is published of the years that anybody trained in."""
    with acting_as(system_actor(market.north_id, market.farm_id)):
        return {
            model.__tablename__: {
                tuple(row.values())
                for row in db.session.execute(select(model.__table__)).mappings()
                if str(next(row[name] for name in ("year", "month", "period") if name in row)) < "2028"
            }
            for model in PUBLISHED
        }


def slow_count(market: Market) -> dict[Key, list[int]]:
    db.session.expire_all()
    with acting_as(system_actor(authority_id=market.north_id)):
        slowly = SlowMeasures(market.north_id, date(2029, 1, 1))
        slowly.count()
        return dict(slowly.sums)
