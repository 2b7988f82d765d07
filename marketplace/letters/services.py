"""Writing a letter in the transaction that it tells of, sending it afterwards, and choosing how to take letters."""

from collections.abc import Mapping

from flask import current_app
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from marketplace.accounts.models import Organisation, User
from marketplace.accounts.queries import acting_users
from marketplace.accounts.rules import Role
from marketplace.clock import now
from marketplace.db import db
from marketplace.letters.messages import compose, letter_address
from marketplace.letters.models import Letter, LetterDelivery, LetterPreference
from marketplace.letters.queries import ways_of
from marketplace.letters.rules import KINDS, LetterKind, Way
from marketplace.letters.transport import hand_over
from marketplace.outbox import emit
from marketplace.tenancy import acting_as, system_actor
from marketplace.web.addresses import public_address

SEND_TOPIC = "letter.send"
DELIVER_TOPIC = "letter.deliver"


def write_letter(
    organisation_id: int,
    role: Role,
    *,
    kind: LetterKind,
    subject_sv: str,
    text_sv: str,
    endpoint: str,
    to: int | None = None,
    **arguments: int | str,
) -> Letter:
    """Writes to everyone who acts for the organisation in the role, or of them to the user `to`; sent if the
    transaction commits.

    Acts as the system: who they are is not for the writer to know. No personal data in `subject_sv` or `text_sv`.
    `endpoint` and `arguments` name the page that it links to.
    """
    if role not in KINDS[kind].roles:
        raise ValueError(f"{kind} is not written to {role}: the settings page of that role would not have it")
    letter = Letter(
        organisation_id=organisation_id,
        role=role,
        kind=kind,
        subject_sv=" ".join(subject_sv.split()),
        text_sv=text_sv,
        endpoint=endpoint,
        arguments=arguments,
        created_at=now(),
    )
    with acting_as(system_actor()):
        db.session.add(letter)
        db.session.flush()
        emit(SEND_TOPIC, letter_id=letter.id, **({} if to is None else {"user_id": to}))
    return letter


def address_letter(letter_id: int, to: int | None = None) -> None:
    """One message to deliver for each person the letter is for, so that one bad address stops nobody else's. It is kept
    for the digest of whoever wants that, and nothing to whoever wants none of the kind."""
    letter = db.session.get_one(Letter, letter_id)
    for user_id in acting_users(letter.organisation_id, letter.role):
        if to not in (None, user_id):
            continue
        way = ways_of(user_id)[letter.kind]
        if way is Way.AT_ONCE:
            emit(DELIVER_TOPIC, letter_id=letter.id, user_id=user_id)
        elif way is Way.DIGEST:
            db.session.add(LetterDelivery(letter_id=letter.id, user_id=user_id, sent_at=None))


def deliver_letter(letter_id: int, user_id: int) -> None:
    """Hands the letter to the mail server, once for each person, who may have left or turned the kind down since it was
    addressed. Raises what the mail server raised: the message is delivered again later."""
    mail_url = current_app.config["MAIL_URL"]
    sent = select(LetterDelivery.id).where(
        LetterDelivery.letter_id == letter_id, LetterDelivery.user_id == user_id
    )
    if not mail_url or db.session.scalar(sent) is not None:
        return
    letter = db.session.get_one(Letter, letter_id)
    has_left = user_id not in acting_users(letter.organisation_id, letter.role)
    if has_left or ways_of(user_id)[letter.kind] is Way.NEVER:
        return
    user = db.session.get_one(User, user_id)
    db.session.add(LetterDelivery(letter_id=letter.id, user_id=user.id, sent_at=now()))
    db.session.flush()
    body = current_app.jinja_env.get_template("email/letter.txt").render(
        letter=letter,
        address=letter_address(letter),
        organisation=db.session.get_one(Organisation, letter.organisation_id).name,
        settings=public_address("letters.settings"),
    )
    message = compose(
        user,
        letter.kind,
        subject_sv=letter.subject_sv,
        body=body,
        written_at=letter.created_at,
        key=f"{letter.id}.{user.id}.{letter.created_at:%Y%m%d%H%M%S}",
    )
    hand_over(message, mail_url)


def choose_ways(user_id: int, ways: Mapping[LetterKind, Way]) -> None:
    """From now on she takes letters so. Kinds that are not named stay as they were. A mail program may ask twice at
    once."""
    for kind in sorted(ways):
        chosen = insert(LetterPreference).values(user_id=user_id, kind=kind, way=ways[kind])
        db.session.execute(
            chosen.on_conflict_do_update(
                index_elements=[LetterPreference.user_id, LetterPreference.kind],
                set_={"way": chosen.excluded.way},
            )
        )


def turn_down(user_id: int, kind: LetterKind) -> None:
    """No more letters of the kind; of the digest, none of what she has chosen to get in it either."""
    in_it = [one for one, way in ways_of(user_id).items() if way is Way.DIGEST]
    choose_ways(user_id, dict.fromkeys(in_it if kind is LetterKind.MY_WORK else [kind], Way.NEVER))
