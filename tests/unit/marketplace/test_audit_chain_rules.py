"""What a link seals, whatever is done to it afterwards."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.audit import Event
from marketplace.audit_chain.rules import (
    FACTS,
    START,
    Fault,
    Link,
    Problem,
    digest,
    link_hash,
    note_hash,
    problems_of,
)

BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
Kept = dict[int, tuple[dict[str, object], str]]


def _event(number: int) -> tuple[dict[str, object], str]:
    event: dict[str, object] = dict.fromkeys(FACTS)
    event |= {"id": number, "action": "publish", "user_name": "Åsa", "at": BEGAN + timedelta(minutes=number)}
    return event, note_hash(f"Version {number}")


def _chain(count: int) -> tuple[list[Link], Kept]:
    """Links with two events each."""
    links, kept, previous = list[Link](), Kept(), START
    for number in range(1, count + 1):
        ids = [2 * number - 1, 2 * number]
        kept |= {one: _event(one) for one in ids}
        sealed_at = BEGAN + timedelta(minutes=2 * number)
        hashed = link_hash(previous, 7, number, sealed_at, [digest(*kept[one]) for one in ids])
        links.append(Link(number, sealed_at, ids, hashed))
        previous = hashed
    return links, kept


def test_every_column_of_an_event_is_sealed() -> None:
    """A new column must be decided on: sealed in a new form, or outside."""
    assert {*FACTS, "note_sv"} == set(Event.__table__.columns.keys())


def test_a_chain_that_nobody_touched_holds() -> None:
    links, kept = _chain(4)
    assert problems_of(7, None, links, kept) == []
    assert problems_of(7, links[1], links[2:], kept) == [], "some links at a time"


def test_the_hash_is_the_same_in_another_zone_and_order() -> None:
    event, note = _event(1)
    at = event["at"]
    assert isinstance(at, datetime)
    other = dict(reversed((event | {"at": at.astimezone()}).items()))
    assert digest(other, note) == digest(event, note)


def _change(links: list[Link], kept: Kept) -> None:
    kept[3][0]["action"] = "withdraw"


def _change_note(links: list[Link], kept: Kept) -> None:
    kept[3] = kept[3][0], note_hash("annat")


def _delete(links: list[Link], kept: Kept) -> None:
    del kept[4]


def _swap_events(links: list[Link], kept: Kept) -> None:
    links[1] = Link(2, links[1].sealed_at, [4, 3], links[1].hash)


def _swap_links(links: list[Link], kept: Kept) -> None:
    second, third = links[1], links[2]
    links[1:3] = [Link(2, *_rest(third)), Link(3, *_rest(second))]


def _rest(link: Link) -> tuple[datetime, list[int], str]:
    return link.sealed_at, list(link.event_ids), link.hash


def _drop_link(links: list[Link], kept: Kept) -> None:
    del links[1]


def _put_in(links: list[Link], kept: Kept) -> None:
    """An event that is told to be old, in a link that is right by itself."""
    kept[9] = _event(9)
    kept[9][0]["at"] = BEGAN - timedelta(days=3)
    sealed_at = links[-1].sealed_at + timedelta(minutes=1)
    hashed = link_hash(links[-1].hash, 7, 5, sealed_at, [digest(*kept[9])])
    links.append(Link(5, sealed_at, [9], hashed))


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (_change, [(Fault.CHANGED, 2)]),
        (_change_note, [(Fault.CHANGED, 2)]),
        (_delete, [(Fault.MISSING, 2)]),
        (_swap_events, [(Fault.CHANGED, 2)]),
        (_swap_links, [(Fault.CHANGED, 2), (Fault.CHANGED, 3), (Fault.CHANGED, 4)]),
        (_drop_link, [(Fault.LOST_LINK, 3)]),
        (_put_in, [(Fault.LATE, 5)]),
    ],
)
def test_what_was_done_afterwards_is_seen(
    tamper: Callable[[list[Link], Kept], None], found: list[tuple[Fault, int]]
) -> None:
    links, kept = _chain(4)
    tamper(links, kept)
    assert problems_of(7, None, links, kept) == [Problem(*one) for one in found]
