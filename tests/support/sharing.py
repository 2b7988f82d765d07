"""Two authorities that have published something, and share it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from indicators.capacity.models import CapacityDay
from indicators.choices.models import ChoiceCell
from indicators.choices.rules import ChoiceStep, Part
from indicators.definitions.keys import Indicator
from indicators.measures.models import MeasureCell
from indicators.measures.rules import Dimension
from indicators.region import services
from indicators.region.rules import MemberAction
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import Base, db, transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import HANINGE, TEXTILE, make_actor
from tests.support.placement_market import Market

YEAR = 2025
WORK = Indicator.WORK_OR_STUDIES


def strategist_of_south(market: Market) -> Actor:
    with acting_as(system_actor()), transaction():
        return make_actor("Set Strateg", db.session.get_one(Organisation, market.south_id), Role.STRATEGIST)


def _publish(authority_id: int, model: type[Base], rows: list[Mapping[str, Any]]) -> None:
    with acting_as(system_actor(authority_id)), transaction():
        db.session.execute(insert(model), [{"authority_id": authority_id, **row} for row in rows])


def _measure(by: Dimension, key: str, numbers: tuple[int, int] | None) -> dict[str, Any]:
    numerator, denominator = numbers or (None, None)
    return {
        "year": YEAR,
        "indicator": WORK,
        "by": by,
        "key": key,
        "numerator": numerator,
        "denominator": denominator,
    }


def founded(market: Market) -> int:
    """A region of North's that South is asked to be in."""
    with acting_as(market.strategist), transaction():
        return services.found_region("Mälardalen", [market.south_id]).id


def answered(region_id: int, by: Actor, action: MemberAction) -> None:
    with acting_as(by), transaction():
        services.answer(region_id, action)


def count(market: Market, region_id: int) -> None:
    with acting_as(system_actor(market.north_id)), transaction():
        services.compute_region(region_id)


def shared(market: Market, south: Actor) -> int:
    """A region where both share, and have published something."""
    woman = Sex.WOMAN.value
    _publish(
        market.north_id,
        MeasureCell,
        [
            _measure(Dimension.ALL, "", (20, 60)),
            _measure(Dimension.SEX, woman, (12, 30)),
            _measure(Dimension.SEX, Sex.MAN.value, None),
            _measure(Dimension.KOMMUN, HANINGE, (20, 60)),
        ],
    )
    _publish(
        market.south_id,
        MeasureCell,
        [_measure(Dimension.ALL, "", (10, 40)), _measure(Dimension.SEX, Sex.MAN.value, (5, 10))],
    )
    cell = {
        "year": YEAR,
        "sex": Sex.WOMAN,
        "by": Part.ALL,
        "key": "",
        "step": ChoiceStep.SHOWN,
        "dominance": "",
    }
    for authority_id, choices in ((market.north_id, 50), (market.south_id, 7)):
        _publish(authority_id, ChoiceCell, [{**cell, "choices": choices}])
        seats = {"day": today(), "enterprise_id": market.farm_id, "kommun_code": HANINGE, "ssyk": TEXTILE}
        uses = {"seats": 4, "closed": 1, "held": 0, "booked": 2, "free_within_14_days": 1}
        _publish(authority_id, CapacityDay, [{**seats, **uses}])
    region_id = founded(market)
    answered(region_id, south, MemberAction.AGREE)
    count(market, region_id)
    return region_id
