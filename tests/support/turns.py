"""Systems of North's: one in which Gården and Bageriet take turns, and another beside it."""

from marketplace.db import transaction
from marketplace.procurement.price_rules import Component
from marketplace.procurement.rules import DefaultRule
from marketplace.tenancy import acting_as, system_actor
from placements.choice.services import open_round
from tests.factories import HANINGE, make_contract, make_terms
from tests.support.placement_market import Market, granted


def shared_system(market: Market, rule: DefaultRule = DefaultRule.TURN_ORDER, own: str = "") -> int:
    """The id of a system in the first unit's kommun, with both enterprises under contract, Gården first."""
    with acting_as(system_actor(market.north_id)), transaction():
        terms = make_terms(market.north_id, kommun_codes=[HANINGE], default_rule=rule, own_provision_sv=own)
        system_id = terms.system_id
        for enterprise_id in (market.farm_id, market.bakery_id):
            with acting_as(system_actor(market.north_id, enterprise_id)):
                make_contract(terms, enterprise_id)
    return system_id


def second_system(market: Market, *enterprises: int, level: str | None = None) -> int:
    """Another system in the same kommun, with contracts with these enterprises; `level`: the only one it pays for."""
    prices = [
        {"component": Component.DAY_RATE, "support_level": level, "day_part": "whole", "amount_ore": 100}
    ]
    with acting_as(system_actor(market.north_id)), transaction():
        terms = make_terms(market.north_id, prices if level else (), kommun_codes=[HANINGE])
        for enterprise_id in enterprises:
            with acting_as(system_actor(market.north_id, enterprise_id)):
                make_contract(terms, enterprise_id)
        return terms.system_id


def undecided(market: Market, number: int = 1, *, system_id: int | None = None) -> int:
    """The id of an open round in which nothing has been chosen; of a grant under the system, where several cover."""
    _, grant_id = granted(market, number, system_id=system_id)
    with acting_as(market.officer), transaction():
        return open_round(grant_id).id
