"""What the tests' markets are built from, as rows: reference data, organisations, people, terms and contracts.

Call as the system; rows of an authority or an enterprise as the system of those.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from sqlalchemy import func, select
from stdnum import luhn

from demo.people import personal_number as number_of
from enterprises.applications.models import Application
from enterprises.applications.rules import ApplicationState
from enterprises.contracts.edition_rules import EditionState
from enterprises.contracts.models import Contract, ContractEdition
from enterprises.contracts.rules import ContractState, VatCategory
from enterprises.suppliers.models import EnterpriseProfile
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import MemberKind, OrganisationKind, Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.procurement.models import PriceRow, SystemOfChoice, TermsVersion
from marketplace.procurement.rules import DefaultRule, Regime, TermsState
from marketplace.reference.models import Kommun, OccupationField, Trade
from marketplace.reference.rules import Sex
from marketplace.tenancy import Actor

_numbers = count(1)
LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)

HANINGE, HUDDINGE, SODERTALJE = "0136", "0126", "0181"
FIELD = "test-field"
TEXTILE, WORKSHOP, GARDEN, FLOWERS = "7531", "7231", "6112", "6113"
_KOMMUNER = {HANINGE: "Haninge", HUDDINGE: "Huddinge", SODERTALJE: "Södertälje"}
_TRADES = {
    TEXTILE: ("Sömmerska", 90, 10),
    WORKSHOP: ("Mekaniker", 5, 95),
    GARDEN: ("Odlare", 50, 50),
    FLOWERS: ("Trädgårdsanläggare", 10, 20),
}


def orgnr(number: int) -> str:
    """Ten digits that pass Luhn, in a range that nobody has."""
    nine = f"7999{number:05d}"
    return f"{nine}{luhn.calc_check_digit(nine)}"


def bankgiro(number: int) -> str:
    seven = f"59{number:05d}"
    return f"{seven}{luhn.calc_check_digit(seven)}"


def personal_number(number: int, sex: Sex = Sex.WOMAN) -> str:
    """A different number for each of the first ten thousand."""
    return number_of(date.fromordinal(date(1975, 1, 1).toordinal() + number), sex)


def make_reference() -> None:
    """Three kommuner and four trades in one field: a women's, a men's, an even one and one between."""
    db.session.add_all(Kommun(code=code, name=name) for code, name in _KOMMUNER.items())
    db.session.add(OccupationField(concept_id=FIELD, name="Hantverk i prov"))
    db.session.flush()
    for ssyk, (name, women, men) in _TRADES.items():
        facts = {"field_id": FIELD, "women": women, "men": men, "year": 2024}
        db.session.add(Trade(ssyk=ssyk, name=name, plain_name=f"{name} på lätt svenska", **facts))
    db.session.flush()


def make_authority(name: str, kommun_codes: Iterable[str], number: str = "") -> Organisation:
    return _organisation(OrganisationKind.AUTHORITY, name, kommun_codes, number)


def make_member(
    name: str, authority_id: int, kommun_codes: Iterable[str], kind: MemberKind | None = None
) -> Organisation:
    member = _organisation(OrganisationKind.MEMBER, name, kommun_codes, None, authority_id)
    member.member_kind = kind
    return member


def make_enterprise(name: str, number: str = "") -> Organisation:
    return _organisation(OrganisationKind.ENTERPRISE, name, (), number)


def make_actor(name: str, organisation: Organisation, role: Role, *kommun_codes: str) -> Actor:
    """Someone who can act in one role, without a password; in those kommuner only, where any is given."""
    user = User(
        email=f"nr{next(_numbers)}@example.org",
        name=name,
        is_active=True,
        created_at=now(),
    )
    db.session.add(user)
    db.session.flush()
    membership = Membership(
        user_id=user.id, organisation_id=organisation.id, role=role, kommun_codes=list(kommun_codes)
    )
    db.session.add(membership)
    db.session.flush()
    return actor_in(membership, user)


def make_profile(enterprise_id: int) -> None:
    """What an enterprise's invoices need."""
    db.session.add(
        EnterpriseProfile(
            enterprise_id=enterprise_id,
            about_sv="Vi finns bara i prov.",
            contact_email="info@example.org",
            phone="08-465 004 00",
            street="Provgatan 1",
            postcode="136 40",
            city="Handen",
            bankgiro=bankgiro(enterprise_id),
            has_f_tax=True,
            is_vat_registered=True,
        )
    )
    db.session.flush()


def make_terms(
    authority_id: int,
    prices: Iterable[Mapping[str, Any]] = (),
    kommun_codes: Iterable[str] = (),
    **rules: Any,
) -> TermsVersion:
    """The published terms of an open system; `rules` are columns of the version."""
    system = SystemOfChoice(
        authority_id=authority_id,
        name="Arbetsträning",
        service_sv="Arbetsträning hos sociala företag",
        regime=Regime.LOV,
        kommun_codes=list(kommun_codes),
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
        **({"default_rule": DefaultRule.TURN_ORDER} | rules),
    )
    for position, row in enumerate(prices, start=1):
        terms.prices.append(PriceRow(**({"parameters": {}} | dict(row)), position=position))
    db.session.add(terms)
    db.session.flush()
    terms.state = TermsState.PUBLISHED
    db.session.flush()
    return terms


def make_contract(
    terms: TermsVersion,
    enterprise_id: int,
    *,
    state: ContractState = ContractState.ACTIVE,
    ended_on: date | None = None,
    **facts: object,
) -> Contract:
    """A contract in force, with the application that led to it; `facts` as `Facts` names them."""
    parties = {"authority_id": terms.authority_id, "enterprise_id": enterprise_id}
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
    said: dict[str, Any] = {
        "terms_id": terms.id,
        "vat_category": VatCategory.EXEMPT,
        "vat_exemption_reason_sv": "Social omsorg, 10 kap. 6 § mervärdesskattelagen",
        "buyer_reference": "ÅSEN-4471",
    } | facts
    contract = Contract(
        application_id=application.id,
        system_id=terms.system_id,
        state=state,
        starts_on=date(2026, 1, 15),
        ended_on=ended_on,
        **parties,
        **said,
    )
    db.session.add(contract)
    db.session.flush()
    _make_edition(contract, 1, contract.starts_on, is_signed=state is not ContractState.AWAITING_SIGNATURE)
    return contract


def amend_contract(contract: Contract, from_day: date = date(2026, 2, 1), **facts: object) -> None:
    """An amendment that both have signed and that is in force, whatever the day."""
    for name, value in facts.items():
        setattr(contract, name, value)
    taken = select(func.max(ContractEdition.number)).where(ContractEdition.contract_id == contract.id)
    _make_edition(contract, (db.session.scalar(taken) or 0) + 1, from_day, reason_sv="Ändring i prov")


def _make_edition(
    contract: Contract, number: int, from_day: date, *, reason_sv: str = "", is_signed: bool = True
) -> None:
    edition = ContractEdition(
        contract_id=contract.id,
        authority_id=contract.authority_id,
        enterprise_id=contract.enterprise_id,
        number=number,
        from_day=from_day,
        reason_sv=reason_sv,
        text_sha256="-",
        created_at=LONG_AGO,
        **vars(contract.facts),
    )
    if is_signed:
        edition.state = EditionState.SIGNED
        edition.authority_signed_at = edition.enterprise_signed_at = LONG_AGO
        edition.authority_signed_by = "Ulla Upphandlare"
        edition.enterprise_signed_by = "Vera Verksamhetsledare"
    db.session.add(edition)
    db.session.flush()
    contract.edition_id = edition.id
    db.session.flush()


def _organisation(
    kind: OrganisationKind,
    name: str,
    kommun_codes: Iterable[str],
    number: str | None,
    authority_id: int | None = None,
) -> Organisation:
    """`number`: the organisation number, any where it is empty, none where it is None."""
    row = Organisation(
        kind=kind,
        name=name,
        orgnr=orgnr(next(_numbers)) if number == "" else number,
        authority_id=authority_id,
        kommun_codes=list(kommun_codes),
        created_at=now(),
    )
    db.session.add(row)
    db.session.flush()
    return row
