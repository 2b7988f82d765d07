"""Asking about a system, answering for all, and saying whom to turn to."""

from sqlalchemy import func, select

from marketplace import audit
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role, is_email
from marketplace.advertising.models import AdvertisementContact, PublicAnswer, Question
from marketplace.advertising.queries import asking_obstacle, contact_of, one_question, open_system
from marketplace.advertising.rules import (
    MAX_LENGTH,
    QUESTION_TRANSITIONS,
    QuestionAction,
    QuestionState,
    addresses,
    giveaways,
    plain,
)
from marketplace.clock import now, today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.outbox import emit
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.services import own_system
from marketplace.rules import advance
from marketplace.tenancy import current_actor

PUBLISHED_TOPIC = "question.published"


def askable_system(system_id: int) -> SystemOfChoice:
    """A system about which a question can be asked now. Raises NotFound, or Conflict with what to do instead."""
    system = open_system(system_id)
    obstacle = asking_obstacle(system)
    if obstacle:
        raise Conflict(obstacle)
    return system


def announced_system(system_id: int) -> SystemOfChoice:
    """A system that the actor procures for and that everyone may read of. Raises NotFound for any other."""
    own_system(system_id)
    return open_system(system_id)


def ask_question(system_id: int, text_sv: str) -> Question:
    """A question of the actor's enterprise to the system's authority. Raises Conflict when none can be asked,
    Invalid for an empty text."""
    actor = current_actor()
    if actor.role is not Role.SUPPLIER_MANAGER or actor.enterprise_id is None:
        raise NotAllowed("Bara en verksamhetsledare får ställa frågor för sitt företag.")
    system = askable_system(system_id)
    question = Question(
        system_id=system.id,
        authority_id=system.authority_id,
        enterprise_id=actor.enterprise_id,
        state=QuestionState.ASKED,
        text_sv=_written(text_sv, "text_sv", "Skriv frågan."),
        asked_at=now(),
    )
    db.session.add(question)
    db.session.flush()
    _record(question, "ask", to_state=question.state)
    return question


def publish_answer(question_id: int, *, question_sv: str, answer_sv: str) -> PublicAnswer:
    """Answers for everyone, in words that do not tell who asked. The asker is told, and so are all who are applying.

    Raises Conflict when it is answered already, Invalid for a text that is empty or gives the asker away.
    """
    question = _own_question(question_id)
    transition = advance(QUESTION_TRANSITIONS, question.state, QuestionAction.ANSWER, current_actor().role)
    asker = db.session.get_one(Organisation, question.enterprise_id)
    for field, written in (("question_sv", question_sv), ("answer_sv", answer_sv)):
        found = giveaways(written, name=asker.name, orgnr=asker.orgnr)
        if field == "question_sv":
            found += addresses(written)
        if found:
            listed = ", ".join(found)
            raise Invalid(
                f"Texten nämner {listed}. Skriv om den så att ingen kan förstå vem som har frågat.",
                field=field,
            )
    answer = _publish(question.system, question_sv, answer_sv)
    _close(question, QuestionState(transition.target), answer, "answer")
    _tell_asker(question, "Er fråga är besvarad", "har svarat på er fråga")
    emit(
        PUBLISHED_TOPIC,
        authority_id=question.authority_id,
        public_answer_id=answer.id,
        told=question.enterprise_id,
    )
    return answer


def point_to_answer(question_id: int, public_answer_id: int) -> Question:
    """Closes a question that a published answer covers already. Only the asker is told.

    Raises Conflict when it is answered already, Invalid for an answer about another system.
    """
    question = _own_question(question_id)
    role = current_actor().role
    transition = advance(QUESTION_TRANSITIONS, question.state, QuestionAction.POINT_TO_ANSWER, role)
    answer = db.session.get(PublicAnswer, public_answer_id)
    if answer is None or answer.system_id != question.system_id:
        raise Invalid("Välj ett av svaren i listan.", field="public_answer_id")
    _close(question, QuestionState(transition.target), answer, "point_to_answer")
    _tell_asker(question, "Er fråga är redan besvarad", f"hänvisar till svar {answer.number} på er fråga")
    return question


def publish_clarification(system_id: int, *, question_sv: str, answer_sv: str) -> PublicAnswer:
    """An answer to what nobody has asked here: a question by telephone, or something that was unclear. All who are
    applying are told. Raises Invalid for an empty text."""
    system = announced_system(system_id)
    answer = _publish(system, question_sv, answer_sv)
    emit(PUBLISHED_TOPIC, authority_id=system.authority_id, public_answer_id=answer.id)
    return answer


def save_contact(
    *, unit_sv: str, email: str, phone: str = "", street: str = "", postcode: str = "", city: str = ""
) -> AdvertisementContact:
    """Whom the authority's advertisements name from now on. Raises Invalid for an e-mail address that is none."""
    actor = current_actor()
    if actor.role is not Role.PROCUREMENT_OFFICER or actor.authority_id is None:
        raise NotAllowed("Bara en upphandlare får ändra vem annonserna hänvisar till.")
    if not is_email(email.strip()):
        raise Invalid("Skriv en e-postadress, till exempel upphandling@kommunen.se.", field="email")
    contact = contact_of(actor.authority_id)
    if contact is None:
        contact = AdvertisementContact(authority_id=actor.authority_id)
        db.session.add(contact)
    contact.unit_sv = _written(unit_sv, "unit_sv", "Skriv vilken funktion eller enhet man vänder sig till.")
    contact.email, contact.phone = email.strip(), phone.strip()
    contact.street, contact.postcode, contact.city = street.strip(), postcode.strip(), city.strip()
    db.session.flush()
    return contact


def _own_question(question_id: int) -> Question:
    """The question, held until the transaction ends, if it is put to the actor's authority."""
    question = one_question(question_id)
    if question.authority_id != current_actor().authority_id:
        raise NotFound()
    return get_or_404(Question, question.id, lock=True)


def _publish(system: SystemOfChoice, question_sv: str, answer_sv: str) -> PublicAnswer:
    """Takes the next number; whoever publishes at the same time waits by the system's row."""
    own_system(system.id, lock=True)
    last = db.session.scalar(select(func.max(PublicAnswer.number)).where(PublicAnswer.system_id == system.id))
    answer = PublicAnswer(
        system_id=system.id,
        authority_id=system.authority_id,
        number=(last or 0) + 1,
        question_sv=_written(question_sv, "question_sv", "Skriv frågan så som alla ska läsa den."),
        answer_sv=_written(answer_sv, "answer_sv", "Skriv svaret."),
        published_on=today(),
    )
    db.session.add(answer)
    db.session.flush()
    audit.record(
        "system_of_choice",
        system.id,
        "publish_answer",
        authority_id=system.authority_id,
        note_sv=f"Fråga och svar {answer.number} publicerat",
    )
    return answer


def _close(question: Question, state: QuestionState, answer: PublicAnswer, action: str) -> None:
    before = question.state
    question.state, question.public_answer_id = state, answer.id
    db.session.flush()
    _record(question, action, from_state=before, to_state=state, note_sv=f"Fråga och svar {answer.number}")


def _record(question: Question, action: str, **facts: str) -> None:
    audit.record(
        "question",
        question.id,
        action,
        authority_id=question.authority_id,
        enterprise_id=question.enterprise_id,
        **facts,
    )


def _tell_asker(question: Question, subject_sv: str, what_sv: str) -> None:
    system = question.system
    write_letter(
        question.enterprise_id,
        Role.SUPPLIER_MANAGER,
        kind=LetterKind.SYSTEM,
        subject_sv=subject_sv,
        text_sv=f"{system.authority.name} {what_sv} om {system.name}. Svaret kan läsas av alla.",
        endpoint="advertising.question",
        question_id=question.id,
    )


def _written(text: str, field: str, missing_sv: str) -> str:
    written = plain(text).strip()
    if not written:
        raise Invalid(missing_sv, field=field)
    if len(written) > MAX_LENGTH:
        raise Invalid(f"Texten kan ha högst {MAX_LENGTH} tecken.", field=field)
    return written
