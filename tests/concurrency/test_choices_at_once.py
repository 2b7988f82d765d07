"""One choice comes out of a round, however many tabs, phones and officers answer at once; nobody meets an error."""

from marketplace.clock import travelling
from marketplace.tenancy import acting_as
from placements.choice import queries
from placements.choice.rules import ChoiceState
from placements.choice.services import close_round, decline_place, record_choice, shortlist_place
from tests.support.application import Database
from tests.support.at_once import all_at_once, by, refusals
from tests.support.own_page import shown_round
from tests.support.placement_market import TODAY, build_market


def test_two_tabs_choose_and_the_officer_closes(database: Database) -> None:
    market = build_market(seats=4)
    places = (market.sewing_id, market.repair_id, market.growing_id)
    with travelling(TODAY):
        round_id, she = shown_round(market, *places)
    acts = [
        *(by(she, lambda one=one: record_choice(round_id, one).id) for one in places),  # type: ignore[misc]
        by(market.officer, lambda: close_round(round_id).id),
        by(market.officer, lambda: record_choice(round_id, market.sewing_id).id),
    ]
    results = all_at_once(database, acts, on=TODAY)
    assert len(refusals(results)) == len(acts) - 1
    with acting_as(market.officer):
        found = queries.choice_round(round_id)
        chosen = [shown for shown in found.shown if shown.is_chosen]
        assert len(chosen) == (1 if found.state is ChoiceState.CHOSEN else 0)
        assert found.state in {ChoiceState.CHOSEN, ChoiceState.CLOSED}


def test_saving_and_declining_the_same_place_leaves_one_of_them(database: Database) -> None:
    market = build_market(seats=4)
    with travelling(TODAY):
        round_id, she = shown_round(market, market.sewing_id)
    acts = [
        act
        for _ in range(4)
        for act in (
            by(she, lambda: shortlist_place(round_id, market.sewing_id).id),
            by(she, lambda: decline_place(round_id, market.sewing_id).id),
        )
    ]
    assert refusals(all_at_once(database, acts, on=TODAY)) == []
    with acting_as(market.officer):
        [shown] = queries.choice_round(round_id).shown
        assert shown.is_shortlisted != shown.is_declined
