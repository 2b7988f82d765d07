"""Saved searches are one person's own."""

import pytest

from marketplace.db import transaction
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.tenancy import acting_as
from placements.search.saved_queries import as_kept, saved_searches
from placements.search.saved_rules import MOST_SAVED, Kept
from placements.search.services import delete_search, rename_search, save_search
from tests.support.placement_market import Market

SEARCH = Kept({"kommun": ["0136"]}, 14, 90)


def test_saved_named_and_removed_by_its_owner_alone(market: Market) -> None:
    with acting_as(market.officer), transaction():
        saved_id = save_search("  Nära  Tyresö ", SEARCH).id
        save_search("Annat", Kept({}))
    with acting_as(market.officer):
        assert [(one.name, as_kept(one)) for one in saved_searches()] == [
            ("Annat", Kept({})),
            ("Nära Tyresö", SEARCH),
        ]
    for other in (market.colleague, market.coordinator, market.south_officer, market.manager):
        with acting_as(other):
            assert saved_searches() == []
            with pytest.raises(NotFound):
                delete_search(saved_id)
            with pytest.raises(NotFound):
                rename_search(saved_id, "Min")
    with acting_as(market.officer):
        with pytest.raises(Conflict, match="redan en sparad sökning"), transaction():
            rename_search(saved_id, "Annat")
        with transaction():
            rename_search(saved_id, "Tyresö")
        with transaction():
            delete_search(saved_id)
        assert [one.name for one in saved_searches()] == ["Annat"]


def test_a_name_is_taken_once_and_there_is_an_end(market: Market) -> None:
    with acting_as(market.coordinator):
        with transaction():
            save_search("Odla", SEARCH)
        with pytest.raises(Conflict, match="annat namn"), transaction():
            save_search("Odla", SEARCH)
        with transaction():
            for number in range(MOST_SAVED - 1):
                save_search(f"Sökning {number}", SEARCH)
        with pytest.raises(Conflict, match="Ta bort någon"), transaction():
            save_search("En till", SEARCH)
    with acting_as(market.strategist), pytest.raises(NotAllowed):
        save_search("Odla", SEARCH)
