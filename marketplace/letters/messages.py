"""A letter as the mail server takes it, with the link that turns its kind down (RFC 8058)."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from marketplace.accounts.models import User
from marketplace.letters.models import Letter
from marketplace.letters.rules import LetterKind, Way, ways_for
from marketplace.web.addresses import public_address

_WHOLE_LINES = SMTP.clone(max_line_length=998)
"""As long as they may be. An address that does not fit in a line is encoded, and then no mail program knows it."""


def compose(
    user: User, kind: LetterKind, *, subject_sv: str, body: str, written_at: datetime, key: str
) -> EmailMessage:
    """`key` is the same each time the letter is sent to her, so that a mail server knows it again."""
    message = addressed(user.email, subject_sv=subject_sv, body=body, written_at=written_at, key=key)
    if Way.NEVER in ways_for(kind):
        address = public_address("letters.unsubscribe", token=token_for(user.id, kind))
        message["List-Unsubscribe"] = f"<{address}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def addressed(address: str, *, subject_sv: str, body: str, written_at: datetime, key: str) -> EmailMessage:
    """A letter to an address, whoever has it."""
    message = EmailMessage()
    message["Subject"] = " ".join(
        subject_sv.split()
    )  # a line break in somebody's name would begin another header
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = address
    message["Date"] = format_datetime(written_at)
    message["Message-ID"] = f"<{key}@platstorget>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    message["Content-Language"] = "sv"  # after the content, which would take it away
    message.policy = _WHOLE_LINES  # after it too, or the text would have as long lines
    return message


def letter_address(letter: Letter) -> str:
    """The page that the letter leads to."""
    return public_address(letter.endpoint, **letter.arguments)


def token_for(user_id: int, kind: LetterKind) -> str:
    """What an unsubscribing link carries. It lasts: a letter may be read late."""
    return _signer().dumps([user_id, kind])


def told_by(token: str) -> tuple[int, LetterKind] | None:
    """The user and the kind of an unsubscribing link; None for one that is not ours."""
    try:
        user_id, kind = _signer().loads(token)
        return user_id, LetterKind(kind)
    except (BadSignature, ValueError):  # a kind that there is no more
        return None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="letters.unsubscribe")
