"""A market for tests of placements: two authorities that share one enterprise, people in every role, and outsiders.

North has two units in two kommuner. The enterprise Gården has contracts with both authorities; Bageriet with South
only. Today is a Monday.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from enterprises.places.services import add_place, add_site, publish_place
from marketplace.accounts.rules import Role
from marketplace.clock import travelling
from marketplace.db import transaction
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.services import request_placement
from placements.choice.services import open_round, record_choice, show_places
from placements.participants.rules import ConsentScope
from placements.participants.services import give_consent, grant_training, register_participant
from tests.factories import (
    GARDEN,
    HANINGE,
    HUDDINGE,
    SODERTALJE,
    TEXTILE,
    WORKSHOP,
    make_actor,
    make_authority,
    make_contract,
    make_enterprise,
    make_member,
    make_profile,
    make_reference,
    make_terms,
    personal_number,
)

TODAY = date(2026, 3, 2)
FIRST_DAY, LAST_DAY = date(2026, 3, 9), date(2026, 8, 28)


@dataclass(frozen=True)
class Market:
    """Ids and actors, which stay good whatever is committed or expired."""

    north_id: int
    south_id: int
    unit_id: int
    other_unit_id: int
    south_unit_id: int
    farm_id: int
    bakery_id: int
    officer: Actor
    colleague: Actor
    other_unit_officer: Actor
    coordinator: Actor
    other_coordinator: Actor
    strategist: Actor
    controller: Actor
    procurement_officer: Actor
    south_officer: Actor
    south_coordinator: Actor
    manager: Actor
    supervisor: Actor
    other_manager: Actor
    other_supervisor: Actor
    sewing_id: int
    """Women's trade, two seats, 10 to 30 hours a week, no lead time."""
    repair_id: int
    """Men's trade, one seat, 10 to 40 hours, a week's lead time."""
    growing_id: int
    """An even trade, one seat."""
    bakery_place_id: int

    def outsiders(self) -> list[Actor]:
        """Who must never see a person of North's first unit."""
        return [
            self.other_unit_officer,
            self.other_coordinator,
            self.strategist,
            self.controller,
            self.procurement_officer,
            self.south_officer,
            self.south_coordinator,
            self.manager,
            self.other_manager,
            self.other_supervisor,
        ]


def build_market(*, seats: int = 2) -> Market:
    """The market on the Monday TODAY. `seats`: how many the sewing place has."""
    with travelling(TODAY):
        return _build(seats)


def _build(seats: int) -> Market:
    with acting_as(system_actor()), transaction():
        make_reference()
        north = make_authority("Norra förbundet", [HANINGE, HUDDINGE])
        south = make_authority("Södra förbundet", [SODERTALJE])
        unit = make_member("Haninge arbetscenter", north.id, [HANINGE])
        other_unit = make_member("Huddinge jobbenhet", north.id, [HUDDINGE])
        south_unit = make_member("Södertälje", south.id, [SODERTALJE])
        farm, bakery = make_enterprise("Gården & Co"), make_enterprise("Bageriet")
        people: dict[str, Any] = {
            "officer": make_actor("Hanna Handläggare", unit, Role.CASE_OFFICER),
            "colleague": make_actor("Kim Kollega", unit, Role.CASE_OFFICER),
            "other_unit_officer": make_actor("Olle Annan", other_unit, Role.CASE_OFFICER),
            "coordinator": make_actor("Sara Samordnare", north, Role.COORDINATOR, HANINGE),
            "other_coordinator": make_actor("Sune Samordnare", north, Role.COORDINATOR, HUDDINGE),
            "strategist": make_actor("Stina Strateg", north, Role.STRATEGIST),
            "controller": make_actor("Erik Ekonom", north, Role.CONTROLLER),
            "procurement_officer": make_actor("Ulla Upphandlare", north, Role.PROCUREMENT_OFFICER),
            "south_officer": make_actor("Hugo Handläggare", south_unit, Role.CASE_OFFICER),
            "south_coordinator": make_actor("Siv Samordnare", south, Role.COORDINATOR, SODERTALJE),
            "manager": make_actor("Vera Verksamhetsledare", farm, Role.SUPPLIER_MANAGER),
            "supervisor": make_actor("Hans Handledare", farm, Role.SUPERVISOR),
            "other_manager": make_actor("Vidar Verksamhetsledare", bakery, Role.SUPPLIER_MANAGER),
            "other_supervisor": make_actor("Hedda Handledare", bakery, Role.SUPERVISOR),
        }
    for enterprise in (farm, bakery):
        with acting_as(system_actor(enterprise_id=enterprise.id)), transaction():
            make_profile(enterprise.id)
    for authority, enterprise in ((north, farm), (south, farm), (south, bakery)):
        with acting_as(system_actor(authority.id, enterprise.id)), transaction():
            make_contract(make_terms(authority.id), enterprise.id)
    with acting_as(people["manager"]), transaction():
        site_id = _site("Gården", HANINGE)
        places: dict[str, Any] = {
            "sewing_id": _place(site_id, TEXTILE, "Sy och laga kläder", hours=(10, 30), seats=seats),
            "repair_id": _place(site_id, WORKSHOP, "Laga cyklar", lead_time_days=7),
            "growing_id": _place(site_id, GARDEN, "Odla grönsaker", adaptations=["seated"], languages=["ar"]),
        }
    with acting_as(people["other_manager"]), transaction():
        places["bakery_place_id"] = _place(_site("Bageriet", SODERTALJE), GARDEN, "Baka bröd")
    return Market(
        north_id=north.id,
        south_id=south.id,
        unit_id=unit.id,
        other_unit_id=other_unit.id,
        south_unit_id=south_unit.id,
        farm_id=farm.id,
        bakery_id=bakery.id,
        **people,
        **places,
    )


def register(market: Market, number: int = 1, *, by: Actor | None = None, **facts: Any) -> int:
    """A participant of North's first unit, or of the unit of `by`; gives its id."""
    actor = by or market.officer
    unit_id = actor.organisation_id if actor.role is Role.CASE_OFFICER else market.unit_id
    officer_id = actor.user_id if actor.role is Role.CASE_OFFICER else market.officer.user_id
    given = {
        "name": f"Maja Öberg{number}",
        "personal_number": personal_number(number),
        "sex": Sex.WOMAN,
        "kommun_code": actor.kommun_codes[0],
        "unit_id": unit_id,
        "case_officer_id": officer_id,
        "needs_sv": "Behöver sitta",
    } | facts
    with acting_as(actor), transaction():
        return register_participant(**given).id


def granted(
    market: Market,
    number: int = 1,
    *,
    officer: Actor | None = None,
    system_id: int | None = None,
    **facts: Any,
) -> tuple[int, int]:
    """A participant with consent and a grant of 20 hours a week; gives the ids of both."""
    officer = officer or market.officer
    by = market.south_coordinator if officer is market.south_officer else market.coordinator
    participant_id = register(market, number, by=officer, **facts)
    with acting_as(by), transaction():
        give_consent(participant_id, ConsentScope.SUPPLIER, TODAY)
        grant = grant_training(
            participant_id,
            hours_per_week=Decimal(20),
            days_per_week=4,
            support_level="3",
            first_day=TODAY,
            last_day=LAST_DAY,
            system_id=system_id,
        )
        return participant_id, grant.id


def chosen(
    market: Market, number: int = 1, *, place_id: int | None = None, officer: Actor | None = None
) -> int:
    """A round in which the participant has chosen the sewing place, or another; gives its id."""
    _, grant_id = granted(market, number, officer=officer)
    with acting_as(officer or market.officer), transaction():
        round_id = open_round(grant_id).id
        show_places(round_id, [place_id or market.sewing_id])
        record_choice(round_id, place_id or market.sewing_id)
        return round_id


def requested(
    market: Market, number: int = 1, *, place_id: int | None = None, officer: Actor | None = None
) -> int:
    """A placement that waits for its answer, from FIRST_DAY to the grant's end; gives its id."""
    round_id = chosen(market, number, place_id=place_id, officer=officer)
    with acting_as(officer or market.officer), transaction():
        return request_placement(round_id, first_day=FIRST_DAY).id


def _site(name: str, kommun_code: str) -> int:
    address = {"street": "Byvägen 1", "postcode": "136 40", "city": "Byn"}
    return add_site(name=name, kommun_code=kommun_code, **address).id


def _place(
    site_id: int, ssyk: str, name: str, *, hours: tuple[int, int] = (10, 40), seats: int = 1, **more: Any
) -> int:
    facts: dict[str, Any] = {"lead_time_days": 0, "adaptations": [], "languages": []} | more
    place = add_place(
        site_id=site_id,
        ssyk=ssyk,
        name=name,
        tasks_sv="Uppgifter i lagom takt",
        hours_per_week_min=hours[0],
        hours_per_week_max=hours[1],
        seats=seats,
        **facts,
    )
    publish_place(place.id)
    return place.id
