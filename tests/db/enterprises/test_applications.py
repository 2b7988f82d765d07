"""From registration to a contract in force, and every refusal on the way."""

import pytest

from enterprises.applications import services as applications
from enterprises.applications.queries import (
    ApplicationFilter,
    all_applications,
    application_page,
    application_with_answers,
    days_waiting,
    deadline,
    waiting,
)
from enterprises.applications.rules import AnswerDraft, ApplicationState, Judgement
from enterprises.contracts import services as contracts
from enterprises.contracts import waiting_queries as contract_waiting
from enterprises.contracts.queries import ContractFilter, all_contracts, contract_page, contract_with_terms
from enterprises.contracts.rules import ContractState
from marketplace import clock
from marketplace.audit import timeline
from marketplace.db import transaction
from marketplace.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from marketplace.procurement import services as procurement
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import ANONYMOUS, acting_as
from tests.support import supply
from tests.support.statements import statements_of
from tests.support.supply import Supply

BY_INKOM = ("inkom", False)


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    return supply.open_system(world.officer)


def test_from_registration_to_a_contract_in_force(world: Supply, system_id: int) -> None:
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    with acting_as(world.officer), transaction():
        applications.approve_application(
            application_id, reasons_sv="Kraven är uppfyllda.", diary_number="2026-118"
        )
        contract_id = contracts.draw_up_contract(application_id, supply.contract_draft()).id
    with acting_as(world.manager):
        decided = application_with_answers(application_id)
        assert decided.state is ApplicationState.APPROVED
        assert "Kraven är uppfyllda." in decided.decision_sv
        assert "2026-118" in decided.decision_sv
    supply.sign(world.officer, contract_id)
    with acting_as(world.manager):
        assert contract_with_terms(contract_id).state is ContractState.AWAITING_SIGNATURE
    supply.sign(world.manager, contract_id)
    with acting_as(world.controller):
        contract = contract_with_terms(contract_id)
        assert contract.state is ContractState.ACTIVE
        assert contract.edition.authority_signed_by == "Ulla Upphandlare"
        assert contract.edition.enterprise_signed_by == "Vera Verksamhetsledare"
        assert [event.action for event in timeline("contract", contract_id)] == [
            "activate",
            "sign",
            "sign",
            "draw_up",
        ]


def test_what_is_missing_is_said_exactly(world: Supply, system_id: int) -> None:
    with acting_as(world.manager):
        with transaction():
            application = applications.start_application(system_id)
            application_id = application.id
            first, second = (row.requirement_id for row in application.answers)
            applications.save_answers(application_id, {first: AnswerDraft("Två handledare")})
        with pytest.raises(Invalid) as refusal, transaction():
            applications.submit_application(application_id)
        assert refusal.value.message_sv == "Krav 2: intyga att ni uppfyller kravet."
        with transaction():
            applications.save_answers(application_id, {second: AnswerDraft(is_declared=True)})
            applications.submit_application(application_id)
        with pytest.raises(Conflict), transaction():
            applications.save_answers(application_id, {first: AnswerDraft("Ändrat")})


def test_an_enterprise_has_one_live_application_in_a_system(world: Supply, system_id: int) -> None:
    with acting_as(world.manager):
        with transaction():
            application_id = applications.start_application(system_id).id
        with pytest.raises(Conflict, match="pågående ansökan"), transaction():
            applications.start_application(system_id)
        with transaction():
            applications.withdraw_application(application_id)
        with transaction():
            applications.start_application(system_id)


def test_an_enterprise_with_a_contract_does_not_apply_again(world: Supply, system_id: int) -> None:
    supply.signed(world.officer, world.manager, system_id)
    with acting_as(world.manager), pytest.raises(Conflict, match="avtal"), transaction():
        applications.start_application(system_id)


@pytest.mark.parametrize(
    ("reasons", "diary_number", "said"),
    [("", "2026-1", "skälen"), ("Bra", " ", "diarienumret")],
)
def test_a_decision_needs_reasons_and_a_diary_number(
    world: Supply, system_id: int, reasons: str, diary_number: str, said: str
) -> None:
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    with acting_as(world.officer), pytest.raises(Invalid, match=said), transaction():
        applications.approve_application(application_id, reasons_sv=reasons, diary_number=diary_number)
    supply.judge(world.officer, application_id, Judgement.NOT_MET, "Handledare saknas.")
    with acting_as(world.officer), pytest.raises(Invalid, match=said), transaction():
        applications.reject_application(application_id, reasons_sv=reasons, diary_number=diary_number)


def test_only_what_meets_every_requirement_is_approved(world: Supply, system_id: int) -> None:
    application_id = supply.submitted(world.manager, system_id)
    with acting_as(world.officer), pytest.raises(Invalid, match="Krav 1, 2 är inte bedömda"), transaction():
        applications.approve_application(application_id, reasons_sv="Bra", diary_number="1")
    supply.judge(world.officer, application_id, Judgement.NOT_MET, "Handledare saknas.")
    with acting_as(world.officer), pytest.raises(Invalid, match="Krav 1, 2 är inte uppfyllt"), transaction():
        applications.approve_application(application_id, reasons_sv="Bra", diary_number="1")


def test_who_meets_every_requirement_is_not_rejected(world: Supply, system_id: int) -> None:
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    with acting_as(world.officer), pytest.raises(Invalid, match="ska ansökan godkännas"), transaction():
        applications.reject_application(application_id, reasons_sv="Nej", diary_number="1")


def test_a_failure_needs_its_reason(world: Supply, system_id: int) -> None:
    application_id = supply.submitted(world.manager, system_id)
    with pytest.raises(Invalid, match="Krav 1"):
        supply.judge(world.officer, application_id, Judgement.NOT_MET, " ")


def test_a_rejection_tells_how_to_have_it_corrected(world: Supply, system_id: int) -> None:
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id, Judgement.NOT_MET, "Handledare saknas.")
    with acting_as(world.officer), transaction():
        applications.reject_application(application_id, reasons_sv="Se kraven.", diary_number="2026-9")
    with acting_as(world.manager):
        decision = application_with_answers(application_id).decision_sv
    assert "Handledare saknas." in decision
    assert "ansöka om rättelse" in decision
    assert "tre veckor" in decision
    assert "10 kap." in decision
    with acting_as(world.manager), transaction():
        applications.start_application(system_id)  # and may try again


def test_a_draft_follows_a_new_version_of_the_terms(world: Supply, system_id: int) -> None:
    with acting_as(world.manager), transaction():
        application = applications.start_application(system_id)
        application_id = application.id
        applications.save_answers(application_id, supply.answers_to(application))
    with acting_as(world.officer), transaction():
        terms = procurement.draft_terms(
            system_id,
            contract_text_sv="Nytt",
            rules=procurement.TermsRules(),
            requirements=[*supply.REQUIREMENTS[:1], procurement.RequirementDraft("Ett nytt krav.")],
            prices=supply.PRICES,
        )
        procurement.publish_terms(terms.id)
    with acting_as(world.manager):
        with pytest.raises(Conflict, match="ny version"), transaction():
            applications.submit_application(application_id)
        with transaction():
            applications.follow_new_terms(application_id)
        with pytest.raises(Invalid) as refusal, transaction():
            applications.submit_application(application_id)
        assert refusal.value.message_sv == "Krav 2: beskriv hur ni uppfyller kravet."


def test_the_officer_never_sees_what_was_not_handed_in(world: Supply, system_id: int) -> None:
    with acting_as(world.manager), transaction():
        draft_id = applications.start_application(system_id).id
    with acting_as(world.officer):
        assert all_applications(ApplicationFilter(), BY_INKOM) == []
    with acting_as(world.manager), transaction():
        applications.withdraw_application(draft_id)
    with acting_as(world.officer):
        assert all_applications(ApplicationFilter(), BY_INKOM) == []
        with pytest.raises(NotFound):
            application_with_answers(draft_id)
        assert timeline("application", draft_id) == []


def test_outsiders_see_neither_application_nor_contract(world: Supply, system_id: int) -> None:
    contract_id = supply.signed(world.officer, world.manager, system_id)
    with acting_as(world.manager):
        application_id = contract_with_terms(contract_id).application_id
    for outsider in (world.other_officer, world.other_manager, ANONYMOUS):
        with acting_as(outsider):
            for read in (application_with_answers, lambda _id: contract_with_terms(contract_id)):
                with pytest.raises(NotFound):
                    read(application_id)
            assert all_applications(ApplicationFilter(), BY_INKOM) == []
            assert all_contracts(ContractFilter(), ("start", False)) == []
            assert timeline("application", application_id) + timeline("contract", contract_id) == []
            for act in (
                lambda: applications.withdraw_application(application_id),
                lambda: applications.request_completion(application_id, "?"),
                lambda: contracts.sign_contract(contract_id, text_sha256=""),
                lambda: contracts.end_contract(contract_id),
            ):
                with pytest.raises((NotFound, NotAllowed)), transaction():
                    act()


def test_how_far_a_judgement_has_come_is_the_authoritys_own(world: Supply, system_id: int) -> None:
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    with acting_as(world.officer):
        assert timeline("application", application_id)[0].action == "judge"
    with acting_as(world.manager):
        assert [event.action for event in timeline("application", application_id)] == ["submit", "start"]


def test_a_contract_rests_resumes_and_ends_and_its_text_stays(world: Supply, system_id: int) -> None:
    contract_id = supply.signed(world.officer, world.manager, system_id)
    with acting_as(world.manager), pytest.raises(NotAllowed), transaction():
        contracts.suspend_contract(contract_id)
    with acting_as(world.officer):
        for move, state in (
            (contracts.suspend_contract, ContractState.SUSPENDED),
            (contracts.resume_contract, ContractState.ACTIVE),
            (contracts.end_contract, ContractState.ENDED),
        ):
            with transaction():
                move(contract_id)
            contract = contract_with_terms(contract_id)
            assert contract.state is state
            assert contracts.is_text_unchanged(contract.edition)
        with pytest.raises(Conflict), transaction():
            contracts.resume_contract(contract_id)


def test_the_queue_counts_working_days_against_the_promise(world: Supply, system_id: int) -> None:
    friday = clock.today()
    application_id = supply.submitted(world.manager, system_id)
    with clock.travelling(add_working_days(friday, 5)), acting_as(world.officer):
        application = application_with_answers(application_id)
        assert days_waiting(application) == 5
        assert deadline(application) == add_working_days(friday, 20)
        [item] = waiting(world.officer)
        assert item.deadline == deadline(application)
        assert "Växthuset" in item.text_sv


def test_a_draft_waits_for_its_enterprise_alone_while_the_system_is_open(
    world: Supply, system_id: int
) -> None:
    with acting_as(world.manager), transaction():
        application_id = applications.start_application(system_id).id
    with acting_as(world.manager):
        [item] = waiting(world.manager)
        assert item.url_args == {"application_id": application_id}
        assert item.deadline is None
    with acting_as(world.officer):
        assert waiting(world.officer) == []
        with transaction():
            procurement.close_system(system_id, "Alla har valt färdigt.")
    with acting_as(world.manager):
        assert waiting(world.manager) == []


def test_both_parties_wait_for_their_own_signature_only(world: Supply, system_id: int) -> None:
    contract_id = supply.approved(world.officer, world.manager, system_id)
    supply.sign(world.officer, contract_id)
    with acting_as(world.officer):
        assert contract_waiting.waiting(world.officer) == []
    with acting_as(world.manager):
        [item] = contract_waiting.waiting(world.manager)
        assert item.url_args == {"contract_id": contract_id}
    with acting_as(world.supervisor):
        assert contract_waiting.waiting(world.supervisor) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_on": supply.SUMMER.replace(year=2020)}, "starts_on"),
        ({"ends_on": supply.SUMMER.replace(year=2020)}, "ends_on"),
        ({"vat_exemption_reason_sv": " "}, "vat_exemption_reason_sv"),
        ({"buyer_reference": ""}, "buyer_reference"),
    ],
)
def test_a_contract_says_what_it_must(
    world: Supply, system_id: int, changes: dict[str, object], field: str
) -> None:
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    with acting_as(world.officer), transaction():
        applications.approve_application(application_id, reasons_sv="Bra", diary_number="1")
    with acting_as(world.officer), pytest.raises(DomainError) as refusal, transaction():
        contracts.draw_up_contract(application_id, supply.contract_draft(**changes))
    assert refusal.value.field == field


def test_a_contract_follows_an_approval_once(world: Supply, system_id: int) -> None:
    application_id = supply.submitted(world.manager, system_id)
    supply.judge(world.officer, application_id)
    draft = supply.contract_draft()
    with acting_as(world.officer), pytest.raises(Conflict, match="när ansökan är godkänd"), transaction():
        contracts.draw_up_contract(application_id, draft)
    with acting_as(world.officer), transaction():
        applications.approve_application(application_id, reasons_sv="Bra", diary_number="1")
    for role in (world.controller, world.manager):
        with acting_as(role), pytest.raises(NotAllowed), transaction():
            contracts.draw_up_contract(application_id, draft)
    with acting_as(world.officer):
        assert [item.kind_sv for item in contract_waiting.waiting(world.officer)] == ["Avtal att upprätta"]
        with transaction():
            contracts.draw_up_contract(application_id, draft)
        assert [item.kind_sv for item in contract_waiting.waiting(world.officer)] == [
            "Avtal att skriva under"
        ]
        with pytest.raises(Conflict, match="redan upprättat"), transaction():
            contracts.draw_up_contract(application_id, draft)


def test_a_list_takes_the_same_number_of_queries_however_long(world: Supply, system_id: int) -> None:
    for number in range(3):
        other = supply.open_system(world.officer, f"System {number}")
        supply.submitted(world.manager, other)

    def read() -> None:
        for application in application_page(ApplicationFilter(), BY_INKOM).items:
            assert application.enterprise.name
            assert application.authority.name
            assert application.system.name
            assert deadline(application)

    with acting_as(world.officer):
        assert len(statements_of(read)) <= 3


def test_the_list_of_contracts_takes_the_same_number_of_queries_however_long(world: Supply) -> None:
    for number in range(3):
        supply.signed(world.officer, world.manager, supply.open_system(world.officer, f"System {number}"))

    def read() -> None:
        for contract in contract_page(ContractFilter(), ("start", False)).items:
            assert contract.enterprise.name
            assert contract.authority.name
            assert contract.system.name

    for actor in (world.officer, world.manager, world.controller):
        with acting_as(actor):
            assert len(statements_of(read)) == 2
