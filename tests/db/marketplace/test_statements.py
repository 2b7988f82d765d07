"""Statements that are planned once give what they gave, whatever the values, and outlive a rollback."""

from datetime import date

import pytest
from sqlalchemy import Integer, bindparam, func, literal, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from marketplace.accounts.models import Organisation, User
from marketplace.clock import now
from marketplace.db import db
from marketplace.outbox import Outbox, emit
from marketplace.statements import Prepared, planned_once
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_authority
from tests.support.application import Database

_PLANS = text("SELECT count(*) FROM pg_prepared_statements WHERE name <> 'tell'")
"""Besides what tells who acts."""


def test_two_of_the_same_text_keep_their_own_values(session: Session) -> None:
    one, two = (
        Prepared(select(literal(fixed) + bindparam("more", type_=Integer)), is_planned_once=True)
        for fixed in (10, 20)
    )
    assert [one.scalars(more=1), two.scalars(more=1), one.scalars(more=2)] == [[11], [21], [12]]
    assert Prepared(select(literal("ö")), is_planned_once=True).scalars() == ["ö"]


def test_what_is_planned_is_planned_once_and_stays(database: Database) -> None:
    with planned_once():
        for number in range(3):
            found = db.session.scalars(select(User.id).where(User.id == number, User.created_at > now()))
            assert list(found) == []
            db.session.rollback()
    assert db.session.scalar(_PLANS) == 1
    db.session.scalars(select(User.id).where(User.id == 7))
    assert db.session.scalar(_PLANS) == 1, "outside, nothing more is planned"


def test_rows_are_written_and_refused_as_ever(session: Session) -> None:
    with acting_as(system_actor()), planned_once():
        first = make_authority("Första", ["0136"], "1111111111")
        second = make_authority("Andra", [], "2222222222")
        assert db.session.get_one(Organisation, first.id).kommun_codes == ["0136"]
        second.name = "Den andra"
        db.session.flush()
        emit("topic", number=3)
        assert db.session.scalar(select(Outbox.payload).order_by(Outbox.id.desc()).limit(1)) == {"number": 3}
        many = select(Organisation.name).where(Organisation.id.in_([first.id, second.id]))
        assert sorted(db.session.scalars(many)) == ["Den andra", "Första"]
        assert db.session.scalar(select(func.coalesce(func.max(User.created_at), date.min))) is not None
        with pytest.raises(IntegrityError), db.session.begin_nested():
            make_authority("En till", [], "1111111111")
