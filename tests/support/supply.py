"""Two authorities, two enterprises and an outsider of each kind, with a system, contracts and a place to come by.

Made by the same services that users call. Ids and actors stay good whatever is committed or expired.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from enterprises.applications import services as applications
from enterprises.applications.models import Application, ApplicationAnswer
from enterprises.applications.queries import application_with_answers
from enterprises.applications.rules import AnswerDraft, Judgement, JudgementDraft
from enterprises.contracts import services as contracts
from enterprises.contracts.queries import contract_with_terms
from enterprises.contracts.rules import ContractDraft, VatCategory
from enterprises.places import services as places
from enterprises.suppliers import services as suppliers
from marketplace.accounts.models import Membership, Organisation
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db, transaction
from marketplace.procurement import services as procurement
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.price_rules import Component, DayPart, PriceDraft
from marketplace.procurement.rules import Proof, Regime, RequirementDraft, TermsRules
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.factories import (
    FLOWERS,
    HANINGE,
    SODERTALJE,
    make_actor,
    make_authority,
    make_member,
    make_reference,
)

PASSWORD = "tre ord som glöms"
SUMMER = date(2026, 6, 1)
ORGNRS = ("7696123459", "5560160680")
REQUIREMENTS = (
    RequirementDraft("Beskriv hur handledningen går till.", Proof.ANSWER),
    RequirementDraft("Vi har F-skatt och betalar våra skatter.", Proof.DECLARATION),
)
PRICES = (
    PriceDraft(Component.START_FEE, amount_ore=250_000),
    PriceDraft(
        Component.DAY_RATE, "1", DayPart.WHOLE, 43_900, {"whole_from_hours": "6", "half_from_hours": "3"}
    ),
    PriceDraft(
        Component.DAY_RATE, "1", DayPart.HALF, 30_700, {"whole_from_hours": "6", "half_from_hours": "3"}
    ),
)


@dataclass(frozen=True)
class Supply:
    """`officer`, `other_officer`: of two authorities. `manager`, `other_manager`: of two enterprises."""

    officer: Actor
    other_officer: Actor
    controller: Actor
    case_officer: Actor
    manager: Actor
    other_manager: Actor
    supervisor: Actor

    @property
    def authority_id(self) -> int:
        assert self.officer.authority_id
        return self.officer.authority_id

    @property
    def enterprise_id(self) -> int:
        assert self.manager.enterprise_id
        return self.manager.enterprise_id


def build_supply() -> Supply:
    with acting_as(system_actor()), transaction():
        make_reference()
        authority = make_authority("Samordningsförbundet Åsen", [HANINGE])
        other = make_authority("Samordningsförbundet Viken", [HANINGE])
        unit = make_member("Socialförvaltningen", authority.id, [HANINGE])
        officer = make_actor("Ulla Upphandlare", authority, Role.PROCUREMENT_OFFICER)
        other_officer = make_actor("Olle Upphandlare", other, Role.PROCUREMENT_OFFICER)
        controller = make_actor("Eva Ekonom", authority, Role.CONTROLLER)
        case_officer = make_actor("Hanna Handläggare", unit, Role.CASE_OFFICER)
    with transaction():
        manager = _register(ORGNRS[0], "Växthuset", "vera@vaxthuset.example", "Vera Verksamhetsledare")
        other_manager = _register(ORGNRS[1], "Snickeriet", "sven@snickeriet.example", "Sven Snickare")
    with acting_as(system_actor()), transaction():
        enterprise = db.session.get_one(Organisation, manager.organisation_id)
        supervisor = make_actor("Hugo Handledare", enterprise, Role.SUPERVISOR)
    return Supply(officer, other_officer, controller, case_officer, manager, other_manager, supervisor)


def open_system(officer: Actor, name: str = "Arbetsträning Åsen", regime: Regime = Regime.LOV) -> int:
    """A system with published terms: its id."""
    with acting_as(officer), transaction():
        system = procurement.create_system(
            name=name,
            service_sv="Arbetsträning hos sociala företag",
            regime=regime,
            kommun_codes=[HANINGE, SODERTALJE],
        )
        terms = draft_terms(system)
        procurement.publish_terms(terms)
        return system.id


def draft_terms(system: SystemOfChoice) -> int:
    return procurement.draft_terms(
        system.id,
        contract_text_sv="Leverantören följer lagen.\n\nTvist prövas i allmän domstol.",
        rules=TermsRules(),
        requirements=REQUIREMENTS,
        prices=PRICES,
    ).id


def submitted(manager: Actor, system_id: int) -> int:
    """The id of an application with every answer, handed in."""
    with acting_as(manager), transaction():
        application = applications.start_application(system_id)
        applications.save_answers(application.id, answers_to(application))
        applications.submit_application(application.id)
        return application.id


def answers_to(application: Application) -> dict[int, AnswerDraft]:
    return {
        row.requirement_id: AnswerDraft("Två handledare", is_declared=True) for row in application.answers
    }


def judge(
    officer: Actor, application_id: int, judgement: Judgement = Judgement.MET, reason: str = ""
) -> None:
    with acting_as(officer), transaction():
        rows: list[ApplicationAnswer] = application_with_answers(application_id).answers
        applications.judge_answers(
            application_id, {row.requirement_id: JudgementDraft(judgement, reason) for row in rows}
        )


def contract_draft(**changes: object) -> ContractDraft:
    facts: dict[str, object] = {
        "starts_on": today(),
        "vat_category": VatCategory.EXEMPT,
        "vat_exemption_reason_sv": "Social omsorg",
        "buyer_reference": "ÅSEN-4471",
    }
    return ContractDraft(**(facts | changes))  # type: ignore[arg-type]


def approved(officer: Actor, manager: Actor, system_id: int) -> int:
    """The id of a contract that nobody has signed."""
    application_id = submitted(manager, system_id)
    judge(officer, application_id)
    with acting_as(officer), transaction():
        applications.approve_application(
            application_id, reasons_sv="Alla krav är uppfyllda.", diary_number="2026-118"
        )
        return contracts.draw_up_contract(application_id, contract_draft()).id


def signed(officer: Actor, manager: Actor, system_id: int) -> int:
    """The id of a contract that is active."""
    contract_id = approved(officer, manager, system_id)
    for actor in (officer, manager):
        sign(actor, contract_id)
    return contract_id


def sign(actor: Actor, contract_id: int) -> None:
    with acting_as(actor), transaction():
        contract = contract_with_terms(contract_id)
        contracts.sign_contract(contract_id, text_sha256=contract.edition.text_sha256)


def add_site(manager: Actor, name: str = "Verkstaden") -> int:
    with acting_as(manager), transaction():
        return places.add_site(
            name=name, street="Verkstadsgatan 1", postcode="13640", city="Handen", kommun_code=HANINGE
        ).id


def add_place(
    manager: Actor, site_id: int, seats: int = 3, name: str = "Trädgård", *, publish: bool = True
) -> int:
    with acting_as(manager), transaction():
        place = places.add_place(
            site_id=site_id,
            ssyk=FLOWERS,
            name=name,
            tasks_sv="Odla och skörda.",
            hours_per_week_min=10,
            hours_per_week_max=40,
            lead_time_days=7,
            adaptations=["seated"],
            languages=["sv"],
            seats=seats,
        )
        if publish:
            places.publish_place(place.id)
        return place.id


def after(days: int) -> date:
    return today() + timedelta(days=days)


def _register(orgnr: str, name: str, email: str, manager_name: str) -> Actor:
    made = suppliers.register_enterprise(
        orgnr=orgnr,
        name=name,
        contact_email=email,
        manager_name=manager_name,
        manager_email=email,
        password=PASSWORD,
    )
    with acting_as(system_actor()):
        membership = db.session.get_one(Membership, made.membership_id)
        return actor_in(membership, membership.user)
