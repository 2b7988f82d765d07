"""The market at noon, where somebody has a password."""

from collections.abc import Callable, Iterator

import pytest

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User, UserSecret
from marketplace.clock import travelling
from marketplace.db import db
from marketplace.tenancy import Actor, acting_as, system_actor
from tests.support.placement_market import Market
from tests.support.second_factor import (
    NOON,
    PASSWORD,
    Person,
)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with travelling(NOON):
        yield


@pytest.fixture
def person(ready_market: Market) -> Callable[[Actor], Person]:
    """Somebody of the market, with a password."""

    def with_password(actor: Actor) -> Person:
        with acting_as(system_actor()):
            db.session.add(UserSecret(user_id=actor.user_id, password_hash=accounts._hasher.hash(PASSWORD)))
            db.session.commit()
            return Person(actor, db.session.get_one(User, actor.user_id).email)

    return with_password
