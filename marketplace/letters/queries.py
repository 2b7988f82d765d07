"""How a person takes letters, and which are kept for her digest."""

from sqlalchemy import select

from marketplace.db import db
from marketplace.letters.models import Letter, LetterDelivery, LetterPreference
from marketplace.letters.rules import LetterKind, Way, way_of


def ways_of(user_id: int) -> dict[LetterKind, Way]:
    """How she takes each kind. For herself, and for the system."""
    rows = select(LetterPreference.kind, LetterPreference.way).where(LetterPreference.user_id == user_id)
    chosen = {row.kind: row.way for row in db.session.execute(rows)}
    return {kind: way_of(kind, chosen) for kind in LetterKind}


def kept_letters(user_id: int) -> list[tuple[LetterDelivery, Letter]]:
    """Those that wait for her digest, in the order that they were written. For the system."""
    statement = (
        select(LetterDelivery, Letter)
        .join(Letter, Letter.id == LetterDelivery.letter_id)
        .where(LetterDelivery.user_id == user_id, LetterDelivery.sent_at.is_(None))
        .order_by(Letter.id)
    )
    return [(delivery, letter) for delivery, letter in db.session.execute(statement)]
