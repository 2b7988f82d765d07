"""A small market for tests of invoicing, written as rows: what other rooms' services would have left behind.

One authority, two enterprises with contracts, placements with attendance in March 2026, people who act, and an
outsider on each side who has nothing to do with any of it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from enterprises.places.models import Place, Seat, SeatUse, Site
from enterprises.places.rules import PlaceState, SeatUseKind
from enterprises.suppliers.models import Application, Contract, EnterpriseProfile
from enterprises.suppliers.rules import ApplicationState, ContractState, VatCategory
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.db import Base, db, transaction
from marketplace.procurement.models import PriceRow, SystemOfChoice, TermsVersion
from marketplace.procurement.rules import Regime, TermsState
from marketplace.reference.models import Kommun, OccupationField, Trade
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.choice.models import ChoiceRound
from placements.choice.rules import ChoiceState
from placements.participants.models import Grant, Participant
from placements.participants.rules import GrantState
from placements.plan.models import ActivityPlan
from placements.plan.rules import PlanState

RowT = TypeVar("RowT", bound=Base)
LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2026, 2, 2), date(2026, 6, 30)
APRIL_FIRST = date(2026, 4, 1)
MARCH_DAYS = (2, 3, 4, 5, 6)
PRICES: tuple[dict[str, Any], ...] = (
    {"component": "start_fee", "amount_ore": 2_500_00},
    {"component": "day_rate", "support_level": "3", "day_part": "whole", "amount_ore": 987_00},
    {"component": "day_rate", "support_level": "3", "day_part": "half", "amount_ore": 691_00},
)
TAKES_PART = (Role.SUPPLIER_MANAGER, Role.SUPERVISOR, Role.CONTROLLER, Role.STRATEGIST)


@dataclass(frozen=True)
class Market:
    """Ids and actors, which stay good whatever is committed or expired."""

    authority_id: int
    enterprise_id: int
    other_enterprise_id: int
    contract_id: int
    other_contract_id: int
    terms_id: int
    unit_id: int
    officer_id: int
    placement_ids: tuple[int, ...]
    actors: dict[Role, Actor]
    outsiders: dict[Role, Actor]

    @property
    def manager(self) -> Actor:
        return self.actors[Role.SUPPLIER_MANAGER]

    @property
    def controller(self) -> Actor:
        return self.actors[Role.CONTROLLER]

    @property
    def system(self) -> Actor:
        return system_actor(self.authority_id, self.enterprise_id)


def build_market(*, placements: int = 2, prices: tuple[dict[str, Any], ...] = PRICES) -> Market:
    """Two placements with five whole days each in March, and a plan agreed on the first of them."""
    with acting_as(system_actor()), transaction():
        _reference()
        authority = _organisation(OrganisationKind.AUTHORITY, "Samordningsförbundet Åsen", "2220002162")
        enterprise = _organisation(OrganisationKind.ENTERPRISE, "Växthuset & Co", "7696123459")
        other = _organisation(OrganisationKind.ENTERPRISE, "Snickeriet", "5560160680")
        outside = _organisation(OrganisationKind.AUTHORITY, "Samordningsförbundet Utanför", "2220003020")
        stranger = _organisation(OrganisationKind.ENTERPRISE, "Främlingen", "5560125790")
        unit = _organisation(OrganisationKind.MEMBER, "Socialförvaltningen", "2220002162", authority.id)
        officer = _user("Hanna Handläggare")
        db.session.flush()
        actors = {role: _actor(role, authority, enterprise) for role in TAKES_PART}
        outsiders = {role: _actor(role, outside, stranger) for role in TAKES_PART}
    with acting_as(system_actor(authority.id, enterprise.id)), transaction():
        terms = _terms(authority.id, prices)
        contract = _contract(authority.id, enterprise.id, terms)
        rounds = [_choice_round(authority.id, unit.id, officer.id, number) for number in range(placements)]
        booked = tuple(_placement(contract, unit.id, chosen) for chosen in rounds)
        if booked:
            _agreed_plan(booked[0])
    with acting_as(system_actor(authority.id, other.id)), transaction():
        others = _contract(authority.id, other.id, terms)
        chosen = _choice_round(authority.id, unit.id, officer.id, placements)
        _placement(others, unit.id, chosen)
        return Market(
            authority_id=authority.id,
            enterprise_id=enterprise.id,
            other_enterprise_id=other.id,
            contract_id=contract.id,
            other_contract_id=others.id,
            terms_id=terms.id,
            unit_id=unit.id,
            officer_id=officer.id,
            placement_ids=booked,
            actors=actors,
            outsiders=outsiders,
        )


def add_contracts(market: Market, count: int) -> None:
    """More enterprises with a contract like the others' and one placement each."""
    for number in range(count):
        with acting_as(system_actor()), transaction():
            orgnr = f"{5_000_000_000 + number}"
            enterprise_id = _organisation(OrganisationKind.ENTERPRISE, f"Företag {number}", orgnr).id
        with acting_as(system_actor(market.authority_id, enterprise_id)), transaction():
            terms = db.session.get_one(TermsVersion, market.terms_id)
            contract = _contract(market.authority_id, enterprise_id, terms)
            _placement(
                contract,
                market.unit_id,
                _choice_round(market.authority_id, market.unit_id, market.officer_id, number),
            )


def attend(placement_id: int, contract_id: int, day: date, hours: str = "7", **more: Any) -> None:
    """Adds a day. Call as the system of the contract's parties."""
    kind = AttendanceKind.PRESENT if Decimal(hours) else AttendanceKind.ILL
    facts = {"planned_hours": Decimal(7), "actual_hours": Decimal(hours), "kind": kind} | more
    db.session.add(AttendanceDay(placement_id=placement_id, contract_id=contract_id, day=day, **facts))
    db.session.flush()


def _added(row: RowT) -> RowT:
    db.session.add(row)
    db.session.flush()
    return row


def _reference() -> None:
    if db.session.get(Kommun, "0136") is None:
        db.session.add(Kommun(code="0136", name="Haninge"))
        db.session.add(OccupationField(concept_id="test-field", name="Naturbruk i prov"))
        db.session.flush()
        facts = {"field_id": "test-field", "women": 10, "men": 20, "year": 2024}
        db.session.add(Trade(ssyk="6113", name="Trädgårdsanläggare", plain_name="Sköta trädgård", **facts))
        db.session.flush()


def _organisation(
    kind: OrganisationKind, name: str, orgnr: str, authority_id: int | None = None
) -> Organisation:
    row = Organisation(
        kind=kind,
        name=name,
        orgnr=orgnr,
        authority_id=authority_id,
        kommun_codes=["0136"],
        created_at=LONG_AGO,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _user(name: str) -> User:
    email = f"{name.lower().replace(' ', '.')}@example.org"
    return _added(User(email=email, name=name, password_hash="-", created_at=LONG_AGO))


def _actor(role: Role, authority: Organisation, enterprise: Organisation) -> Actor:
    is_supplier = role in {Role.SUPPLIER_MANAGER, Role.SUPERVISOR}
    organisation = enterprise if is_supplier else authority
    user = _user(f"{role.value} {organisation.name}")
    membership = Membership(user_id=user.id, organisation_id=organisation.id, role=role)
    db.session.add(membership)
    db.session.flush()
    return Actor(
        user_id=user.id,
        user_name=user.name,
        membership_id=membership.id,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        role=role,
        authority_id=None if is_supplier else authority.id,
        enterprise_id=enterprise.id if is_supplier else None,
    )


def _terms(authority_id: int, prices: tuple[dict[str, Any], ...]) -> TermsVersion:
    system = SystemOfChoice(
        authority_id=authority_id,
        name="Arbetsträning",
        service_sv="Arbetsträning hos sociala företag",
        regime=Regime.LOV,
        kommun_codes=["0136"],
        is_open=True,
        created_at=LONG_AGO,
    )
    terms = TermsVersion(
        system=system,
        authority_id=authority_id,
        version=1,
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
    for position, row in enumerate(prices, start=1):
        db.session.add(PriceRow(**({"parameters": {}} | row), terms_id=terms.id, position=position))
    db.session.flush()
    terms.state = TermsState.PUBLISHED
    db.session.flush()
    return terms


def _contract(authority_id: int, enterprise_id: int, terms: TermsVersion) -> Contract:
    parties = {"authority_id": authority_id, "enterprise_id": enterprise_id}
    db.session.add(
        EnterpriseProfile(
            enterprise_id=enterprise_id,
            contact_email="faktura@example.org",
            street="Verkstadsgatan 1",
            postcode="136 40",
            city="Handen",
            bankgiro="50501055",
            has_f_tax=True,
            is_vat_registered=True,
        )
    )
    application = Application(
        system_id=terms.system_id,
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
    contract = Contract(
        application_id=application.id,
        system_id=terms.system_id,
        terms_id=terms.id,
        state=ContractState.ACTIVE,
        starts_on=date(2026, 1, 15),
        vat_category=VatCategory.EXEMPT,
        vat_exemption_reason_sv="Social omsorg, 10 kap. 6 § mervärdesskattelagen",
        buyer_reference="ÅSEN-4471",
        text_sha256="-",
        authority_signed_at=LONG_AGO,
        authority_signed_by="Ulla Upphandlare",
        enterprise_signed_at=LONG_AGO,
        enterprise_signed_by="Vera Verksamhetsledare",
        **parties,
    )
    return _added(contract)


def _choice_round(authority_id: int, unit_id: int, officer_id: int, number: int) -> ChoiceRound:
    participant = Participant(
        authority_id=authority_id,
        unit_id=unit_id,
        case_officer_id=officer_id,
        kommun_code="0136",
        name=f"Hemlig Person{number}",
        sex=Sex.WOMAN,
        birth_year=1990,
        created_at=LONG_AGO,
    )
    db.session.add(participant)
    db.session.flush()
    grant = Grant(
        participant_id=participant.id,
        authority_id=authority_id,
        state=GrantState.PLACED,
        hours_per_week=Decimal(35),
        days_per_week=5,
        support_level="3",
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        decided_on=date(2026, 1, 20),
        decided_by="Sara Samordnare",
    )
    db.session.add(grant)
    db.session.flush()
    chosen = ChoiceRound(
        grant_id=grant.id,
        participant_id=participant.id,
        authority_id=authority_id,
        state=ChoiceState.CHOSEN,
        opened_at=LONG_AGO,
        chosen_on=date(2026, 1, 25),
    )
    return _added(chosen)


def _placement(contract: Contract, unit_id: int, chosen: ChoiceRound) -> int:
    use = _seat_use(contract.enterprise_id)
    placement = Placement(
        authority_id=contract.authority_id,
        unit_id=unit_id,
        kommun_code="0136",
        enterprise_id=contract.enterprise_id,
        contract_id=contract.id,
        grant_id=chosen.grant_id,
        participant_id=chosen.participant_id,
        choice_round_id=chosen.id,
        place_id=use.place_id,
        seat_id=use.seat_id,
        seat_use_id=use.id,
        state=PlacementState.RUNNING,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        hours_per_week=Decimal(35),
        days_per_week=5,
        support_level="3",
        requested_on=date(2026, 1, 25),
        answer_due_on=date(2026, 1, 28),
        answered_on=date(2026, 1, 26),
        started_on=FIRST_DAY,
        requested_at=LONG_AGO,
    )
    db.session.add(placement)
    db.session.flush()
    for day in MARCH_DAYS:
        attend(placement.id, contract.id, date(2026, 3, day))
    return placement.id


def _seat_use(enterprise_id: int) -> SeatUse:
    site = Site(
        enterprise_id=enterprise_id,
        name="Verkstaden",
        street="Verkstadsgatan 1",
        postcode="136 40",
        city="Handen",
        kommun_code="0136",
    )
    _added(site)
    place = Place(
        enterprise_id=enterprise_id,
        site_id=site.id,
        kommun_code="0136",
        ssyk="6113",
        name="Trädgård",
        tasks_sv="Odla",
        hours_per_week_min=10,
        hours_per_week_max=40,
        lead_time_days=7,
        state=PlaceState.PUBLISHED,
        confirmed_on=date(2026, 1, 15),
    )
    _added(place)
    seat = Seat(place_id=place.id, number=1)
    _added(seat)
    use = SeatUse(
        seat_id=seat.id,
        place_id=place.id,
        first_day=FIRST_DAY,
        last_day=LAST_DAY,
        kind=SeatUseKind.PLACEMENT,
    )
    return _added(use)


def _agreed_plan(placement_id: int) -> None:
    db.session.add(
        ActivityPlan(
            placement_id=placement_id,
            revision=1,
            state=PlanState.AGREED,
            hours_per_week=Decimal(35),
            days_per_week=5,
            tasks_sv="Odla",
            goals=["Komma i tid"],
            follow_up_dates=[],
            agreed_on=date(2026, 3, 4),
            supervisor_agreed_at=LONG_AGO,
            case_officer_agreed_at=LONG_AGO,
            participant_agreed_at=LONG_AGO,
        )
    )
    db.session.flush()
