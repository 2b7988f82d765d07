"""One world for every test that reads: two authorities that share an enterprise, and an outsider of each kind.

Authority A buys from the enterprise E1. Authority B buys from E1 and from E2. C (an authority and an enterprise) has
nothing to do with any of them. A's and E1's things are "own", B's and E2's are "foreign": for each name that occurs in
an address there is one of each. Everything is made through the services, by whoever makes it in life.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from sqlalchemy import select

from enterprises.applications import services as applications
from enterprises.applications.exclusion_rules import Ground
from enterprises.applications.models import Application
from enterprises.applications.queries import application_with_answers
from enterprises.applications.rules import AnswerDraft, Judgement, JudgementDraft
from enterprises.contracts import services as contracts
from enterprises.contracts.edition_rules import Amendment, next_month
from enterprises.contracts.queries import checks, contract_with_terms
from enterprises.contracts.rules import ContractDraft, VatCategory
from enterprises.places import services as places
from indicators.alerts import services as alerts
from indicators.alerts.rules import AlertKind, Watch
from indicators.region import services as regions
from invoicing.attest import services as attest
from invoicing.attest.rules import SaidOfLine
from invoicing.delivery import services as deliveries
from invoicing.invoices import services as invoices
from invoicing.payments import services as payments
from invoicing.payments.models import Payment
from invoicing.remuneration.facts import Month
from marketplace.accounts.rules import Role
from marketplace.advertising import services as advertising
from marketplace.clock import now, travelling
from marketplace.colleagues.models import Invitation
from marketplace.db import db, transaction
from marketplace.documents import text_hash
from marketplace.identity_provider import services as identity_provider
from marketplace.identity_provider.client import encrypted
from marketplace.identity_provider.models import BoundIdentity
from marketplace.procurement import services as procurement
from marketplace.procurement.price_rules import Component, PriceDraft
from marketplace.procurement.rules import Proof, Regime, RequirementDraft, TermsRules
from marketplace.reference.services import load_reference
from marketplace.tenancy import Actor, acting_as, system_actor
from placements.access import services as access
from placements.access.queries import participant_actor
from placements.choice.queries import choice_round
from placements.disposal import services as disposals
from placements.disposal.models import Disposal, DisposalItem
from placements.disposal.rules import USUAL_YEARS, DisposalKind, DisposalState
from placements.search.saved_rules import Kept
from placements.search.services import save_search
from tests.factories import make_actor, make_authority, make_enterprise, make_member, make_profile
from tests.support.access_point import refuse
from tests.support.asking import ask_participants
from tests.support.files import PDF
from tests.support.following_up import follow_up_in_world
from tests.support.invoiced import make_invoice
from tests.support.looks import look_in_world
from tests.support.pictures import photograph
from tests.support.second_factor import make_passkey
from tests.world_people import (
    BEGAN,
    OTHER_TRADE,
    STARTED,
    TODAY,
    TRADE,
    Half,
    Side,
    known,
    place_people,
    running,
)

_SIDES: tuple[Side, ...] = ("own", "foreign", "outside")
_NAMES: Mapping[Side, str] = {"own": "A", "foreign": "B", "outside": "C"}
_KOMMUN: Mapping[Side, str] = {"own": "0136", "foreign": "0126", "outside": "0181"}

__all__ = ["BUYERS", "EVERYBODY", "ROLES", "TODAY", "TRAINEE", "Side", "Who", "World", "build_world"]

AUTHORITY_ROLES = (Role.PROCUREMENT_OFFICER, Role.COORDINATOR, Role.STRATEGIST, Role.CONTROLLER)
BUYERS = (*AUTHORITY_ROLES, Role.CASE_OFFICER)
ROLES = (*BUYERS, Role.SUPPLIER_MANAGER, Role.SUPERVISOR)
"""Those who have an account."""
EVERYBODY = (*ROLES, Role.PARTICIPANT)

TRAINEE: Literal["trainee"] = "trainee"
"""A's participant who is in training: she is a participant too, with other rows than the one who chooses."""
Who = Role | Literal["trainee"]


@dataclass(frozen=True)
class World:
    """Ids and actors, which stay good whatever is committed or expired."""

    actors: Mapping[tuple[Role, Side], Actor]
    own: Mapping[str, int | str]
    """What stands in an address → an object of A and E1."""
    foreign: Mapping[str, int | str]
    """The same for B and E2, unpublished where there is a choice."""
    shared: Mapping[str, int]
    """What B and the shared enterprise E1 have together: E1 sees it, A must not."""
    authorities: Mapping[Side, int]
    enterprises: Mapping[Side, int]
    codes: Mapping[Side, str]
    """What the participant of `choice_round_id` opens her page with."""
    trainees: Mapping[Side, Actor]
    """The participant of `placement_id`, who is in training."""
    trainee_codes: Mapping[Side, str]

    def actor(self, role: Role, side: Side = "own") -> Actor:
        return self.actors[role, side]


def build_world() -> World:
    """Fills an empty, migrated database. Needs an application context; commits."""
    with travelling(BEGAN), acting_as(system_actor()), transaction():
        load_reference()
        actors: dict[tuple[Role, Side], Actor] = {}
        for side in _SIDES:
            actors |= _organisations(side)
    halves = [
        Half(side, _KOMMUN[side], {role: actors[role, side] for role in ROLES}, {}, 100 * number)
        for number, side in enumerate(_SIDES[:2])
    ]
    for half in halves:
        _procure(half)
        _advertise(half)
        _contract(half, half.by(Role.SUPPLIER_MANAGER))
        _supply(half)
        place_people(half)
        _bill(half)
        _save_searches(half)
        _give_passkeys(half)
        half.ids |= ask_participants(half)
        half.ids |= follow_up_in_world(half)
    for half in halves:
        _watch(half)
        with travelling(TODAY):
            _dispose(half)
        _connect(half)
        _invite(half)
        with travelling(TODAY):
            half.ids |= look_in_world(half)
    trainees = {half.side: participant_actor(int(half.ids["training_participant_id"])) for half in halves}
    trainee_codes = {half.side: _code_to(half, known(trainees[half.side].participant_id)) for half in halves}
    codes = {half.side: _let_in(half, actors) for half in halves}
    own, foreign = halves
    shared = _share(own, foreign)
    return World(
        actors=actors,
        own=own.ids,
        foreign=foreign.ids,
        shared=shared,
        authorities={side: known(actors[Role.CONTROLLER, side].authority_id) for side in _SIDES},
        enterprises={side: known(actors[Role.SUPERVISOR, side].enterprise_id) for side in _SIDES},
        codes=codes,
        trainees=trainees,
        trainee_codes=trainee_codes,
    )


def _save_searches(half: Half) -> None:
    """One search of each who searches: nobody reads another's."""
    for role, prefix in ((Role.CASE_OFFICER, ""), (Role.COORDINATOR, "coordinator_")):
        with acting_as(half.by(role)), transaction():
            saved = save_search(f"Hemlig sökning {half.side}", Kept({"kommun": [half.kommun]}, 14, 90))
            half.ids[f"{prefix}saved_search_id"] = saved.id


def _give_passkeys(half: Half) -> None:
    """To each: a passkey is its owner's alone."""
    for role in ROLES:
        with acting_as(half.by(role)), transaction():
            passkey_id = make_passkey(f"Hemlig nyckel {half.side}")
            half.ids |= {"passkey_id": passkey_id, f"{role}_passkey_id": passkey_id}


def _watch(half: Half) -> None:
    with acting_as(half.by(Role.STRATEGIST)), transaction():
        half.ids["alert_id"] = alerts.add_alert(Watch(AlertKind.FREE, 1)).id
        half.ids["region_id"] = regions.found_region(f"Hemlig region {half.side}", []).id


def _connect(half: Half) -> None:
    """An identity provider that is not in use, which knows the case officer."""
    coordinator = half.by(Role.COORDINATOR)
    authority_id = half.ids["authority_id"] = known(coordinator.authority_id)
    draft = identity_provider.ProviderDraft(
        issuer="http://127.0.0.1:9",
        client_id=f"Hemlig klient {half.side}",
        client_secret_encrypted=encrypted("hemligt"),
        domains=["example.org"],
        group_claim="groups",
        second_factor_values=["mfa"],
        allows_password=True,
    )
    with acting_as(coordinator), transaction():
        identity_provider.save_provider(draft, is_demo=True)
        rule = identity_provider.add_group_rule(f"Hemlig grupp {half.side}", f"{authority_id}-strategist")
        half.ids["group_rule_id"] = rule.id
    with acting_as(system_actor(authority_id)), transaction():
        user_id = known(half.by(Role.CASE_OFFICER).user_id)
        bound = BoundIdentity(authority_id=authority_id, subject="s", user_id=user_id, bound_at=now())
        db.session.add(bound)
        db.session.flush()
        half.ids["bound_identity_id"] = bound.id


def _dispose(half: Half) -> None:
    """A proposal that waits for a decision, and one that is done: nobody was due, so nobody is gone."""
    coordinator = half.by(Role.COORDINATOR)
    with acting_as(half.by(Role.CONTROLLER)), transaction():
        for kind in DisposalKind:
            disposals.set_rule(kind, USUAL_YEARS[kind], "§ 14")
    for prefix in ("executed_", ""):
        with acting_as(coordinator), transaction():
            proposal = Disposal(
                authority_id=known(coordinator.authority_id),
                kind=DisposalKind.PERSON,
                years=USUAL_YEARS[DisposalKind.PERSON],
                state=DisposalState.PROPOSED,
                rule_sv=f"Hemlig paragraf {half.side}",
                proposed_at=now(),
                proposed_by=coordinator.user_name,
                proposed_by_id=known(coordinator.user_id),
            )
            db.session.add(proposal)
            db.session.flush()
            participant_id = int(half.ids["participant_id"])
            db.session.add(
                DisposalItem(disposal_id=proposal.id, participant_id=participant_id, ended_on=TODAY)
            )
            half.ids[f"{prefix}disposal_id"] = proposal.id
        if prefix:
            with acting_as(half.by(Role.CONTROLLER)), transaction():
                disposals.decide(int(half.ids["executed_disposal_id"]), "2026-9")
            with acting_as(system_actor(coordinator.authority_id)), transaction():
                assert disposals.dispose_some(int(half.ids["executed_disposal_id"]), 1) == 0
                disposals.finish(int(half.ids["executed_disposal_id"]))
    half.ids["disposal_kind"] = DisposalKind.PERSON.value


def _invite(half: Half) -> None:
    """An invitation of the authority's and one of the enterprise's, not sent yet; and who works there."""
    for prefix, by, role in (
        ("", Role.COORDINATOR, Role.CASE_OFFICER),
        ("enterprise_", Role.SUPPLIER_MANAGER, Role.SUPERVISOR),
    ):
        works = half.by(role)
        with acting_as(half.by(by)), transaction():
            invitation = Invitation(
                organisation_id=known(works.organisation_id),
                email=f"inbjuden.{half.side}@example.org",
                role=role,
                invited_by=half.by(by).user_name,
                invited_at=now(),
            )
            db.session.add(invitation)
            db.session.flush()
            half.ids[f"{prefix}invitation_id"] = invitation.id
            half.ids[f"{prefix}membership_id"] = known(works.membership_id)


def _let_in(half: Half, actors: dict[tuple[Role, Side], Actor]) -> str:
    """A code to the participant who is choosing."""
    with travelling(TODAY), acting_as(half.by(Role.CASE_OFFICER)), transaction():
        choosing = choice_round(int(half.ids["choice_round_id"])).participant_id
        actors[Role.PARTICIPANT, half.side] = participant_actor(choosing)
        return access.give_code(choosing)


def _code_to(half: Half, participant_id: int) -> str:
    with travelling(TODAY), acting_as(half.by(Role.CASE_OFFICER)), transaction():
        return access.give_code(participant_id)


def _organisations(side: Side) -> dict[tuple[Role, Side], Actor]:
    name, kommun = _NAMES[side], _KOMMUN[side]
    authority = make_authority(f"Myndigheten {name}", [kommun])
    unit = make_member(f"Enheten {name}", authority.id, [kommun])
    enterprise = make_enterprise(f"Företaget {name}")
    where = dict.fromkeys(AUTHORITY_ROLES, authority)
    where |= {
        Role.CASE_OFFICER: unit,
        Role.SUPPLIER_MANAGER: enterprise,
        Role.SUPERVISOR: enterprise,
    }
    actors = {
        (role, side): make_actor(f"{role.value.capitalize()} {name}", organisation, role)
        for role, organisation in where.items()
    }
    with acting_as(system_actor(enterprise_id=enterprise.id)):
        make_profile(enterprise.id)
    return actors


# What is bought, and of whom.


def _procure(half: Half) -> None:
    """An open system, and one that is not open yet; new terms as a draft in each."""
    with travelling(BEGAN), acting_as(half.by(Role.PROCUREMENT_OFFICER)), transaction():
        opened = _system(half, "Arbetsträning")
        procurement.publish_terms(_terms(opened))
        second = _system(half, "Språkträning")
        procurement.publish_terms(_terms(second))
        draft = _terms(opened)
        unopened = _system(half, "Under arbete")
        third = _system(half, "Praktik")
        procurement.publish_terms(_terms(third))
        half.ids |= {"open_system_id": opened, "second_system_id": second, "third_system_id": third}
        half.ids |= {"system_id": unopened, "terms_id": draft, "unopened_terms_id": _terms(unopened)}


def _advertise(half: Half) -> None:
    """A question that waits for its answer, one that has been answered, and whom the advertisements name."""
    system_id = int(half.ids["open_system_id"])
    manager, officer = half.by(Role.SUPPLIER_MANAGER), half.by(Role.PROCUREMENT_OFFICER)
    with travelling(BEGAN):
        with acting_as(manager), transaction():
            half.ids["question_id"] = advertising.ask_question(system_id, f"Hemlig fråga {half.side}").id
            answered = advertising.ask_question(system_id, f"Besvarad fråga {half.side}").id
            half.ids["answered_question_id"] = answered
        with acting_as(officer), transaction():
            advertising.publish_answer(answered, question_sv="Vad gäller?", answer_sv="Det som står.")
            advertising.save_contact(unit_sv="Upphandling", email="upphandling@example.org")


def _system(half: Half, name: str) -> int:
    return procurement.create_system(
        name=f"{name} {half.side}",
        service_sv="Arbetsträning i socialt företag",
        regime=Regime.LOV,
        kommun_codes=[half.kommun],
    ).id


def _terms(system_id: int) -> int:
    return procurement.draft_terms(
        system_id,
        contract_text_sv="Parterna är överens.",
        rules=TermsRules(),
        requirements=[
            RequirementDraft("Är ett socialt företag", Proof.DECLARATION),
            RequirementDraft("Har handledare", Proof.ANSWER),
        ],
        prices=[
            PriceDraft(Component.DAY_RATE, "1", amount_ore=439_00),
            PriceDraft(Component.START_FEE, amount_ore=1_000_00),
        ],
    ).id


def _contract(half: Half, manager: Actor) -> int:
    """An application to the open system, approved, signed by both; and one to the second that is to be decided."""
    officer = half.by(Role.PROCUREMENT_OFFICER)
    with travelling(BEGAN + timedelta(days=1)):
        application_id, _ = _apply(int(half.ids["open_system_id"]), manager)
        with acting_as(officer), transaction():
            application = db.session.get_one(Application, application_id)
            applications.judge_answers(
                application_id,
                {one.requirement_id: JudgementDraft(Judgement.MET) for one in application.answers},
            )
            applications.approve_application(
                application_id, reasons_sv="Alla krav är uppfyllda.", diary_number=f"{half.side} 1"
            )
            draft = ContractDraft(
                starts_on=BEGAN + timedelta(days=1), vat_category=VatCategory.STANDARD, buyer_reference="PROV"
            )
            contract_id = contracts.draw_up_contract(application_id, draft).id
        for signer in (manager, officer):
            with acting_as(signer), transaction():
                text = contracts.contract_text(contract_with_terms(contract_id))
                contracts.sign_contract(contract_id, text_sha256=text_hash(text))
    if manager is half.by(Role.SUPPLIER_MANAGER):
        half.ids |= {"contract_id": contract_id, "decided_application_id": application_id}
        half.ids |= _amend(contract_id, officer)
        with travelling(TODAY):
            application_id, requirement_id = _apply(int(half.ids["second_system_id"]), manager)
            half.ids |= {"application_id": application_id, "requirement_id": requirement_id}
            _find(half, application_id)
    return contract_id


def _amend(contract_id: int, officer: Actor) -> dict[str, int]:
    """An amendment that nobody has signed, and something to check."""
    with travelling(TODAY), acting_as(officer), transaction():
        agreed = contract_with_terms(contract_id).edition
        offered = Amendment(next_month(TODAY), "Ny referens", replace(agreed.facts, buyer_reference="NY"))
        number = contracts.propose_amendment(contract_id, offered).number
        return {"edition_number": number, "check_id": checks(contract_id)[0].id}


def _apply(system_id: int, manager: Actor) -> tuple[int, int]:
    """An application that is handed in; its id and that of its first requirement."""
    with acting_as(manager), transaction():
        application = applications.start_application(system_id)
        requirement_ids = [one.requirement_id for one in application.answers]
        answers = dict.fromkeys(requirement_ids, AnswerDraft("Vi har handledare.", is_declared=True))
        applications.save_answers(application.id, answers)
        applications.attach_file(application.id, requirement_ids[-1], "Intyg.pdf", PDF)
        applications.submit_application(application.id)
        return application.id, requirement_ids[0]


def _find(half: Half, application_id: int) -> None:
    """A ground to exclude the applicant, which only the authority knows of; and the applicant's file."""
    with acting_as(half.by(Role.PROCUREMENT_OFFICER)), transaction():
        application = application_with_answers(application_id)
        half.ids["attachment_id"] = application.attachments[0].id
        half.ids["finding_id"] = applications.find_exclusion(
            application_id,
            ground=Ground.UNPAID,
            evidence_sv=f"Hemlig skuld {half.side}",
            file=("Utdrag.pdf", PDF),
        ).id


def _supply(half: Half) -> None:
    """A site with published places, a draft of another, and a closed seat."""
    with travelling(BEGAN + timedelta(days=2)), acting_as(half.by(Role.SUPPLIER_MANAGER)), transaction():
        site = places.add_site(
            name=f"Huset {half.side}",
            street="Provgatan 1",
            postcode="13640",
            city="Handen",
            kommun_code=half.kommun,
        )
        half.ids["site_id"] = site.id
        for name, trade in (("published", TRADE), ("other", OTHER_TRADE), ("draft", TRADE)):
            place = places.add_place(
                site_id=site.id,
                ssyk=trade,
                name=f"Platsen {half.side} {name}",
                tasks_sv="Prövar.",
                hours_per_week_min=10,
                hours_per_week_max=40,
                lead_time_days=0,
                seats=12,
            )
            half.ids[f"{name}_place_id"] = place.id
            if name != "draft":
                places.publish_place(place.id)
        half.ids["place_id"] = half.ids["draft_place_id"]
        closures = places.close_seats(
            int(half.ids["published_place_id"]),
            seats=1,
            first_day=TODAY,
            last_day=TODAY + timedelta(days=60),
            reason_sv="Renovering",
        )
        half.ids["closure_id"] = closures[0].id
        half.ids["closed_period_id"] = closures[0].closed_period_id
        half.ids["place_picture_id"] = places.add_picture(
            int(half.ids["draft_place_id"]), photograph(), f"Verkstaden {half.side}"
        ).id
        file = f"Nummer;Plats\n{half.ids['draft_place_id']};Hemlig plats {half.side}\n"
        half.ids["place_import_id"] = places.start_import("platser.csv", file.encode()).id


# Money.


def _bill(half: Half) -> None:
    """February's invoice, sent, and refused by the access point."""
    manager, contract_id = half.by(Role.SUPPLIER_MANAGER), int(half.ids["contract_id"])
    system = system_actor(half.by(Role.CONTROLLER).authority_id, manager.enterprise_id)
    with travelling(TODAY):
        with acting_as(system), transaction():
            made = make_invoice(contract_id, Month.of(STARTED))
            assert made is not None
            invoice_id = made.id
        with acting_as(manager), transaction():
            invoices.approve_invoice(invoice_id)
            invoices.send_invoice(invoice_id)
        with acting_as(system), transaction():
            deliveries.keep_paper(invoice_id)
            refuse(invoice_id)
        _handle(half, invoice_id)
        with acting_as(manager), transaction():
            payments.import_payments(b"Betalnings-id;Datum;OCR;Belopp\nA1;2026-03-02;0000042;7,00\n")
            half.ids["payment_id"] = db.session.scalars(select(Payment.id)).one()
    half.ids |= {
        "invoice_id": invoice_id,
        "position": 1,
        "month": "2026-02",
        "week": "2026-W06",
        "file_format": "xlsx",
        "part": "enheter",
        "period": "manader",
    }
    half.ids["enterprise_id"] = known(manager.enterprise_id)


def _handle(half: Half, invoice_id: int) -> None:
    """Who may attest is decided; a line has been disputed, and not for long."""
    controller = half.by(Role.CONTROLLER)
    with acting_as(half.by(Role.PROCUREMENT_OFFICER)), transaction():
        attest.set_limits({known(controller.membership_id): 100_000_00})
    with acting_as(controller), transaction():
        attest.dispute_invoice(invoice_id, [SaidOfLine(1, "Fel")])
        attest.withdraw_dispute(invoice_id)


def _share(own: Half, foreign: Half) -> dict[str, int]:
    """B's contract with E1, and a placement of B's in the same place that A uses."""
    contract_id = _contract(foreign, own.by(Role.SUPPLIER_MANAGER))
    mixed = Half(
        foreign.side,
        foreign.kommun,
        {**foreign.people, Role.SUPERVISOR: own.by(Role.SUPERVISOR)},
        {"open_system_id": foreign.ids["open_system_id"]},
        300,
    )
    with travelling(TODAY):
        placement_id = running(mixed, int(own.ids["published_place_id"]))
    return {"contract_id": contract_id, "placement_id": placement_id}
