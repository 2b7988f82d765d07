"""The key ring is rotated while participants are registered, found and read: none is lost or registered twice."""

from functools import partial

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from app import SEALED
from marketplace import key_rotation
from marketplace.clock import now
from marketplace.crypto import KeyRing
from marketplace.db import db, transaction
from marketplace.errors import Conflict
from marketplace.identity_provider.models import IdentityProvider
from marketplace.key_rotation import rotate, standings
from marketplace.second_factor.models import AuthenticatorApp
from marketplace.tenancy import acting_as, system_actor
from placements.participants.models import ParticipantIdentity
from placements.participants.services import find_participants, reveal_identity
from tests.factories import HUDDINGE, personal_number
from tests.support.application import Database
from tests.support.at_once import Act, all_at_once, by, refusals
from tests.support.placement_market import TODAY, Market, build_market, register

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
BEFORE, BETWEEN, AFTER = KeyRing([OLD], ["old"]), KeyRing([NEW, OLD], ["new", "old"]), KeyRing([NEW], ["new"])
QUIET = list[str]().append


@pytest.fixture
def market(database: Database, monkeypatch: pytest.MonkeyPatch) -> Market:
    """Six participants under the old keys; batches of two."""
    monkeypatch.setattr(key_rotation, "_BATCH", 2)
    market = build_market()
    database.app.extensions["key_ring"] = BEFORE
    for number in range(1, 7):
        register(market, number)
    db.session.remove()
    return market


def left() -> int:
    """Rows of every table that remain under older keys."""
    return sum(count for one in standings(SEALED) for count in one.left.values())


def keep_secrets(market: Market) -> None:
    """One of a user's, and one of an authority's."""
    app = AuthenticatorApp(
        user_id=market.officer.user_id, secret_encrypted=BEFORE.encrypt("app"), last_step=0, added_at=now()
    )
    provider = IdentityProvider(
        authority_id=market.north_id,
        issuer="https://id.example.se",
        client_id="platstorget",
        client_secret=BEFORE.encrypt("client"),
        domains=["example.se"],
        group_claim="",
        second_factor_values=[],
        allows_password=True,
        is_on=False,
    )
    for actor, row in ((market.officer, app), (market.coordinator, provider)):
        with acting_as(actor), transaction():
            db.session.add(row)


def secrets_of(market: Market) -> list[str]:
    with acting_as(market.officer):
        kept = [db.session.scalars(select(AuthenticatorApp.secret_encrypted)).one()]
    with acting_as(market.coordinator):
        kept.append(db.session.scalars(select(IdentityProvider.client_secret)).one())
    return [AFTER.decrypt(one) for one in kept]


def is_found(market: Market, number: int) -> bool:
    with acting_as(market.officer):
        (row,) = find_participants(personal_number(number))
        return reveal_identity(row.participant.id).number == personal_number(number)


def test_rotated_while_others_write_and_read(database: Database, market: Market) -> None:
    keep_secrets(market)
    database.app.extensions["key_ring"] = BETWEEN
    acts: list[Act] = [
        partial(rotate, SEALED, QUIET),
        partial(rotate, SEALED, QUIET),
        *(partial(register, market, number) for number in (7, 8, 9)),
        *(by(market.officer, partial(is_found, market, number)) for number in (1, 3, 6)),
        # The same person, whom the other unit does not see.
        partial(register, market, 2, by=market.other_unit_officer, kommun_code=HUDDINGE),
    ]
    results = all_at_once(database, acts, TODAY)
    (twice,) = refusals(results)
    assert isinstance(twice, Conflict)
    rotate(SEALED, QUIET)  # what was held by somebody else just then
    assert left() == 0
    database.app.extensions["key_ring"] = AFTER
    assert secrets_of(market) == ["app", "client"]
    assert all(is_found(market, number) for number in range(1, 10))
    with pytest.raises(Conflict, match="finns redan"):
        register(market, 4, by=market.other_unit_officer, kommun_code=HUDDINGE)
    rotate(SEALED, QUIET)  # the old lookup key's hashes go
    assert left() == 0
    with acting_as(system_actor(market.north_id)):
        stamps = db.session.execute(
            select(ParticipantIdentity.sealed_with, func.count()).group_by("sealed_with")
        )
        assert stamps.all() == [(AFTER.stamp, 9)]


def test_what_was_stopped_goes_on(
    database: Database, market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.app.extensions["key_ring"] = BETWEEN
    assert left() == 6
    with acting_as(system_actor(market.north_id)):
        key_rotation._rotate_batch(SEALED[0])
    assert left() == 4
    assert is_found(market, 1)
    assert is_found(market, 6)
    rotate(SEALED, QUIET)
    assert left() == 0
