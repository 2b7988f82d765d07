"""What is made through the services, once for each authority: one of everything, for SQL to multiply."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from demo.people import personal_number
from demo.simulate.foundation import Staff, lay
from demo.story import Story, read_story
from demo.terms import CONTRACT_TEXT_SV, REQUIREMENTS, SERVICE_SV, price_list, terms_rules
from enterprises.applications.models import Application
from enterprises.applications.rules import ApplicationState
from enterprises.contracts.edition_rules import EditionState
from enterprises.contracts.models import Contract, ContractEdition
from enterprises.contracts.rules import ContractState, VatCategory
from enterprises.places import services as places
from enterprises.suppliers.models import EnterpriseProfile
from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.clock import now, today
from marketplace.db import db, transaction
from marketplace.procurement import services as procurement
from marketplace.procurement.models import PriceRow, TermsVersion
from marketplace.procurement.rules import Regime
from marketplace.reference.rules import Sex, add_working_days
from marketplace.reference.services import load_reference
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.booking import services as booking
from placements.choice import services as choice
from placements.participants import services as participants
from placements.participants.rules import ConsentScope

HOURS = Decimal(20)
_FOR_LONG = timedelta(days=500)
_SEATS = 5


@dataclass(frozen=True)
class Pattern:
    """The rows of one authority that are multiplied; names are those of tables."""

    authority_id: int
    application: int
    contract: int
    contract_edition: int
    organisation: int
    site: int
    place: int
    running: int
    """The choice round behind a placement that runs."""
    chosen: int
    """The choice round that waits for a request."""


@dataclass(frozen=True)
class Foundation:
    story: Story
    patterns: list[Pattern]


def lay_foundation() -> Foundation:
    """Fills an empty database. Needs an application context; commits."""
    story = read_story()
    with acting_as(system_actor()), transaction():
        load_reference()
        staff = Staff(Random(4))
        authorities = lay(story, staff)
    patterns = []
    for number, authority in enumerate(story.authorities):
        authority_id = authorities[authority.key]
        terms_id = _terms(authority_id, authority.key, authority.price_list, authority.kommuner)
        patterns.append(_pattern(number, authority_id, terms_id, authority.kommuner[0], staff))
    return Foundation(story, patterns)


def _people(organisation_id: int, role: Role) -> Actor:
    with acting_as(system_actor()), transaction():
        membership = db.session.scalars(
            select(Membership)
            .where(Membership.organisation_id == organisation_id, Membership.role == role)
            .order_by(Membership.id)
        ).first()
        assert membership is not None
        return actor_in(membership, membership.user)


def _terms(authority_id: int, key: str, prices: str, kommuner: tuple[str, ...]) -> int:
    with acting_as(_people(authority_id, Role.PROCUREMENT_OFFICER)), transaction():
        system = procurement.create_system(
            name="Arbetsträning i socialt företag",
            service_sv=SERVICE_SV,
            regime=Regime.LOV,
            kommun_codes=kommuner,
        )
        terms = procurement.draft_terms(
            system.id,
            contract_text_sv=CONTRACT_TEXT_SV,
            rules=terms_rules(key),
            requirements=REQUIREMENTS,
            prices=price_list(prices),
        )
        procurement.publish_terms(terms.id)
        return terms.id


def _pattern(number: int, authority_id: int, terms_id: int, kommun_code: str, staff: Staff) -> Pattern:
    enterprise_id, contract_id, application_id, edition_id = _supplier(number, authority_id, terms_id, staff)
    with acting_as(_people(enterprise_id, Role.SUPPLIER_MANAGER)), transaction():
        site_id = places.add_site(
            name="Huset", street="Byvägen 1", postcode="136 40", city="Byn", kommun_code=kommun_code
        ).id
        place_id = places.add_place(
            site_id=site_id,
            ssyk="5223",
            name="Butiken",
            tasks_sv="Tar emot kunder och sköter kassan.",
            hours_per_week_min=10,
            hours_per_week_max=40,
            lead_time_days=0,
            seats=_SEATS,
        ).id
        places.publish_place(place_id)
    return Pattern(
        authority_id,
        application_id,
        contract_id,
        edition_id,
        enterprise_id,
        site_id,
        place_id,
        running=_choice(authority_id, 2 * number, place_id, kommun_code, is_running=True),
        chosen=_choice(authority_id, 2 * number + 1, place_id, kommun_code, is_running=False),
    )


def _supplier(number: int, authority_id: int, terms_id: int, staff: Staff) -> tuple[int, int, int, int]:
    """An enterprise with its people, and a contract that both have signed: ids of enterprise, contract, application
    and edition."""
    with acting_as(system_actor()), transaction():
        organisation = Organisation(
            kind=OrganisationKind.ENTERPRISE,
            name=f"Företaget {number}",
            orgnr=f"{7999900000 + number}",
            kommun_codes=[],
            created_at=now(),
        )
        db.session.add(organisation)
        db.session.flush()
        for role in (Role.SUPPLIER_MANAGER, Role.SUPERVISOR):
            staff.add(organisation, role)
        enterprise_id = organisation.id
    with acting_as(system_actor(authority_id, enterprise_id)), transaction():
        db.session.add(_profile(enterprise_id))
        terms = db.session.get_one(TermsVersion, terms_id)
        contract = _contract(terms, enterprise_id)
        assert contract.edition_id is not None
        return enterprise_id, contract.id, contract.application_id, contract.edition_id


def _profile(enterprise_id: int) -> EnterpriseProfile:
    return EnterpriseProfile(
        enterprise_id=enterprise_id,
        about_sv="Vi finns för mätningen.",
        contact_email="info@example.se",
        phone="08-465 004 00",
        street="Byvägen 1",
        postcode="136 40",
        city="Byn",
        bankgiro="59900100",
        has_f_tax=True,
        is_vat_registered=True,
    )


def _contract(terms: TermsVersion, enterprise_id: int) -> Contract:
    parties = {"authority_id": terms.authority_id, "enterprise_id": enterprise_id}
    began = today() - _FOR_LONG
    application = Application(
        system_id=terms.system_id,
        terms_id=terms.id,
        state=ApplicationState.APPROVED,
        submitted_on=began - timedelta(days=30),
        decided_on=began - timedelta(days=10),
        decision_sv="Godkänd.",
        diary_number="1",
        created_at=now(),
        **parties,
    )
    db.session.add(application)
    db.session.flush()
    said = {"terms_id": terms.id, "vat_category": VatCategory.STANDARD, "buyer_reference": "1"}
    contract = Contract(
        application_id=application.id,
        system_id=terms.system_id,
        state=ContractState.ACTIVE,
        starts_on=began,
        **parties,
        **said,
    )
    db.session.add(contract)
    db.session.flush()
    edition = ContractEdition(
        contract_id=contract.id,
        number=1,
        state=EditionState.SIGNED,
        from_day=began,
        text_sha256="-",
        authority_signed_at=now(),
        authority_signed_by="Myndigheten",
        enterprise_signed_at=now(),
        enterprise_signed_by="Företaget",
        created_at=now(),
        **parties,
        **said,
    )
    db.session.add(edition)
    db.session.flush()
    contract.edition_id = edition.id
    db.session.flush()
    return contract


def _choice(authority_id: int, number: int, place_id: int, kommun_code: str, *, is_running: bool) -> int:
    """A participant who has chosen the place; with `is_running`, who has begun there."""
    with acting_as(system_actor()), transaction():
        unit_id = db.session.scalars(
            select(Organisation.id).where(Organisation.authority_id == authority_id).order_by(Organisation.id)
        ).first()
    assert unit_id is not None
    officer, coordinator = _people(unit_id, Role.CASE_OFFICER), _people(authority_id, Role.COORDINATOR)
    assert officer.user_id is not None
    with acting_as(officer), transaction():
        person_id = participants.register_participant(
            name=f"Maja Öberg {number}",
            personal_number=personal_number(date(1980, 1, 1) + timedelta(days=number), Sex.WOMAN),
            sex=Sex.WOMAN,
            kommun_code=kommun_code,
            unit_id=unit_id,
            case_officer_id=officer.user_id,
        ).id
    with acting_as(coordinator), transaction():
        participants.give_consent(person_id, ConsentScope.SUPPLIER, today())
        grant_id = participants.grant_training(
            person_id,
            hours_per_week=HOURS,
            days_per_week=4,
            support_level=_level(authority_id),
            first_day=today(),
            last_day=today() + timedelta(days=100),
        ).id
    with acting_as(officer), transaction():
        round_id = choice.open_round(grant_id).id
        choice.show_places(round_id, [place_id])
        choice.record_choice(round_id, place_id)
    if is_running:
        _begin(officer, place_id, round_id)
    return round_id


def _level(authority_id: int) -> str:
    """A support level that the authority's price list has a price for."""
    found = db.session.scalars(
        select(PriceRow.support_level)
        .join(TermsVersion, TermsVersion.id == PriceRow.terms_id)
        .where(TermsVersion.authority_id == authority_id, PriceRow.support_level.is_not(None))
        .order_by(PriceRow.position)
    ).first()
    return found or "1"


def _begin(officer: Actor, place_id: int, round_id: int) -> None:
    first_day = add_working_days(today(), 0)
    with acting_as(officer), transaction():
        placement = booking.request_placement(round_id, first_day=first_day)
        placement_id, enterprise_id = placement.id, placement.enterprise_id
    with acting_as(_people(enterprise_id, Role.SUPERVISOR)), transaction():
        booking.accept_placement(placement_id)
