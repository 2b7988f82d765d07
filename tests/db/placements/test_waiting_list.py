"""The waiting list: who is offered a freed seat, what is heard of it, and how an entry ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import current_app
from sqlalchemy import select, text

from enterprises.places.services import (
    close_place,
    close_seats,
    pause_place,
    reopen_closure,
    resume_place,
    set_seats,
)
from marketplace.audit import timeline
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import Conflict, Invalid, NotAllowed, NotFound
from marketplace.letters.models import Letter
from marketplace.outbox import Outbox
from marketplace.reference.queries import forget_lists
from marketplace.tenancy import acting_as, system_actor
from placements.booking.models import Placement
from placements.booking.services import (
    accept_placement,
    cancel_placement,
    end_placement_early,
    start_placement,
)
from placements.choice.queries import criteria_for
from placements.participants.models import Consent, Grant
from placements.participants.rules import GrantState
from placements.participants.withdrawal import withdraw_consent
from placements.waiting_list import queries, services
from placements.waiting_list.rules import EndReason, EntryState, NoReason, OfferState
from tests.factories import TEXTILE, WORKSHOP
from tests.support.placement_market import (
    LAST_DAY,
    TODAY,
    Market,
    granted,
    requested,
)
from tests.support.statements import statements_of
from tests.support.waiting import (
    DUE,
    cancels,
    entry,
    held,
    joins,
    night,
    offered_to,
    offers,
    passes,
    waits,
    work,
)


def test_a_freed_seat_is_held_for_whoever_joined_first(market: Market, taken: int) -> None:
    first, second = waits(market, 1), waits(market, 2)
    work()
    assert offers(market) == []
    cancels(market, taken)
    (offer,) = offers(market)
    assert offer.entry_id == first
    assert offer.due_on == DUE
    assert (offer.first_day, offer.last_day) == (TODAY, LAST_DAY)
    assert held(market) == [offer.seat_use_id]
    with acting_as(system_actor()):
        letter = db.session.scalars(select(Letter).order_by(Letter.id.desc()).limit(1)).one()
        assert letter.organisation_id == market.unit_id
        assert (letter.endpoint, letter.arguments) == ("waiting_list.offer", {"offer_id": offer.id})
        assert "Maja" not in letter.text_sv + letter.subject_sv
    with acting_as(market.officer):
        (item,) = queries.waiting(market.officer)
        assert (item.deadline, item.url_args) == (DUE, {"offer_id": offer.id})
        assert "Odla grönsaker" in item.text_sv
        assert queries.waiting(market.colleague) == []
        assert queries.before([first, second]) == {first: 0, second: 1}


def test_the_line_goes_across_authorities_and_the_passed_over_are_kept(market: Market, taken: int) -> None:
    theirs = waits(market, 1, officer=market.south_officer, kommun_codes=["0136"])
    waits(market, 2, ssyks=[TEXTILE], seen=[market.sewing_id])  # not in the line for a garden
    other_days = waits(market, 5, weekdays=(6,))
    without_consent = waits(market, 3)
    ours = waits(market, 4)
    with acting_as(market.officer), transaction():
        consents = select(Consent).where(
            Consent.participant_id == entry(without_consent, market).participant_id
        )
        withdraw_consent(db.session.scalars(consents).one().id)
    cancels(market, taken)
    assert offered_to(market) == [theirs]
    with acting_as(market.south_officer), transaction():
        services.decline_offer(offers(market)[0].id, NoReason.NOT_SUITABLE)
    work()
    (offer,) = offers(market)
    assert offer.entry_id == ours
    assert passes(market, offer.id) == [
        (theirs, "asked"),
        (other_days, "does_not_fit"),
        (without_consent, "no_consent"),
    ]
    with acting_as(market.officer):
        assert queries.passes_of(theirs).items == []  # another authority's
        assert [one.reason for one in queries.passes_of(without_consent).items] == ["no_consent"]
        assert queries.before([ours]) == {
            ours: 2
        }  # the other authority's is not counted, nor the other trade


def test_nobody_has_two_offers_at_a_time(market: Market, taken: int) -> None:
    first, second = waits(market, 1), waits(market, 2)
    third = waits(market, 3)
    with acting_as(market.manager), transaction():
        set_seats(market.growing_id, 3, TODAY)
    work()
    assert offered_to(market) == [first, second]
    cancels(market, taken)
    assert offered_to(market) == [first, second, third]
    assert len(held(market)) == 3


@pytest.mark.parametrize("how", ["end", "reopen", "seats", "resume"])
def test_whatever_frees_a_seat_is_heard(market: Market, taken: int, how: str) -> None:
    with acting_as(market.supervisor), transaction():
        accept_placement(taken)
    if how == "end":
        with travelling(date(2026, 3, 9)), acting_as(market.supervisor), transaction():
            start_placement(taken)
    if how == "reopen":
        with acting_as(market.manager), transaction():
            set_seats(market.growing_id, 2, TODAY)
            closure_id = close_seats(
                market.growing_id, seats=1, first_day=TODAY, last_day=LAST_DAY, reason_sv="Ombyggnad"
            )[0].id
    if how == "resume":
        with acting_as(market.manager), transaction():
            pause_place(market.growing_id)
            set_seats(market.growing_id, 2, TODAY)
    work()
    first = waits(market, 1)
    work()
    assert offers(market) == []
    actor = market.supervisor if how == "end" else market.manager
    with travelling(date(2026, 3, 16)):
        with acting_as(actor), transaction():
            if how == "end":
                end_placement_early(taken, date(2026, 3, 13))
            elif how == "reopen":
                reopen_closure(closure_id)
            elif how == "seats":
                set_seats(market.growing_id, 2, date(2026, 3, 16))
            else:
                resume_place(market.growing_id)
        work()
        assert offered_to(market) == [first]


def test_a_lost_message_is_made_up_for_in_the_night(market: Market, taken: int) -> None:
    first = waits(market, 1)
    work()
    with acting_as(market.officer), transaction():
        cancel_placement(taken)
    with acting_as(system_actor()), transaction():
        db.session.execute(text("DELETE FROM outbox WHERE topic = 'seat_freed'"))
    work()
    assert offers(market) == []
    night()
    assert offered_to(market) == [first]
    night()
    assert offered_to(market) == [first]


def test_a_seat_freed_between_the_search_and_joining_is_offered(market: Market) -> None:
    """The search showed nothing, and then there was something."""
    first = waits(market, 1)
    work()
    assert offered_to(market) == [first]


def test_what_the_search_showed_is_not_offered(market: Market) -> None:
    first = waits(market, 1, seen=[market.growing_id])
    later = waits(market, 2)
    work()
    night()
    assert offered_to(market) == [later]
    assert passes(market) == [(first, "seen")]


def test_leaving_lets_the_held_seat_go_on(market: Market, taken: int) -> None:
    first, second = waits(market, 1), waits(market, 2)
    cancels(market, taken)
    with acting_as(market.colleague), transaction():
        services.leave(first)
    work()
    assert offered_to(market) == [second]
    left = entry(first, market)
    assert (left.state, left.end_reason) == (EntryState.ENDED, EndReason.LEFT)
    assert offered_to(market, OfferState.WITHDRAWN) == [first]
    with acting_as(market.officer):
        assert [event.action for event in timeline("waiting_entry", first)] == [
            "left",
            "offer_withdraw",
            "offer",
            "join",
        ]
    with pytest.raises(Conflict), acting_as(market.officer), transaction():
        services.leave(first)


def test_an_entry_ends_with_its_grant(market: Market, taken: int) -> None:
    _, grant_id = granted(market, 1)
    first = joins(grant_id, market.officer)
    second = waits(market, 2)
    cancels(market, taken)
    with acting_as(market.coordinator), transaction():
        db.session.get_one(Grant, grant_id).state = GrantState.WITHDRAWN
        assert services.end_entries_of(grant_id) == 1
    work()
    assert entry(first, market).end_reason is EndReason.WITHDRAWN
    assert offered_to(market) == [second]
    with travelling(LAST_DAY + timedelta(days=1)):
        night()
        assert entry(second, market).end_reason is EndReason.GRANT_OVER
        assert held(market) == []


def test_a_held_seat_is_in_use_for_the_supplier(market: Market, taken: int) -> None:
    waits(market, 1)
    cancels(market, taken)
    with pytest.raises(Conflict), acting_as(market.manager), transaction():
        close_place(market.growing_id)
    with pytest.raises(Conflict), acting_as(market.manager), transaction():
        close_seats(market.growing_id, seats=1, first_day=TODAY, last_day=LAST_DAY, reason_sv="Ombyggnad")
    with pytest.raises(Conflict, match="kan inte erbjudas"):
        requested(market, 5, place_id=market.growing_id)


def test_joining_is_checked(market: Market, taken: int) -> None:
    _, grant_id = granted(market, 1)
    joins(grant_id, market.officer)
    with pytest.raises(Conflict, match="redan i väntelistan för samma sökning"):
        joins(grant_id, market.officer)
    joins(grant_id, market.officer, ssyks=[WORKSHOP])
    joins(grant_id, market.officer, ssyks=[TEXTILE])
    with pytest.raises(Conflict, match="väntar redan på 3 sökningar"):
        joins(grant_id, market.officer, ssyks=[TEXTILE, WORKSHOP])
    for stranger in (market.south_officer, market.other_unit_officer):
        with pytest.raises(NotFound), acting_as(stranger), transaction():
            services.join(grant_id, criteria_for(_grant(market, grant_id)))
    with pytest.raises(NotAllowed), acting_as(market.coordinator), transaction():
        services.join(grant_id, criteria_for(_grant(market, grant_id)))
    _, other_id = granted(market, 2)
    over = replace(criteria_for(_grant(market, other_id)), until=TODAY - timedelta(days=1))
    with pytest.raises(Invalid, match="period är slut"), acting_as(market.officer), transaction():
        services.join(other_id, over)
    with pytest.raises(Conflict, match="inte öppet"), acting_as(market.officer):
        placed = db.session.get_one(Placement, taken).grant_id
        services.join(placed, criteria_for(_grant(market, placed)))


def _grant(market: Market, grant_id: int) -> Grant:
    with acting_as(system_actor(market.north_id)):
        return db.session.get_one(Grant, grant_id)


def test_only_offers_between_the_list_and_the_outbox_are_counted(market: Market, taken: int) -> None:
    """A second run of any message changes nothing."""
    waits(market, 1), waits(market, 2)
    cancels(market, taken)
    before = [(offer.id, offer.state) for offer in offers(market, None)]
    with acting_as(system_actor()), transaction():
        ids = list(db.session.scalars(select(Outbox.id).where(Outbox.topic == "seat_freed")))
        db.session.execute(text("UPDATE outbox SET processed_at = NULL WHERE topic = 'seat_freed'"))
        assert ids
    work()
    assert [(offer.id, offer.state) for offer in offers(market, None)] == before


def test_whoever_waits_for_other_trades_is_passed_over_at_a_glance(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Most of a long line asks for something else: one question each."""
    monkeypatch.setitem(current_app.config, "REFERENCE_SECONDS", 60)

    def asked() -> int:
        with acting_as(system_actor()), transaction():
            return len(statements_of(lambda: services.offer_seat(market.sewing_id)))

    waits(market, 1)
    work()
    one = asked()
    for number in range(2, 6):
        waits(market, number)
    work()
    more = asked()
    forget_lists()
    assert more - one <= 4
