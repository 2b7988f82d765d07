"""Rotating the key ring while the product runs: what older keys have sealed is sealed anew, a batch at a time.

Each batch is a transaction that passes over rows which somebody else holds. Whoever stops it in the middle starts it
again: what is done is not done twice, and what is left says so by the name of its key.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.crypto import KeyRing, key_ring
from marketplace.db import Base, db, transaction
from marketplace.tenancy import acting_as, system_actor

_BATCH = 200


@dataclass(frozen=True)
class Sealed:
    """Where something encrypted is kept."""

    model: type[Base]
    stamp: ColumnElement[str] | InstrumentedAttribute[str]
    """Under which keys a row is sealed, in SQL."""
    wanted: Callable[[KeyRing], str]
    """What the stamp should be."""
    reseal: Callable[[Any], None]
    """Seals a row anew, with the newest keys."""
    is_seen_by_all: bool = False
    """Whether any system sees every row, and not each authority's its own."""

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)


def secret(model: type[Base], column: str) -> Sealed:
    """A column that holds nothing but what the ring has encrypted."""
    kept: Any = getattr(model, column)

    def reseal(row: Any) -> None:
        ring = key_ring()
        setattr(row, column, ring.encrypt(ring.decrypt(getattr(row, column))))

    name = func.split_part(func.encode(kept, "escape"), ":", 1)
    return Sealed(model, name, lambda ring: ring.newest, reseal, is_seen_by_all=True)


def rotate(places: Sequence[Sealed], say: Callable[[str], object] = print) -> None:
    """Seals everything anew that is not under the newest keys. Commits batch by batch."""
    for place in places:
        done = 0
        for authority_id in _tenants(place):
            with acting_as(system_actor(authority_id)):
                while count := _rotate_batch(place):
                    done += count
        say(f"{place.table}: {done} sealed anew")


def _rotate_batch(place: Sealed) -> int:
    stale = place.stamp != place.wanted(key_ring())
    keys = place.model.__mapper__.primary_key
    with transaction():
        rows = db.session.scalars(
            select(place.model)
            .where(stale)
            .order_by(*keys)
            .limit(_BATCH)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        ).all()
        for row in rows:
            place.reseal(row)
    return len(rows)


@dataclass(frozen=True)
class Standing:
    """How many rows are sealed as they should be, and under which keys the others are."""

    table: str
    done: int
    left: dict[str, int]


def standings(places: Sequence[Sealed]) -> list[Standing]:
    found = []
    for place in places:
        counted: Counter[str] = Counter()
        stamp = place.stamp
        for authority_id in _tenants(place):
            with acting_as(system_actor(authority_id)):
                for name, count in db.session.execute(select(stamp, func.count()).group_by(stamp)):
                    counted[name] += count
        done = counted.pop(place.wanted(key_ring()), 0)
        found.append(Standing(place.table, done, dict(counted)))
    return found


def _tenants(place: Sealed) -> list[int | None]:
    """Those whose systems see all of it between them: every authority, or none in particular."""
    if place.is_seen_by_all:
        return [None]
    of_kind = select(Organisation.id).where(Organisation.kind == OrganisationKind.AUTHORITY)
    return list(db.session.scalars(of_kind.order_by(Organisation.id)))
