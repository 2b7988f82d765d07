"""Recording attendance."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, Integer, Numeric, Text, delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import TypeEngine

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.tenancy import current_actor
from placements.attendance.models import AttendanceDay
from placements.attendance.queries import recorded_days
from placements.attendance.rules import (
    LOCKED_SV,
    AttendanceEntry,
    RecordedDay,
    changed_entries,
    check_entry,
)
from placements.booking.models import Placement

Key = tuple[int, date]


def record_attendance(entries: Sequence[AttendanceEntry], *, cleared: Sequence[Key] = ()) -> int:
    """Records days, and takes away those in `cleared` (placement, day), where there was no training after all.

    Gives the number of days that changed. Five statements for any number of days and placements. Raises NotFound for a
    placement that is not the supervisor's, Invalid for a day or hours that cannot be, Conflict for a day that is
    invoiced; then nothing is recorded.
    """
    if current_actor().role != Role.SUPERVISOR:
        raise NotAllowed("Närvaro registreras av handledaren på arbetsplatsen.")
    latest = {(entry.placement_id, entry.day): entry for entry in entries}
    keys = [*latest, *(key for key in cleared if key not in latest)]
    if not keys:
        return 0
    placements = _placements({placement_id for placement_id, _ in keys})
    for entry in latest.values():
        placement = placements[entry.placement_id]
        check_entry(
            entry,
            state=placement.state,
            first_day=placement.started_on or placement.first_day,
            last_day=placement.last_day,
            today=today(),
        )
    days = [day for _, day in keys]
    recorded = recorded_days(list(placements), min(days), max(days), lock=True)
    changed = changed_entries(latest.values(), recorded)
    gone = [key for key in keys if key not in latest and key in recorded]
    for key in [*((entry.placement_id, entry.day) for entry in changed), *gone]:
        if key in recorded and recorded[key].is_invoiced:
            raise Conflict(f"{key[1]}: {LOCKED_SV}")
    _save(changed, placements)
    if gone:
        place_and_day = tuple_(AttendanceDay.placement_id, AttendanceDay.day)
        db.session.execute(delete(AttendanceDay).where(place_and_day.in_(gone)))
    _record(changed, gone, recorded, placements)
    return len(changed) + len(gone)


def _placements(ids: set[int]) -> dict[int, Placement]:
    """Held as they are until the transaction ends, so that none is shortened while its days are checked."""
    chosen = select(Placement).where(Placement.id.in_(ids)).order_by(Placement.id)
    held = chosen.with_for_update(read=True).execution_options(populate_existing=True)
    placements = {placement.id: placement for placement in db.session.scalars(held)}
    if len(placements) < len(ids):
        raise NotFound("En av placeringarna finns inte, eller så hör den till någon annan.")
    return placements


def _save(entries: Sequence[AttendanceEntry], placements: Mapping[int, Placement]) -> None:
    if not entries:
        return
    columns: dict[str, tuple[TypeEngine[Any], list[Any]]] = {
        "placement_id": (Integer(), [entry.placement_id for entry in entries]),
        "day": (Date(), [entry.day for entry in entries]),
        "contract_id": (Integer(), [placements[entry.placement_id].contract_id for entry in entries]),
        "planned_hours": (Numeric(8, 2), [entry.planned_hours for entry in entries]),
        "actual_hours": (Numeric(8, 2), [entry.actual_hours for entry in entries]),
        "kind": (Text(), [entry.kind.value for entry in entries]),
        "is_reported_same_day": (Boolean(), [entry.is_reported_same_day for entry in entries]),
        "is_invoiced": (Boolean(), [False for _ in entries]),
    }
    # One statement with a list for each column: every statement pays for the rules of row-level security anew.
    rows = select(*(func.unnest(literal(values, ARRAY(kind))) for kind, values in columns.values()))
    statement = insert(AttendanceDay).from_select(list(columns), rows, include_defaults=False)
    new = statement.excluded
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[AttendanceDay.placement_id, AttendanceDay.day],
            set_={
                "planned_hours": new.planned_hours,
                "actual_hours": new.actual_hours,
                "kind": new.kind,
                "is_reported_same_day": new.is_reported_same_day,
            },
        )
    )


def _record(
    changed: Sequence[AttendanceEntry],
    gone: Sequence[Key],
    recorded: Mapping[Key, RecordedDay],
    placements: Mapping[int, Placement],
) -> None:
    """One event per placement and kind of change. It says which days and not why anyone was away."""
    days: dict[tuple[int, str], list[date]] = {}
    for entry in changed:
        action = "change" if (entry.placement_id, entry.day) in recorded else "record"
        days.setdefault((entry.placement_id, action), []).append(entry.day)
    for placement_id, day in gone:
        days.setdefault((placement_id, "clear"), []).append(day)
    audit.record_many(
        [
            audit.NewEvent(
                "attendance",
                placement_id,
                action,
                authority_id=placements[placement_id].authority_id,
                enterprise_id=placements[placement_id].enterprise_id,
                note_sv=_days_sv(sorted(which)),
            )
            for (placement_id, action), which in days.items()
        ]
    )


def _days_sv(days: Sequence[date]) -> str:
    if len(days) == 1:
        return str(days[0])
    return f"{len(days)} dagar, {days[0]} till {days[-1]}"
