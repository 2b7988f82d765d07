"""Files: put beside an answer, taken away while they are the enterprise's own, handed in with the application."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import insert, literal, select

from enterprises.applications.attachment_rules import AttachedFile, AttachmentKind, check_room
from enterprises.applications.files import Upload, read_upload
from enterprises.applications.models import Application, Attachment, AttachmentContent
from enterprises.applications.queries import attached_answers, attachment
from enterprises.applications.rules import ApplicationState, check_answerable
from enterprises.applications.services.common import locked
from marketplace.accounts.rules import Role
from marketplace.clock import now, today
from marketplace.db import db
from marketplace.errors import Conflict, NotFound
from marketplace.tenancy import current_actor
from marketplace.viruses import refuse_virus


def attach_file(application_id: int, requirement_id: int, name: str, content: bytes) -> Attachment:
    """Puts a file beside the answer to a requirement.

    Raises Invalid, with what to do, for a file that is not taken or is not what its name says; Conflict when the
    application is full, or what is asked cannot be answered now.
    """
    refuse_virus(content)
    upload = read_upload(name, content)
    application = locked(application_id, Role.SUPPLIER_MANAGER)
    check_answerable(application.state)
    if requirement_id not in {row.requirement_id for row in application.answers}:
        raise NotFound("Kravet hör inte till den här ansökan. Läs om sidan.")
    if application.state is ApplicationState.COMPLETION_REQUESTED and not any(
        row.is_open and row.requirement_id == requirement_id for row in application.completions
    ):
        raise Conflict("Bara svar som myndigheten har frågat om kan kompletteras.")
    check_room(attached_answers(application_id))
    return keep_file(application, AttachmentKind.ANSWER, upload, requirement_id)


def remove_file(application_id: int, attachment_id: int) -> None:
    """Takes a file away. Raises Conflict for one that has been handed in: the authority keeps it."""
    application = locked(application_id, Role.SUPPLIER_MANAGER)
    check_answerable(application.state)
    found = attachment(application_id, attachment_id)
    if found.handed_in_on is not None or found.kind is not AttachmentKind.ANSWER:
        raise Conflict(f"{found.name} är inlämnad och kan inte tas bort.")
    db.session.delete(found)
    db.session.flush()


def keep_file(
    application: Application, kind: AttachmentKind, upload: Upload, requirement_id: int | None = None
) -> Attachment:
    """Writes a file that has been looked into. Call with the application locked."""
    row = Attachment(
        application_id=application.id,
        requirement_id=requirement_id,
        kind=kind,
        name=upload.name,
        file_type=upload.file_type,
        size=len(upload.content),
        sha256=hashlib.sha256(upload.content).hexdigest(),
        uploaded_at=now(),
        uploaded_by=current_actor().user_name,
    )
    db.session.add(row)
    db.session.flush()
    db.session.execute(insert(AttachmentContent).values(attachment_id=row.id, content=upload.content))
    return row


def copy_attachments(files: Iterable[AttachedFile], application: Application, requirement_id: int) -> None:
    """The same files beside an answer in a new application. What is in them never leaves the database."""
    for file in files:
        check_room(attached_answers(application.id))
        old = db.session.get_one(Attachment, file.id)
        row = Attachment(
            application_id=application.id,
            requirement_id=requirement_id,
            kind=AttachmentKind.ANSWER,
            name=old.name,
            file_type=old.file_type,
            size=old.size,
            sha256=old.sha256,
            uploaded_at=now(),
            uploaded_by=current_actor().user_name,
        )
        db.session.add(row)
        db.session.flush()
        content = select(literal(row.id), AttachmentContent.content).where(
            AttachmentContent.attachment_id == old.id
        )
        columns = ["attachment_id", "content"]
        db.session.execute(insert(AttachmentContent).from_select(columns, content))


def hand_in_attachments(application: Application) -> None:
    """From now on the authority reads them, and they are kept."""
    for row in application.attachments:
        if row.kind is AttachmentKind.ANSWER and row.handed_in_on is None:
            row.handed_in_on = today()
