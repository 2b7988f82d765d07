"""A longer period and another extent: asked by the case officer, held while asked, answered by the supervisor."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from enterprises.contracts.models import Contract
from enterprises.places.models import Place
from enterprises.places.services import free_until, hold_longer, join_uses, release_seat
from marketplace.clock import today
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.models import TermsVersion
from marketplace.reference.rules import add_working_days
from marketplace.rules import advance
from marketplace.swedish import plain_hours
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.booking import queries
from placements.booking.change_rules import (
    CHANGE_TRANSITIONS,
    ChangeAction,
    ChangeKind,
    ChangeState,
    Extent,
    check_extension,
    check_extent_change,
    check_unmoved_yet,
    collision_sv,
)
from placements.booking.models import Placement, PlacementChange, PlacementExtent
from placements.booking.rules import DECLINE_REASON_SV, DeclineReason, PlacementAction, PlacementState
from placements.booking.services.moving import held, record, target_of, tell
from placements.participants.models import Grant
from placements.participants.rules import check_extent


def ask_extension(placement_id: int, last_day: date) -> PlacementChange:
    """Asks the supplier to let the placement go on to `last_day`; the days are held until it has answered.

    Raises Invalid for a day that does not do, with the day that could be had, and Conflict while another change waits.
    """
    placement = held(placement_id)
    target_of(placement, PlacementAction.EXTEND)
    _check_none_waits(placement)
    check_unmoved_yet(placement.is_moved)
    grant = get_or_404(Grant, placement.grant_id)
    contract_last, answer_within = _contract(placement)
    check_extension(
        last_day,
        planned_last=placement.last_day,
        today=today(),
        grant_last=grant.last_day,
        contract_last=contract_last,
    )
    _check_nothing_follows(placement, last_day)
    assert placement.seat_use_id is not None  # held by ck_placement_seat_while_holding
    uses = hold_longer(placement.seat_use_id, last_day)
    if uses is None:
        raise Conflict(collision_sv(placement.last_day, free_until(placement.seat_use_id)), field="last_day")
    own, extra = uses
    placement.seat_id = own.seat_id
    change = _asked(placement, ChangeKind.EXTENSION, answer_within, before=placement.last_day)
    change.last_day, change.seat_use_id = last_day, extra.id
    note = f"Till och med {last_day.isoformat()} i stället för {placement.last_day.isoformat()}"
    return _ask(change, placement, PlacementAction.EXTEND, note)


def ask_extent(
    placement_id: int, *, from_day: date, hours_per_week: Decimal, days_per_week: int
) -> PlacementChange:
    """Asks the supplier to agree to other hours and days a week from a day on.

    Raises Invalid beside the field that is wrong, Conflict while another change waits.
    """
    placement = held(placement_id)
    target_of(placement, PlacementAction.CHANGE_EXTENT)
    _check_none_waits(placement)
    wanted = Extent(hours_per_week, days_per_week)
    check_extent(hours_per_week, days_per_week)
    place = get_or_404(Place, placement.place_id)
    check_extent_change(
        wanted,
        from_day,
        first_day=placement.first_day,
        last_day=placement.last_day,
        today=today(),
        now_agreed=placement.extent_on(from_day),
        granted_hours=get_or_404(Grant, placement.grant_id).hours_per_week,
        most_hours=place.hours_per_week_max,
        least_hours=place.hours_per_week_min,
        days_open=len(place.weekdays),
    )
    change = _asked(placement, ChangeKind.EXTENT, _contract(placement)[1], before=from_day)
    change.from_day, change.hours_per_week, change.days_per_week = from_day, hours_per_week, days_per_week
    return _ask(change, placement, PlacementAction.CHANGE_EXTENT, _extent_sv(change))


def agree_change(change_id: int) -> PlacementChange:
    """The supervisor agrees: the held days are booked, or the other extent holds from its day. Raises Conflict when it
    is answered or no longer held."""
    change, placement = _held_change(change_id)
    target = _target(change, ChangeAction.AGREE)
    if today() > change.answer_due_on:
        raise Conflict(
            f"Svarstiden gick ut {change.answer_due_on.isoformat()}, så ändringen kan inte längre godkännas. "
            "Handläggaren kan begära den igen."
        )
    if change.kind is ChangeKind.EXTENSION:
        assert change.seat_use_id is not None  # held by ck_placement_change_held_while_asked
        assert placement.seat_use_id is not None
        held_id, change.seat_use_id = change.seat_use_id, None
        change.state = target
        db.session.flush()
        use = join_uses(placement.seat_use_id, held_id)
        placement.last_day, placement.seat_id = use.last_day, use.seat_id
        note = f"Till och med {use.last_day.isoformat()}"
    else:
        assert change.from_day is not None  # held by ck_placement_change_extent_from_a_day
        assert change.hours_per_week is not None
        assert change.days_per_week is not None
        if change.from_day > placement.last_day:
            raise Conflict("Placeringen slutar innan ändringen skulle börja gälla.")
        db.session.add(
            PlacementExtent(
                placement_id=placement.id,
                from_day=change.from_day,
                hours_per_week=change.hours_per_week,
                days_per_week=change.days_per_week,
            )
        )
        note = _extent_sv(change)
    change.answered_on = today()
    return _answer(change, placement, ChangeAction.AGREE, target, note)


def decline_change(change_id: int, reason: DeclineReason) -> PlacementChange:
    """The supervisor says no, with a coded reason. The placement goes on as it was."""
    change, placement = _held_change(change_id)
    target = _target(change, ChangeAction.DECLINE)
    change.decline_reason, change.answered_on = reason, today()
    return _answer(change, placement, ChangeAction.DECLINE, target, DECLINE_REASON_SV[reason])


def withdraw_change(change_id: int) -> PlacementChange:
    """The case officer takes it back."""
    change, placement = _held_change(change_id)
    return _answer(change, placement, ChangeAction.WITHDRAW, _target(change, ChangeAction.WITHDRAW), "")


def expire_change(change_id: int) -> PlacementChange:
    """Nobody answered in time. Raises Conflict before that."""
    change, placement = _held_change(change_id)
    target = _target(change, ChangeAction.EXPIRE)
    if today() <= change.answer_due_on:
        raise Conflict("Svarstiden har inte gått ut.")
    return _answer(change, placement, ChangeAction.EXPIRE, target, "")


def drop_change(placement: Placement) -> None:
    """What is asked of a placement that ends is withdrawn, as the system. The grant's lock is held."""
    with acting_as(system_actor(placement.authority_id, placement.enterprise_id)):
        change = queries.asked_change(placement.id)
        if change is not None:
            target = _target(change, ChangeAction.WITHDRAW)
            _answer(change, placement, ChangeAction.WITHDRAW, target, "Placeringen slutar")


def _check_none_waits(placement: Placement) -> None:
    if queries.asked_change(placement.id) is not None:
        raise Conflict("En ändring väntar redan på svar. Återkalla den först, eller vänta på svaret.")


def _check_nothing_follows(placement: Placement, last_day: date) -> None:
    """A participant has one place a day: ex_placement_one_a_day says so too, but later."""
    for other in queries.lives_on(placement.grant_id):
        if other.state is not PlacementState.REQUESTED and placement.last_day < other.first_day <= last_day:
            raise Invalid(
                f"Deltagaren har en annan placering från {other.first_day.isoformat()}. Välj en dag före den.",
                field="last_day",
            )


def _contract(placement: Placement) -> tuple[date | None, int]:
    """The contract's last day, and the working days that the supplier has to answer."""
    row = db.session.execute(
        select(Contract.ends_on, TermsVersion.answer_within)
        .join(TermsVersion, TermsVersion.id == Contract.terms_id)
        .where(Contract.id == placement.contract_id)
    ).one()
    return row[0], row[1]


def _asked(placement: Placement, kind: ChangeKind, answer_within: int, *, before: date) -> PlacementChange:
    """An answer is due by the terms, but never after the day from which it would matter."""
    due_on = min(add_working_days(today(), answer_within), max(before, today()))
    return PlacementChange(
        placement_id=placement.id,
        kind=kind,
        state=ChangeState.ASKED,
        asked_on=today(),
        asked_by=current_actor().user_name,
        answer_due_on=due_on,
    )


def _ask(
    change: PlacementChange, placement: Placement, action: PlacementAction, note_sv: str
) -> PlacementChange:
    db.session.add(change)
    db.session.flush()
    record(placement, action, placement.state, note_sv)
    tell(placement, "ask_change")
    return change


def _held_change(change_id: int) -> tuple[PlacementChange, Placement]:
    placement = held(get_or_404(PlacementChange, change_id).placement_id)
    return get_or_404(PlacementChange, change_id, lock=True), placement


def _target(change: PlacementChange, action: ChangeAction) -> ChangeState:
    return ChangeState(advance(CHANGE_TRANSITIONS, change.state, action, current_actor().role).target)


def _answer(
    change: PlacementChange, placement: Placement, action: ChangeAction, target: ChangeState, note_sv: str
) -> PlacementChange:
    held_id, change.seat_use_id = change.seat_use_id, None
    change.state = target
    db.session.flush()
    if held_id is not None:
        release_seat(held_id)
    record(placement, action, placement.state, note_sv)
    tell(placement, action.value)
    return change


def _extent_sv(change: PlacementChange) -> str:
    assert change.from_day is not None
    assert change.hours_per_week is not None
    hours = plain_hours(change.hours_per_week)
    return f"{hours} timmar på {change.days_per_week} dagar i veckan från {change.from_day.isoformat()}"
