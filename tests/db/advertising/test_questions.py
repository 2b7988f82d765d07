"""Questions: seen by the asker and the officer alone, answered for everyone, and everyone who applies is told."""

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app import JOBS
from enterprises.applications import services as applications
from enterprises.applications.jobs import tell_applicants
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.advertising import queries, services
from marketplace.advertising.models import PublicAnswer, Question
from marketplace.advertising.rules import MAX_LENGTH, QuestionState
from marketplace.audit import timeline
from marketplace.clock import now, today, travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox
from marketplace.procurement import services as procurement
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.rules import Regime
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import ANONYMOUS, Actor, acting_as, system_actor
from tests.support import supply
from tests.support.statements import statements_of
from tests.support.supply import SUMMER, Supply

ASKED = "Vi på Växthuset undrar om en handledare får vara timanställd."
WORDED, ANSWER = "Får en handledare vara timanställd?", "Ja, om kravet på erfarenhet är uppfyllt."


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    return supply.open_system(world.officer)


def ask(manager: Actor, system_id: int, words: str = ASKED) -> int:
    with acting_as(manager), transaction():
        return services.ask_question(system_id, words).id


def publish(officer: Actor, question_id: int, question_sv: str = WORDED, answer_sv: str = ANSWER) -> int:
    with acting_as(officer), transaction():
        return services.publish_answer(question_id, question_sv=question_sv, answer_sv=answer_sv).id


def close(officer: Actor, system_id: int) -> None:
    with acting_as(officer), transaction():
        system = db.session.get_one(SystemOfChoice, system_id)
        system.closed_on, system.closing_reason_sv = today(), "Behovet har upphört."


def seen_by(actor: Actor) -> int:
    with acting_as(actor):
        return len(db.session.scalars(select(Question.id)).all())


def letters() -> list[tuple[int, str, str]]:
    """What enterprises have been told."""
    told = select(Letter.organisation_id, Letter.subject_sv, Letter.text_sv)
    with acting_as(system_actor()):
        rows = db.session.execute(told.where(Letter.role == Role.SUPPLIER_MANAGER).order_by(Letter.id))
        return [(row[0], row[1], row[2]) for row in rows]


def test_an_answer_is_for_everyone_and_the_question_for_the_two(world: Supply, system_id: int) -> None:
    question_id = ask(world.manager, system_id)
    for one in (world.manager, world.officer):
        assert seen_by(one) == 1
    strangers = (
        world.other_manager,
        world.other_officer,
        world.controller,
        world.case_officer,
        world.supervisor,
        ANONYMOUS,
    )
    for stranger in strangers:
        assert seen_by(stranger) == 0
        with acting_as(stranger), pytest.raises(NotFound):
            queries.one_question(question_id)

    publish(world.officer, question_id)
    for stranger in strangers:
        assert seen_by(stranger) == 0
        with acting_as(stranger):
            (answer,) = queries.public_answers(system_id)
            assert (answer.number, answer.question_sv, answer.answer_sv) == (1, WORDED, ANSWER)
    with acting_as(world.manager):
        question = queries.one_question(question_id)
        assert question.state is QuestionState.ANSWERED
        assert question.public_answer is not None
        assert [event.action for event in timeline("question", question_id)] == ["answer", "ask"]
    with acting_as(world.other_manager):
        assert timeline("question", question_id) == []


def test_nothing_in_a_public_answer_leads_to_the_asker() -> None:
    """Its columns are these; one more is a decision."""
    columns = set(PublicAnswer.__table__.columns.keys())
    told = {"id", "system_id", "authority_id", "number", "question_sv", "answer_sv", "published_on"}
    assert columns == told


@pytest.mark.parametrize(
    ("question_sv", "answer_sv"),
    [
        (ASKED, ANSWER),
        (WORDED, "Ja, det går bra för Växthuset."),
        ("Får 769612-3459 söka?", ANSWER),
        ("Svara vera@vaxthuset.example.", ANSWER),
    ],
)
def test_an_answer_that_gives_the_asker_away_is_refused(
    world: Supply, system_id: int, question_sv: str, answer_sv: str
) -> None:
    question_id = ask(world.manager, system_id)
    with pytest.raises(Invalid, match="vem som har frågat") as refusal:
        publish(world.officer, question_id, question_sv, answer_sv)
    assert refusal.value.field == ("question_sv" if answer_sv == ANSWER else "answer_sv")
    with acting_as(ANONYMOUS):
        assert queries.public_answers(system_id) == []
    assert letters() == []


def test_a_duplicate_is_pointed_to_the_answer_that_is_there(world: Supply, system_id: int) -> None:
    answer_id = publish(world.officer, ask(world.manager, system_id))
    again = ask(world.other_manager, system_id, "Får handledare vara timanställda?")
    other_system = supply.open_system(world.officer, "Ett annat")
    elsewhere = publish(world.officer, ask(world.manager, other_system))
    with acting_as(world.officer):
        for wrong in (elsewhere, 0):
            with pytest.raises(Invalid, match="svaren i listan"), transaction():
                services.point_to_answer(again, wrong)
        with transaction():
            services.point_to_answer(again, answer_id)
    with acting_as(world.other_manager):
        question = queries.one_question(again)
        assert (question.state, question.public_answer_id) == (QuestionState.DUPLICATE, answer_id)
    with acting_as(ANONYMOUS):
        assert len(queries.public_answers(system_id)) == 1
    assert letters()[-1][:2] == (world.other_manager.enterprise_id, "Er fråga är redan besvarad")
    with acting_as(world.officer), pytest.raises(Conflict, match="redan besvarad"), transaction():
        services.point_to_answer(again, answer_id)
    with pytest.raises(Conflict, match="redan besvarad"):
        publish(world.officer, again)


def test_nobody_else_answers(world: Supply, system_id: int) -> None:
    question_id = ask(world.manager, system_id)
    for stranger in (world.other_officer, world.other_manager, world.controller, ANONYMOUS):
        with pytest.raises(NotFound):
            publish(stranger, question_id)
        with acting_as(stranger), pytest.raises((NotFound, NotAllowed)), transaction():
            services.publish_clarification(system_id, question_sv=WORDED, answer_sv=ANSWER)
    with pytest.raises((NotFound, NotAllowed)):
        publish(world.manager, question_id)


def test_numbers_follow_one_another_in_each_system(world: Supply, system_id: int) -> None:
    other = supply.open_system(world.officer, "Ett annat")
    with acting_as(world.officer), transaction():
        numbers = [
            services.publish_clarification(one, question_sv=WORDED, answer_sv=ANSWER).number
            for one in (system_id, system_id, other)
        ]
    assert numbers == [1, 2, 1]
    with acting_as(ANONYMOUS):
        assert [one.number for one in queries.public_answers(system_id)] == [2, 1]


def test_nothing_is_asked_about_a_system_that_is_not_open(world: Supply) -> None:
    with acting_as(world.officer), transaction():
        unopened = procurement.create_system(
            name="Under arbete", service_sv="Tjänsten", regime=Regime.LOV, kommun_codes=["0136"]
        ).id
    with pytest.raises(NotFound):
        ask(world.manager, unopened)
    with acting_as(world.officer), pytest.raises(NotFound), transaction():
        services.publish_clarification(unopened, question_sv=WORDED, answer_sv=ANSWER)


def test_a_closed_system_takes_no_questions_and_answers_those_it_has(world: Supply, system_id: int) -> None:
    question_id = ask(world.manager, system_id)
    close(world.officer, system_id)
    with pytest.raises(Conflict, match="tar inte emot frågor"):
        ask(world.manager, system_id)
    publish(world.officer, question_id)
    with acting_as(ANONYMOUS):
        assert [one.number for one in queries.public_answers(system_id)] == [1]
        newest = queries.news(system_id)[0]
        assert newest.kind is queries.NewsKind.CLOSED


def test_only_managers_ask_and_only_with_words(world: Supply, system_id: int) -> None:
    for stranger in (world.officer, world.supervisor, ANONYMOUS):
        with pytest.raises(NotAllowed):
            ask(stranger, system_id)
    for words in ("", " \r\n\x0b", "x" * (MAX_LENGTH + 1)):
        with pytest.raises(Invalid):
            ask(world.manager, system_id, words)


def test_unanswered_questions_wait_oldest_first(world: Supply, system_id: int) -> None:
    for days, words in ((3, "Andra frågan"), (0, "Första frågan")):
        with travelling(add_working_days(SUMMER, days)):
            ask(world.manager, system_id, words)
    with travelling(add_working_days(SUMMER, 4)), acting_as(world.officer):
        first, second = queries.waiting(world.officer)
        assert first.text_sv == "Svara på en fråga om Arbetsträning Åsen, som har väntat 4 arbetsdagar"
        assert second.text_sv.endswith("som har väntat 1 arbetsdag")
        assert first.deadline == add_working_days(SUMMER, 5)
        assert [one.text_sv for one in queries.questions_about(system_id)] == [
            "Första frågan",
            "Andra frågan",
        ]
        publish(world.officer, int(first.url_args["question_id"]))
        assert len(queries.waiting(world.officer)) == 1
        assert [one.text_sv for one in queries.questions_about(system_id)] == [
            "Andra frågan",
            "Första frågan",
        ]
    for other in (world.manager, world.other_officer):
        with acting_as(other):
            assert queries.waiting(other) == []


def test_what_waits_takes_one_query_however_long(world: Supply, system_id: int) -> None:
    for number in range(4):
        ask(world.manager, system_id, f"Fråga {number}")
    with acting_as(world.officer):
        assert len(statements_of(lambda: queries.waiting(world.officer))) == 1


def deliver() -> None:
    """Does what the relay would with the answers' messages."""
    assert JOBS[services.PUBLISHED_TOPIC] == ["enterprises.applications.jobs.tell_applicants"]
    with acting_as(system_actor()):
        waiting = select(Outbox.id).where(
            Outbox.topic == services.PUBLISHED_TOPIC, Outbox.processed_at.is_(None)
        )
        found = list(db.session.scalars(waiting.order_by(Outbox.id)))
    for outbox_id in found:
        tell_applicants(outbox_id)
        tell_applicants(outbox_id)  # delivered twice does no harm


def test_the_asker_and_everyone_who_is_applying_is_told_once(world: Supply, system_id: int) -> None:
    supply.submitted(world.manager, system_id)
    with acting_as(world.other_manager), transaction():
        applications.start_application(system_id)  # a draft, which the authority does not see
    publish(world.officer, ask(world.manager, system_id))
    deliver()
    told = letters()
    assert [one[:2] for one in told] == [
        (world.manager.enterprise_id, "Er fråga är besvarad"),
        (world.other_manager.enterprise_id, "Ny fråga och nytt svar om ett system som ni ansöker till"),
    ]
    for _, subject, words in told:
        assert "Växthuset" not in subject + words
    with acting_as(world.officer), transaction():
        services.publish_clarification(system_id, question_sv="Vad gäller?", answer_sv="Det som står.")
    deliver()
    assert [one[0] for one in letters()[2:]] == [world.enterprise_id, world.other_manager.enterprise_id]


def test_who_does_not_apply_is_not_written_to(world: Supply, system_id: int) -> None:
    supply.submitted(world.manager, supply.open_system(world.officer, "Ett annat"))
    withdrawn = supply.submitted(world.other_manager, system_id)
    with acting_as(world.other_manager), transaction():
        applications.withdraw_application(withdrawn)
    with acting_as(world.officer), transaction():
        services.publish_clarification(system_id, question_sv=WORDED, answer_sv=ANSWER)
    deliver()
    assert letters() == []
    with acting_as(system_actor()):
        kinds = select(Organisation.id).where(Organisation.kind == OrganisationKind.ENTERPRISE)
        assert len(db.session.scalars(kinds).all()) > 1


# What the database holds by itself.


def test_what_is_published_or_answered_stays(world: Supply, system_id: int) -> None:
    question_id = ask(world.manager, system_id)
    waiting_id = ask(world.manager, system_id, "En till")
    answer_id = publish(world.officer, question_id)
    with acting_as(world.officer):
        for statement in (
            update(PublicAnswer).where(PublicAnswer.id == answer_id).values(answer_sv="Nej."),
            update(Question).where(Question.id == question_id).values(state="asked", public_answer_id=None),
            update(Question).where(Question.id == waiting_id).values(text_sv="Något annat"),
        ):
            with pytest.raises(Conflict, match="förtydligande"), transaction():
                db.session.execute(statement)
        with pytest.raises(Conflict, match="förtydligande"), transaction():
            db.session.execute(text("DELETE FROM public_answer"))
        with transaction():
            passed_by = db.session.execute(text("DELETE FROM question"))
            assert passed_by.rowcount == 0  # type: ignore[attr-defined]


def test_a_question_cannot_be_forged(world: Supply, system_id: int) -> None:
    facts = {
        "system_id": system_id,
        "authority_id": world.authority_id,
        "enterprise_id": world.enterprise_id,
        "state": "asked",
        "text_sv": "Förfalskad",
        "asked_at": now(),
    }
    forged: list[tuple[Actor, dict[str, object]]] = [
        (world.other_manager, {}),  # for another enterprise
        (world.supervisor, {}),
        (world.officer, {}),
        (world.manager, {"authority_id": world.other_officer.authority_id}),  # hidden from who should answer
        (world.manager, {"system_id": 0}),
    ]
    for actor, changes in forged:
        with acting_as(actor), pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(insert(Question).values(facts | changes))


def test_an_answer_cannot_be_forged(world: Supply, system_id: int) -> None:
    facts = {
        "system_id": system_id,
        "authority_id": world.authority_id,
        "number": 9,
        "question_sv": "Förfalskad",
        "answer_sv": "Ja",
        "published_on": SUMMER,
    }
    own = {"authority_id": world.other_officer.authority_id}
    for actor, changes in ((world.manager, {}), (world.other_officer, {}), (world.other_officer, own)):
        with acting_as(actor), pytest.raises(DBAPIError, match="row-level"), db.session.begin_nested():
            db.session.execute(insert(PublicAnswer).values(facts | changes))


# Whom the advertisements name.


def test_only_the_authority_writes_its_contact_and_everyone_reads_it(world: Supply, system_id: int) -> None:
    with acting_as(world.officer):
        for email in ("upphandling@asen.example", " ny@asen.example "):
            with transaction():
                services.save_contact(unit_sv="Upphandling", email=email, city="Handen")
        with pytest.raises(Invalid, match="e-postadress"), transaction():
            services.save_contact(unit_sv="Upphandling", email="ingen adress")
        with pytest.raises(Invalid, match="funktion"), transaction():
            services.save_contact(unit_sv=" ", email="ny@asen.example")
    with acting_as(world.manager), pytest.raises(NotAllowed), transaction():
        services.save_contact(unit_sv="Växthuset", email="vera@vaxthuset.example")
    with acting_as(world.other_officer), transaction():
        services.save_contact(unit_sv="Viken", email="info@viken.example")
    with acting_as(ANONYMOUS):
        contact = queries.contact_of(world.authority_id)
        assert contact is not None
        assert (contact.email, contact.city) == ("ny@asen.example", "Handen")
