"""What is made known of a system, and the questions that the actor may see: the asker its own, the officer all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from marketplace.accounts.rules import Role
from marketplace.advertising.documents import Addresses, Advertisement, Contact
from marketplace.advertising.models import AdvertisementContact, PublicAnswer, Question
from marketplace.advertising.rules import QuestionState, answer_by, asking_obstacle_sv, waited_sv
from marketplace.clock import STOCKHOLM, today
from marketplace.db import db
from marketplace.errors import NotFound
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.procurement.queries import price_drafts, published_terms, system_with_versions
from marketplace.procurement.rules import RequirementDraft, TermsState
from marketplace.reference.queries import kommun_labels
from marketplace.reference.rules import working_days_between
from marketplace.tenancy import Actor
from marketplace.web.work import WaitingItem

NEWS = 100
"""So many of the newest entries does a feed hold."""


def open_system(system_id: int) -> SystemOfChoice:
    """A system that has been made known. Raises NotFound for one that has not, also for its own authority."""
    system = system_with_versions(system_id)
    if not system.is_open:
        raise NotFound("Systemet har inget publicerat förfrågningsunderlag än, så det finns inget att visa.")
    return system


def terms_of(system: SystemOfChoice) -> TermsVersion:
    """The terms that the advertisement tells of. Raises NotFound when none are published."""
    terms = published_terms(system.id)
    if terms is None:
        raise NotFound("Systemet har inget publicerat förfrågningsunderlag.")
    return terms


def advertisement_of(system: SystemOfChoice, terms: TermsVersion, addresses: Addresses) -> Advertisement:
    """The facts of the system's advertisement."""
    assert terms.published_on is not None
    return Advertisement(
        authority_name=system.authority.name,
        orgnr=system.authority.orgnr,
        contact=_contact(system.authority_id),
        system_name=system.name,
        service_sv=system.service_sv,
        regime=system.regime,
        kommun_names=list(kommun_labels(system.kommun_codes).values()),
        closed_on=system.closed_on,
        closing_reason_sv=system.closing_reason_sv,
        terms_version=terms.version,
        published_on=terms.published_on,
        rules=terms.rules,
        requirements=[RequirementDraft(row.text_sv, row.proof) for row in terms.requirements],
        prices=price_drafts(terms.prices),
        addresses=addresses,
    )


def contact_of(authority_id: int | None) -> AdvertisementContact | None:
    return db.session.get(AdvertisementContact, authority_id) if authority_id else None


def _contact(authority_id: int) -> Contact | None:
    row = contact_of(authority_id)
    if row is None:
        return None
    return Contact(row.unit_sv, row.email, row.phone, row.street, row.postcode, row.city)


# Questions and answers.


def asking_obstacle(system: SystemOfChoice) -> str:
    """Why no question can be asked about the system; empty when one can."""
    has_terms = published_terms(system.id) is not None
    return asking_obstacle_sv(has_terms=has_terms, is_closed=system.closed_on is not None)


def public_answers(system_id: int) -> list[PublicAnswer]:
    """Everything that has been answered about the system, the newest first."""
    return list(db.session.scalars(_answers().where(PublicAnswer.system_id == system_id)))


def _answers() -> Select[PublicAnswer]:
    return (
        select(PublicAnswer)
        .join(PublicAnswer.system)
        .options(contains_eager(PublicAnswer.system).joinedload(SystemOfChoice.authority))
        .order_by(PublicAnswer.published_on.desc(), PublicAnswer.number.desc(), PublicAnswer.id.desc())
    )


def questions_about(system_id: int) -> list[Question]:
    """The questions that the actor may see, those that wait first, each kind oldest first."""
    statement = (
        _questions()
        .where(Question.system_id == system_id)
        .order_by(Question.state != QuestionState.ASKED, Question.asked_at, Question.id)
    )
    return list(db.session.scalars(statement))


def one_question(question_id: int) -> Question:
    """Raises NotFound for who has not asked it and does not answer it."""
    found = db.session.scalar(_questions().where(Question.id == question_id))
    if found is None:
        raise NotFound()
    return found


def _questions() -> Select[Question]:
    return select(Question).options(
        joinedload(Question.system).joinedload(SystemOfChoice.authority),
        joinedload(Question.enterprise),
        joinedload(Question.public_answer),
    )


def asked_on(question: Question) -> date:
    return question.asked_at.astimezone(STOCKHOLM).date()


def days_waited(question: Question) -> int:
    """Working days since it was asked."""
    return working_days_between(asked_on(question), today())


def waiting(actor: Actor) -> list[WaitingItem]:
    """For a procurement officer: the questions that nobody has answered."""
    if actor.role is not Role.PROCUREMENT_OFFICER:
        return []
    unanswered = db.session.scalars(
        _questions().where(Question.state == QuestionState.ASKED).order_by(Question.asked_at, Question.id)
    )
    return [
        WaitingItem(
            answer_by(asked_on(question)),
            f"Svara på en fråga om {question.system.name}, {waited_sv(days_waited(question))}",
            "advertising.question",
            {"question_id": question.id},
            "Frågor",
        )
        for question in unanswered
    ]


# News, for the feeds.


class NewsKind(StrEnum):
    """In the order in which things of one day are taken to have happened."""

    VERSION = "version"
    ANSWER = "answer"
    CLOSED = "closed"


@dataclass(frozen=True)
class News:
    """Something that everyone may know has happened to a system."""

    day: date
    kind: NewsKind
    system: SystemOfChoice
    number: int = 0
    """Of the version, or of the answer."""
    terms_id: int = 0
    question_sv: str = ""
    answer_sv: str = ""


def news(system_id: int | None = None) -> list[News]:
    """The newest of what has happened to the system, or to all; the same whoever asks."""
    found = _versions(system_id) + _answered(system_id) + _closed(system_id)
    order = list(NewsKind)
    found.sort(key=lambda one: (one.day, one.system.id, order.index(one.kind), one.number), reverse=True)
    return found[:NEWS]


def _versions(system_id: int | None) -> list[News]:
    statement = (
        select(TermsVersion)
        .join(TermsVersion.system)
        .where(SystemOfChoice.is_open, TermsVersion.state != TermsState.DRAFT)
        .options(contains_eager(TermsVersion.system).joinedload(SystemOfChoice.authority))
        .order_by(TermsVersion.published_on.desc(), TermsVersion.id.desc())
        .limit(NEWS)
    )
    if system_id is not None:
        statement = statement.where(TermsVersion.system_id == system_id)
    rows: Sequence[TermsVersion] = db.session.scalars(statement).all()
    return [
        News(row.published_on, NewsKind.VERSION, row.system, row.version, terms_id=row.id)
        for row in rows
        if row.published_on is not None
    ]


def _answered(system_id: int | None) -> list[News]:
    statement = _answers().limit(NEWS)
    if system_id is not None:
        statement = statement.where(PublicAnswer.system_id == system_id)
    return [
        News(
            row.published_on,
            NewsKind.ANSWER,
            row.system,
            row.number,
            question_sv=row.question_sv,
            answer_sv=row.answer_sv,
        )
        for row in db.session.scalars(statement)
    ]


def _closed(system_id: int | None) -> list[News]:
    statement = (
        select(SystemOfChoice)
        .where(SystemOfChoice.closed_on.is_not(None))
        .options(joinedload(SystemOfChoice.authority))
        .order_by(SystemOfChoice.closed_on.desc(), SystemOfChoice.id.desc())
        .limit(NEWS)
    )
    if system_id is not None:
        statement = statement.where(SystemOfChoice.id == system_id)
    return [
        News(row.closed_on, NewsKind.CLOSED, row)
        for row in db.session.scalars(statement)
        if row.closed_on is not None
    ]
