"""Writing a letter in the transaction that it tells of, and sending it afterwards."""

from email.message import EmailMessage
from email.utils import format_datetime

from flask import current_app
from sqlalchemy import select

from marketplace.accounts.models import Organisation, User
from marketplace.accounts.queries import acting_users
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.letters.models import Letter, LetterDelivery
from marketplace.letters.transport import hand_over
from marketplace.outbox import emit
from marketplace.tenancy import acting_as, system_actor
from marketplace.web.addresses import public_address

SEND_TOPIC = "letter.send"
DELIVER_TOPIC = "letter.deliver"


def write_letter(
    organisation_id: int, role: Role, *, subject_sv: str, text_sv: str, endpoint: str, **arguments: int | str
) -> Letter:
    """Writes to everyone who acts for the organisation in the role; sent if the transaction commits.

    Acts as the system: who they are is not for the writer to know. No personal data in `subject_sv` or `text_sv`.
    `endpoint` and `arguments` name the page that it links to.
    """
    letter = Letter(
        organisation_id=organisation_id,
        role=role,
        subject_sv=" ".join(subject_sv.split()),
        text_sv=text_sv,
        endpoint=endpoint,
        arguments=arguments,
        created_at=now(),
    )
    with acting_as(system_actor()):
        db.session.add(letter)
        db.session.flush()
        emit(SEND_TOPIC, letter_id=letter.id)
    return letter


def address_letter(letter_id: int) -> None:
    """One message to deliver for each person the letter is for, so that one bad address stops nobody else's."""
    letter = db.session.get_one(Letter, letter_id)
    for user_id in acting_users(letter.organisation_id, letter.role):
        emit(DELIVER_TOPIC, letter_id=letter.id, user_id=user_id)


def deliver_letter(letter_id: int, user_id: int) -> None:
    """Hands the letter to the mail server, once for each person, who may have left since it was addressed. Raises what
    the mail server raised: the message is delivered again later."""
    mail_url = current_app.config["MAIL_URL"]
    sent = select(LetterDelivery.id).where(
        LetterDelivery.letter_id == letter_id, LetterDelivery.user_id == user_id
    )
    if not mail_url or db.session.scalar(sent) is not None:
        return
    letter = db.session.get_one(Letter, letter_id)
    if user_id not in acting_users(letter.organisation_id, letter.role):
        return
    user = db.session.get_one(User, user_id)
    db.session.add(LetterDelivery(letter_id=letter.id, user_id=user.id, sent_at=now()))
    db.session.flush()
    hand_over(_message(letter, user), mail_url)


def _message(letter: Letter, user: User) -> EmailMessage:
    organisation = db.session.get_one(Organisation, letter.organisation_id)
    template = current_app.jinja_env.get_template("email/letter.txt")
    body = template.render(
        letter=letter,
        address=public_address(letter.endpoint, **letter.arguments),
        organisation=organisation.name,
    )
    message = EmailMessage()
    message["Subject"] = letter.subject_sv
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = user.email
    message["Date"] = format_datetime(letter.created_at)
    message["Message-ID"] = f"<{letter.id}.{user.id}.{letter.created_at:%Y%m%d%H%M%S}@platstorget>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "sv"
    message.set_content(body)
    return message
