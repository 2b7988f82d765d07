"""A small market for tests of invoicing, written as rows: what other rooms' services would have left behind.

One authority, two enterprises with contracts, placements with attendance in March 2026, people who act, and an
outsider on each side who has nothing to do with any of it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from enterprises.contracts.models import Contract
from enterprises.places.models import Place, Seat, SeatUse, Site
from enterprises.places.rules import PlaceState, SeatUseKind
from invoicing.attest.models import AttestLimit
from invoicing.invoices import services
from invoicing.remuneration.facts import Month
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.db import Base, db, transaction
from marketplace.procurement.models import TermsVersion
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
from tests.factories import (
    FLOWERS,
    HANINGE,
    HUDDINGE,
    LONG_AGO,
    make_actor,
    make_authority,
    make_contract,
    make_enterprise,
    make_member,
    make_profile,
    make_reference,
    make_terms,
)
from tests.support.invoiced import make_invoice

RowT = TypeVar("RowT", bound=Base)
FIRST_DAY, LAST_DAY = date(2026, 2, 2), date(2026, 6, 30)
APRIL_FIRST = date(2026, 4, 1)
MARCH = Month(2026, 3)
MARCH_DAYS = (2, 3, 4, 5, 6)
PRICES: tuple[dict[str, Any], ...] = (
    {"component": "start_fee", "amount_ore": 2_500_00},
    {"component": "day_rate", "support_level": "3", "day_part": "whole", "amount_ore": 987_00},
    {"component": "day_rate", "support_level": "3", "day_part": "half", "amount_ore": 691_00},
)
RESULT_FEE: dict[str, Any] = {
    "component": "result_fee",
    "amount_ore": 10_000_00,
    "parameters": {"after_months": 6},
}
ATTEST_LIMIT = 100_000_00
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
    officer: Actor
    placement_ids: tuple[int, ...]
    actors: dict[Role, Actor]
    outsiders: dict[Role, Actor]
    attester: Actor
    """A second controller, who may attest up to ATTEST_LIMIT. The first may attest nothing."""

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
        make_reference()
        authority = make_authority("Samordningsförbundet Åsen", [HANINGE])
        enterprise = make_enterprise("Växthuset & Co", "7696123459")
        other = make_enterprise("Snickeriet")
        outside = make_authority("Samordningsförbundet Utanför", [HUDDINGE])
        stranger = make_enterprise("Främlingen")
        unit = make_member("Socialförvaltningen", authority.id, [HANINGE])
        officer = make_actor("Hanna Handläggare", unit, Role.CASE_OFFICER)
        actors = {role: _actor(role, authority, enterprise) for role in TAKES_PART}
        outsiders = {role: _actor(role, outside, stranger) for role in TAKES_PART}
        attester = make_actor("Asta Attestant", authority, Role.CONTROLLER)
    with acting_as(system_actor(authority.id, enterprise.id)), transaction():
        give_limit(attester, ATTEST_LIMIT)
        terms = make_terms(authority.id, prices)
        contract = _contract(terms, enterprise.id)
        rounds = [_choice_round(officer, number) for number in range(placements)]
        booked = tuple(_placement(contract, chosen, officer) for chosen in rounds)
        if booked:
            _agreed_plan(booked[0])
    with acting_as(system_actor(authority.id, other.id)), transaction():
        others = _contract(terms, other.id)
        _placement(others, _choice_round(officer, placements), officer)
        return Market(
            authority_id=authority.id,
            enterprise_id=enterprise.id,
            other_enterprise_id=other.id,
            contract_id=contract.id,
            other_contract_id=others.id,
            terms_id=terms.id,
            officer=officer,
            placement_ids=booked,
            actors=actors,
            outsiders=outsiders,
            attester=attester,
        )


def give_limit(controller: Actor, limit_ore: int) -> None:
    """What she may attest. Call as the authority's system."""
    db.session.add(
        AttestLimit(
            membership_id=controller.membership_id,
            authority_id=controller.authority_id,
            limit_ore=limit_ore,
        )
    )


def add_contracts(market: Market, count: int) -> None:
    """More enterprises with a contract like the others' and one placement each."""
    for number in range(count):
        with acting_as(system_actor()), transaction():
            enterprise_id = make_enterprise(f"Företag {number}").id
        with acting_as(system_actor(market.authority_id, enterprise_id)), transaction():
            terms = db.session.get_one(TermsVersion, market.terms_id)
            contract = _contract(terms, enterprise_id)
            _placement(contract, _choice_round(market.officer, number), market.officer)


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


def _actor(role: Role, authority: Organisation, enterprise: Organisation) -> Actor:
    organisation = enterprise if role in {Role.SUPPLIER_MANAGER, Role.SUPERVISOR} else authority
    return make_actor(f"{role.value} {organisation.name}", organisation, role)


def _contract(terms: TermsVersion, enterprise_id: int) -> Contract:
    make_profile(enterprise_id)
    return make_contract(terms, enterprise_id)


def _choice_round(officer: Actor, number: int) -> ChoiceRound:
    """A participant of the officer's, the grant, and a choice made."""
    participant = Participant(
        authority_id=officer.authority_id,
        unit_id=officer.organisation_id,
        case_officer_id=officer.user_id,
        kommun_code=HANINGE,
        name=f"Hemlig Person{number}",
        sex=Sex.WOMAN,
        birth_year=1990,
        created_at=LONG_AGO,
    )
    db.session.add(participant)
    db.session.flush()
    grant = Grant(
        participant_id=participant.id,
        authority_id=officer.authority_id,
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
        authority_id=officer.authority_id,
        state=ChoiceState.CHOSEN,
        opened_at=LONG_AGO,
        chosen_on=date(2026, 1, 25),
    )
    return _added(chosen)


def _placement(contract: Contract, chosen: ChoiceRound, officer: Actor) -> int:
    use = _seat_use(contract.enterprise_id)
    placement = Placement(
        authority_id=contract.authority_id,
        unit_id=officer.organisation_id,
        kommun_code=HANINGE,
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
        held_until=date(2026, 1, 29),
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
        kommun_code=HANINGE,
    )
    _added(site)
    place = Place(
        enterprise_id=enterprise_id,
        site_id=site.id,
        kommun_code=HANINGE,
        ssyk=FLOWERS,
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
            tasks_sv="Odla",
            follow_up_dates=[],
            agreed_on=date(2026, 3, 4),
            supervisor_agreed_at=LONG_AGO,
            case_officer_agreed_at=LONG_AGO,
            participant_agreed_at=LONG_AGO,
        )
    )
    db.session.flush()


def sent_invoice(market: Market, month: Month = MARCH) -> int:
    """The month's invoice of the market's first contract, made, approved and sent."""
    with acting_as(market.system), transaction():
        invoice = make_invoice(market.contract_id, month)
        assert invoice is not None
        invoice_id = invoice.id
    with acting_as(market.manager), transaction():
        services.approve_invoice(invoice_id)
        services.send_invoice(invoice_id)
    return invoice_id
