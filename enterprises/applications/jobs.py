"""Letters to those who are applying, when an answer about the system has been published for everyone."""

from sqlalchemy import select

from enterprises.applications.queries import live_application
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.advertising.models import PublicAnswer
from marketplace.db import db
from marketplace.letters.services import write_letter
from marketplace.outbox import claimed
from marketplace.tenancy import acting_as, system_actor


def tell_applicants(outbox_id: int) -> None:
    """Writes to every enterprise with a live application, but for the one that asked: it has been told.

    That someone has begun to apply is not for the authority to know, so each enterprise is looked at as its own.
    """
    with claimed(outbox_id) as message:
        if message is None:
            return
        answer = db.session.get_one(PublicAnswer, message.payload["public_answer_id"])
        system, number = answer.system, answer.number
        about = f"{system.authority.name} har publicerat fråga och svar {number} om {system.name}, som ni ansöker till."
        enterprises = select(Organisation.id).where(Organisation.kind == OrganisationKind.ENTERPRISE)
        for enterprise_id in list(db.session.scalars(enterprises.order_by(Organisation.id))):
            if enterprise_id == message.payload.get("told"):
                continue
            with acting_as(system_actor(enterprise_id=enterprise_id)):
                if live_application(enterprise_id, system.id) is None:
                    continue
                write_letter(
                    enterprise_id,
                    Role.SUPPLIER_MANAGER,
                    subject_sv="Ny fråga och nytt svar om ett system som ni ansöker till",
                    text_sv=about,
                    endpoint="advertising.questions",
                    system_id=system.id,
                )
