"""My work asks as much of the database for forty participants as for one."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from marketplace.clock import travelling
from marketplace.tenancy import Actor, acting_as
from marketplace.web import work
from marketplace.web.work import WaitingItem, waiting_for
from tests.support.placement_market import TODAY, Market, build_market, granted, requested
from tests.support.statements import statements_of
from tests.support.training import running

LATER = date(2026, 4, 13)
"""Everything that waits is late."""


def _three_more(market: Market, number: int) -> None:
    """One without a place, one whose request nobody has answered, one in training without a plan."""
    with travelling(TODAY):
        granted(market, number)
        requested(market, number + 1)
    running(market, number + 2)


def _asked(who: Actor) -> tuple[int, list[WaitingItem]]:
    found: list[WaitingItem] = []
    with travelling(LATER), acting_as(who):
        statements = statements_of(lambda: found.extend(waiting_for(who)))
    return len(statements), found


def test_the_cost_does_not_grow_with_the_participants(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = build_market(seats=4)
    roles = (market.officer, market.coordinator, market.supervisor)
    _three_more(market, 1)
    before = [_asked(who) for who in roles]
    _three_more(market, 4)
    after = [_asked(who) for who in roles]
    assert [cost for cost, _ in after] == [cost for cost, _ in before]
    assert all(len(more) > len(first) > 0 for (_, more), (_, first) in zip(after, before, strict=True))
    monkeypatch.setattr(work, "MOST_TOLD", 1)
    _, few = _asked(market.officer)
    assert "1 till: alla finns i listan" in [item.text_sv for item in few], "two are without a place"
    assert sum(item.count for item in few) == sum(item.count for item in after[0][1])
