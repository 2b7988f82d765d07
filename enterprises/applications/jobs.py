"""Letters to those who are applying, when something has been made known about the system that they apply to."""

from sqlalchemy import select

from enterprises.applications.queries import live_application
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.advertising.models import PublicAnswer
from marketplace.db import db
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.outbox import claimed
from marketplace.procurement.models import SystemOfChoice, TermsVersion
from marketplace.tenancy import acting_as, system_actor


def tell_applicants(outbox_id: int) -> None:
    """Of a published answer. Not the one that asked: it has been told."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        answer = db.session.get_one(PublicAnswer, message.payload["public_answer_id"])
        system, number = answer.system, answer.number
        _tell(
            system,
            subject_sv="Ny fråga och nytt svar om ett system som ni ansöker till",
            text_sv=f"{system.authority.name} har publicerat fråga och svar {number} om {system.name}, "
            "som ni ansöker till.",
            but=message.payload.get("told"),
            endpoint="advertising.questions",
            system_id=system.id,
        )


def tell_of_terms(outbox_id: int) -> None:
    """Of a new version of the terms, and what differs. Not those that have begun with it."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        terms = db.session.get_one(TermsVersion, message.payload["terms_id"])
        system = terms.system
        _tell(
            system,
            subject_sv="Nytt förfrågningsunderlag i ett system som ni ansöker till",
            text_sv=f"{system.authority.name} har publicerat version {terms.version} av förfrågningsunderlaget för "
            f"{system.name}. Har ni inte skickat in ansökan går den över till den nya versionen: läs vad som skiljer. "
            "En inskickad ansökan prövas mot den version som ni svarade på.",
            but_with=terms.id,
            endpoint="procurement.difference",
            terms_id=terms.id,
        )


def tell_of_closing(outbox_id: int) -> None:
    """Of a system that takes no more applications."""
    with claimed(outbox_id) as message:
        if message is None:
            return
        system = db.session.get_one(SystemOfChoice, message.payload["system_id"])
        _tell(
            system,
            subject_sv="Ett system som ni ansöker till är stängt",
            text_sv=f"{system.authority.name} har stängt {system.name} för nya ansökningar. Skäl: "
            f"{system.closing_reason_sv} En ansökan som inte är inskickad kan inte skickas in. En inskickad prövas.",
            endpoint="procurement.show",
            system_id=system.id,
        )


def _tell(
    system: SystemOfChoice,
    *,
    subject_sv: str,
    text_sv: str,
    endpoint: str,
    but: int | None = None,
    but_with: int | None = None,
    **arguments: int,
) -> None:
    """Writes to every enterprise with a live application, but for one, and for those that answer certain terms.

    That someone has begun to apply is not for the authority to know, so each enterprise is looked at as its own.
    """
    enterprises = select(Organisation.id).where(Organisation.kind == OrganisationKind.ENTERPRISE)
    for enterprise_id in list(db.session.scalars(enterprises.order_by(Organisation.id))):
        with acting_as(system_actor(enterprise_id=enterprise_id)):
            application = live_application(enterprise_id, system.id)
            if application is not None and enterprise_id != but and application.terms_id != but_with:
                write_letter(
                    enterprise_id,
                    Role.SUPPLIER_MANAGER,
                    kind=LetterKind.SYSTEM,
                    subject_sv=subject_sv,
                    text_sv=text_sv,
                    endpoint=endpoint,
                    **arguments,
                )
