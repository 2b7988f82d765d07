"""A market for tests of placements: two authorities that share one enterprise, people in every role, and outsiders.

North has two units in two kommuner. The enterprise Gården has contracts with both authorities; Bageriet with South
only. Today is a Monday.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from enterprises.places.services import add_place, add_site, publish_place
from enterprises.suppliers.models import Application, Contract, EnterpriseProfile
from enterprises.suppliers.rules import ApplicationState, ContractState, VatCategory
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.rules import Regime, TermsState
from marketplace.reference.models import Kommun, OccupationField, Trade
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking.services import request_placement
from placements.choice.services import open_round, record_choice, show_places
from placements.participants.rules import ConsentScope
from placements.participants.services import give_consent, grant_training, register_participant

LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)
TODAY = date(2026, 3, 2)
FIRST_DAY, LAST_DAY = date(2026, 3, 9), date(2026, 8, 28)
HANINGE, HUDDINGE, SODERTALJE = "0136", "0126", "0181"
TEXTILE, WORKSHOP, GARDEN = "7531", "7231", "6112"


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
        _reference()
        north = _organisation(OrganisationKind.AUTHORITY, "Norra förbundet", "2220002162", HANINGE, HUDDINGE)
        south = _organisation(OrganisationKind.AUTHORITY, "Södra förbundet", "2220003020", SODERTALJE)
        unit = _organisation(OrganisationKind.MEMBER, "Haninge arbetscenter", None, HANINGE, of=north)
        other_unit = _organisation(OrganisationKind.MEMBER, "Huddinge jobbenhet", None, HUDDINGE, of=north)
        south_unit = _organisation(OrganisationKind.MEMBER, "Södertälje", None, SODERTALJE, of=south)
        farm = _organisation(OrganisationKind.ENTERPRISE, "Gården & Co", "7696123459")
        bakery = _organisation(OrganisationKind.ENTERPRISE, "Bageriet", "5560160680")
        db.session.flush()
        people: dict[str, Any] = {
            "officer": _actor("Hanna Handläggare", unit, Role.CASE_OFFICER),
            "colleague": _actor("Kim Kollega", unit, Role.CASE_OFFICER),
            "other_unit_officer": _actor("Olle Annan", other_unit, Role.CASE_OFFICER),
            "coordinator": _actor("Sara Samordnare", north, Role.COORDINATOR, HANINGE),
            "other_coordinator": _actor("Sune Samordnare", north, Role.COORDINATOR, HUDDINGE),
            "strategist": _actor("Stina Strateg", north, Role.STRATEGIST),
            "controller": _actor("Erik Ekonom", north, Role.CONTROLLER),
            "procurement_officer": _actor("Ulla Upphandlare", north, Role.PROCUREMENT_OFFICER),
            "south_officer": _actor("Hugo Handläggare", south_unit, Role.CASE_OFFICER),
            "south_coordinator": _actor("Siv Samordnare", south, Role.COORDINATOR, SODERTALJE),
            "manager": _actor("Vera Verksamhetsledare", farm, Role.SUPPLIER_MANAGER),
            "supervisor": _actor("Hans Handledare", farm, Role.SUPERVISOR),
            "other_manager": _actor("Vidar Verksamhetsledare", bakery, Role.SUPPLIER_MANAGER),
            "other_supervisor": _actor("Hedda Handledare", bakery, Role.SUPERVISOR),
        }
    for authority, enterprise in ((north, farm), (south, farm), (south, bakery)):
        with acting_as(system_actor(authority.id, enterprise.id)), transaction():
            _contract(authority.id, enterprise.id)
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


def personal_number(number: int, born: str = "19850101") -> str:
    """A number with a valid check digit, for a participant who does not exist."""
    nine = f"{born[2:]}{number:03d}"
    total = 0
    for position, character in enumerate(nine):
        product = int(character) * (2 - position % 2)
        total += product - 9 if product > 9 else product
    return f"{born}-{number:03d}{-total % 10}"


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
    market: Market, number: int = 1, *, officer: Actor | None = None, **facts: Any
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


def _reference() -> None:
    for code, name in ((HANINGE, "Haninge"), (HUDDINGE, "Huddinge"), (SODERTALJE, "Södertälje")):
        if db.session.get(Kommun, code) is None:
            db.session.add(Kommun(code=code, name=name))
    if db.session.get(OccupationField, "test-field") is None:
        db.session.add(OccupationField(concept_id="test-field", name="Hantverk i prov"))
    db.session.flush()
    trades = ((TEXTILE, "Sömmerska", 90, 10), (WORKSHOP, "Mekaniker", 5, 95), (GARDEN, "Odlare", 50, 50))
    for ssyk, name, women, men in trades:
        if db.session.get(Trade, ssyk) is None:
            facts = {"field_id": "test-field", "women": women, "men": men, "year": 2024}
            db.session.add(Trade(ssyk=ssyk, name=name, plain_name=f"{name} på lätt svenska", **facts))
    db.session.flush()


def _organisation(
    kind: OrganisationKind, name: str, orgnr: str | None, *kommuner: str, of: Organisation | None = None
) -> Organisation:
    row = Organisation(
        kind=kind,
        name=name,
        orgnr=orgnr,
        authority_id=of.id if of else None,
        kommun_codes=list(kommuner),
        created_at=LONG_AGO,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _actor(name: str, organisation: Organisation, role: Role, *kommuner: str) -> Actor:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    user = User(email=email, name=name, password_hash="-", created_at=LONG_AGO)
    db.session.add(user)
    db.session.flush()
    membership = Membership(
        user_id=user.id, organisation_id=organisation.id, role=role, kommun_codes=list(kommuner)
    )
    db.session.add(membership)
    db.session.flush()
    return actor_in(membership, user)


def _contract(authority_id: int, enterprise_id: int) -> None:
    if db.session.get(EnterpriseProfile, enterprise_id) is None:
        db.session.add(EnterpriseProfile(enterprise_id=enterprise_id, contact_email="post@example.org"))
    system = SystemOfChoice(
        authority_id=authority_id,
        name="Arbetsträning",
        service_sv="Arbetsträning hos sociala företag",
        regime=Regime.LOV,
        kommun_codes=[],
        is_open=True,
        created_at=LONG_AGO,
    )
    terms = TermsVersion(
        system=system,
        authority_id=authority_id,
        version=1,
        state=TermsState.PUBLISHED,
        contract_text_sv="Avtal",
        start_within_days=14,
        answer_within=3,
        plan_within=10,
        report_within=10,
        decision_within=20,
        published_on=date(2026, 1, 1),
    )
    db.session.add(terms)
    db.session.flush()
    parties = {"authority_id": authority_id, "enterprise_id": enterprise_id}
    application = Application(
        system_id=system.id,
        terms_id=terms.id,
        state=ApplicationState.APPROVED,
        submitted_on=date(2026, 1, 2),
        decided_on=date(2026, 1, 10),
        decision_sv="Godkänd.",
        diary_number="2026-118",
        created_at=LONG_AGO,
        **parties,
    )
    db.session.add(application)
    db.session.flush()
    db.session.add(
        Contract(
            application_id=application.id,
            system_id=system.id,
            terms_id=terms.id,
            state=ContractState.ACTIVE,
            starts_on=date(2026, 1, 15),
            vat_category=VatCategory.EXEMPT,
            vat_exemption_reason_sv="Social omsorg",
            buyer_reference="REF-1",
            text_sha256="-",
            authority_signed_at=LONG_AGO,
            authority_signed_by="Ulla Upphandlare",
            enterprise_signed_at=LONG_AGO,
            enterprise_signed_by="Vera Verksamhetsledare",
            **parties,
        )
    )
    db.session.flush()


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
