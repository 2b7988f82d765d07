"""Recording attendance, many days at a time."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import Boolean, Date, Integer, Numeric, Text, delete, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import TypeEngine

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import Conflict, NotAllowed, NotFound
from marketplace.outbox import emit
from marketplace.tenancy import current_actor
from placements.attendance.absence_rules import UNPLANNED, newly_repeated
from placements.attendance.models import AttendanceDay, NoTrainingDay
from placements.attendance.queries import no_training_days, recorded_days, unplanned_absences
from placements.attendance.rules import (
    AttendanceEntry,
    RecordedDay,
    Stands,
    changed_entries,
    check_day,
    check_hours,
)
from placements.booking.models import Placement
from placements.booking.rules import PlacementState

Key = tuple[int, date]


def record_attendance(
    entries: Sequence[AttendanceEntry],
    *,
    no_training: Mapping[Key, Decimal] = MappingProxyType({}),
    stood: Mapping[Key, Stands] | None = None,
) -> int:
    """Records days, and on which there was no training: by placement and day, with the hours that were planned.

    `stood`: what stood when this was typed. Gives the number of days that changed. Six statements for any number of
    days and placements, two more when there are days newly without training and one more when someone was away. Raises
    NotFound for a placement that is not the supervisor's, Invalid for a day or hours that cannot be, Conflict for a day
    that is invoiced or that says something else by now; then nothing is recorded.
    """
    refuse_others()
    latest = {(entry.placement_id, entry.day): entry for entry in entries}
    keys = [*latest, *(key for key in no_training if key not in latest)]
    if not keys:
        return 0
    placements = _placements({placement_id for placement_id, _ in keys})
    for placement_id, day in keys:
        check_on(placements[placement_id], day)
    for entry in latest.values():
        check_hours(entry.kind, entry.planned_hours, entry.actual_hours)
    days = [day for _, day in keys]
    recorded = recorded_days(list(placements), min(days), max(days))
    without = no_training_days(list(placements), min(days), max(days))
    for key in keys:
        if stood is not None and (recorded.get(key) or key in without) != stood[key]:
            raise Conflict(f"{key[1]} ändrades just nu någon annanstans. Se vad som står nu och spara igen.")
    changed = changed_entries(latest.values(), recorded)
    rested = {key: no_training[key] for key in keys if key not in latest and key not in without}
    gone = [key for key in rested if key in recorded]
    absences = _absences_before(changed)
    _save(changed, placements)
    if gone:
        place_and_day = tuple_(AttendanceDay.placement_id, AttendanceDay.day)
        db.session.execute(delete(AttendanceDay).where(place_and_day.in_(gone)))
    if rested:
        rows = [
            {"placement_id": placement_id, "day": day, "planned_hours": planned_hours}
            for (placement_id, day), planned_hours in rested.items()
        ]
        db.session.execute(insert(NoTrainingDay).values(rows))
    _record(changed, [key for key in rested if key in gone or rested[key]], recorded, placements)
    _tell_of_repeated(absences, changed, gone, placements)
    return len(changed) + len(rested)


def refuse_others() -> None:
    if current_actor().role != Role.SUPERVISOR:
        raise NotAllowed("Närvaro registreras av handledaren på arbetsplatsen.")


def check_on(placement: Placement, day: date) -> None:
    check_day(
        day,
        state=placement.state,
        first_day=placement.started_on or placement.first_day,
        last_day=placement.last_day,
        today=today(),
    )


def _absences_before(changed: Sequence[AttendanceEntry]) -> dict[int, set[date]]:
    """The unplanned absence of those who have more of it now."""
    return unplanned_absences({entry.placement_id for entry in changed if entry.kind in UNPLANNED})


def _tell_of_repeated(
    before: Mapping[int, set[date]],
    changed: Sequence[AttendanceEntry],
    gone: Sequence[Key],
    placements: Mapping[int, Placement],
) -> None:
    """Whoever has been away again and again is to be met by all three; once for each time it comes over her."""
    for placement_id, days in before.items():
        placement = placements[placement_id]
        if placement.state is not PlacementState.RUNNING:
            continue
        now_else = {entry.day for entry in changed if entry.placement_id == placement_id}
        away = {
            entry.day for entry in changed if entry.placement_id == placement_id and entry.kind in UNPLANNED
        }
        taken = {day for key, day in gone if key == placement_id}
        for day in newly_repeated(days, days - now_else - taken | away):
            emit(
                "absence.repeated",
                authority_id=placement.authority_id,
                enterprise_id=placement.enterprise_id,
                placement_id=placement_id,
                day=day.isoformat(),
            )


def _placements(ids: set[int]) -> dict[int, Placement]:
    """Held until the transaction ends: none is shortened while its days are checked, and two who save the same week
    come after each other."""
    chosen = select(Placement).where(Placement.id.in_(ids)).order_by(Placement.id)
    held = chosen.with_for_update(key_share=True).execution_options(populate_existing=True)
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
    cleared: Sequence[Key],
    recorded: Mapping[Key, RecordedDay],
    placements: Mapping[int, Placement],
) -> None:
    """One event per placement and kind of change. It says which days and not why anyone was away."""
    days: dict[tuple[int, str], list[date]] = {}
    for entry in changed:
        action = "change" if (entry.placement_id, entry.day) in recorded else "record"
        days.setdefault((entry.placement_id, action), []).append(entry.day)
    for placement_id, day in cleared:
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
