"""The day's digest: how much waits in each of a person's roles, and the letters kept for it. Never whom it is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from marketplace.accounts.models import User
from marketplace.accounts.queries import acting_everywhere, actor_in, memberships_of
from marketplace.accounts.rules import ROLE_SV
from marketplace.clock import now, today
from marketplace.db import db
from marketplace.letters.messages import compose, letter_address
from marketplace.letters.models import Letter, LetterDelivery, LetterDigest
from marketplace.letters.queries import kept_letters, ways_of
from marketplace.letters.rules import LetterKind, Way
from marketplace.letters.transport import hand_over
from marketplace.outbox import emit
from marketplace.reference.rules import is_working_day
from marketplace.swedish import counted
from marketplace.tenancy import Actor, acting_as
from marketplace.web.addresses import public_address
from marketplace.web.work import KindCount, by_kind, waiting_for, waits_sv

DIGEST_TOPIC = "letter.digest"


@dataclass(frozen=True)
class DigestPart:
    """What one of the person's roles has in the digest."""

    role_sv: str
    is_only: bool
    waiting: Sequence[KindCount]
    kept: Sequence[tuple[LetterDelivery, Letter]]

    def letters(self) -> list[tuple[Letter, str]]:
        """Each kept letter, and the page that it leads to."""
        return [(letter, letter_address(letter)) for _, letter in self.kept]

    def lists(self) -> list[tuple[str, str]]:
        """How much waits of each kind, and the page that lists it. Of several roles the right one is chosen first."""
        return [(kind.text_sv, self._address(kind.kind_sv)) for kind in self.waiting]

    def _address(self, kind_sv: str) -> str:
        address = public_address("start.show", slag=kind_sv)
        if self.is_only:
            return address
        page = urlsplit(address)
        return public_address("accounts.choose_membership", next=f"{page.path}?{page.query}")


def ask_for_digests() -> None:
    """One message for each who acts for anybody. None on a day when nobody is at work: the next day's says the same."""
    if current_app.config["MAIL_URL"] and is_working_day(today()):
        for user_id in acting_everywhere():
            emit(DIGEST_TOPIC, user_id=user_id, day=today().isoformat())


def send_digest(user_id: int, day: date) -> None:
    """Sends the day's digest, once, if anything waits. Raises what the mail server raised, and is then sent later; but
    not when the day is over, since the next one says all that this would have."""
    user = db.session.get_one(User, user_id)
    if day != today() or not user.is_active or not _is_first(user_id, day):
        return
    parts = _parts(user)
    if not parts:
        return
    for delivery, _ in (pair for part in parts for pair in part.kept):
        delivery.sent_at = now()
    db.session.flush()
    body = current_app.jinja_env.get_template("email/digest.txt").render(
        parts=parts, settings=public_address("letters.settings")
    )
    message = compose(
        user,
        LetterKind.MY_WORK,
        subject_sv=_subject_sv(parts),
        body=body,
        written_at=now(),
        key=f"digest.{user.id}.{day.isoformat()}",
    )
    hand_over(message, current_app.config["MAIL_URL"])


def _is_first(user_id: int, day: date) -> bool:
    """Whether the day's digest is still to be done; it is done with when the transaction commits. A second one at the
    same time waits here for the first."""
    statement = (
        insert(LetterDigest)
        .values(user_id=user_id, day=day)
        .on_conflict_do_update(
            index_elements=[LetterDigest.user_id], set_={"day": day}, where=LetterDigest.day < day
        )
        .returning(LetterDigest.user_id)
    )
    return db.session.scalar(statement) is not None


def _parts(user: User) -> list[DigestPart]:
    """The roles in which anything waits, in the order in which they are chosen between. What was kept for a role that
    she has left, or of a kind that she has turned down since, is kept no longer."""
    ways = ways_of(user.id)
    memberships = memberships_of(user.id)
    roles = {(one.organisation_id, one.role) for one in memberships}
    kept = []
    for delivery, letter in kept_letters(user.id):
        if ways[letter.kind] is Way.NEVER or (letter.organisation_id, letter.role) not in roles:
            db.session.delete(delivery)
        else:
            kept.append((delivery, letter))
    parts = []
    for membership in memberships:
        to = (membership.organisation_id, membership.role)
        part = DigestPart(
            role_sv=f"{ROLE_SV[membership.role]}, {membership.organisation.name}",
            is_only=len(memberships) == 1,
            waiting=[] if ways[LetterKind.MY_WORK] is Way.NEVER else _waiting(actor_in(membership, user)),
            kept=[pair for pair in kept if (pair[1].organisation_id, pair[1].role) == to],
        )
        if part.waiting or part.kept:
            parts.append(part)
    return parts


def _waiting(actor: Actor) -> list[KindCount]:
    with acting_as(actor):
        return by_kind(waiting_for(actor))


def _subject_sv(parts: Sequence[DigestPart]) -> str:
    """What waits; where nothing does, how many letters there are."""
    kinds = [kind for part in parts for kind in part.waiting]
    letters = sum(len(part.kept) for part in parts)
    return f"Platstorget i dag: {waits_sv(kinds) if kinds else counted(letters, 'brev', 'brev')}"
