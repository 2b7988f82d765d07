"""From the start to the end: the plan, and every week's attendance."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from functools import partial

from demo.simulate import changing, reporting
from demo.simulate.agenda import Phase
from demo.simulate.cases import Case
from demo.simulate.foundation import DEMO_ENTERPRISE
from demo.simulate.history import History
from demo.simulate.texts import goals_for, tasks_for
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.reference.rules import add_working_days, is_working_day
from placements.attendance import services as attendance
from placements.attendance.rules import AttendanceEntry, AttendanceKind
from placements.booking import services as booking
from placements.plan import services as plans
from placements.plan.staircase_rules import Step, spread_hours

_ENDS_EARLY = 0.2
_PLAN_IS_LATE = 0.13
_ABSENCES = {
    AttendanceKind.ILL: 5,
    AttendanceKind.LEAVE: 2,
    AttendanceKind.OTHER_VALID: 2,
    AttendanceKind.INVALID: 1,
}
_REPORTED_SAME_DAY = 0.75
_HALF_A_DAY = 0.07
_THURSDAY, _FRIDAY = 3, 4
_SHORT_EVERY, _SHORT_WEEKS = 4, timedelta(weeks=4)


def begin_training(history: History, case: Case) -> None:
    booking.start_placement(case.placement_id)
    case.first_day = today()
    history.counts["placements begun"] += 1
    history.running.setdefault(case.enterprise, []).append(case)
    supervisor = history.supervisor(case)
    delay = case.rng.randint(11, 18) if case.chance(_PLAN_IS_LATE) else case.rng.randint(1, 6)
    history.agenda.add(
        add_working_days(today(), delay),
        Phase.TRAINING,
        supervisor,
        lambda: _propose_plan(history, case),
        otherwise=lambda: None,
    )
    length = (case.last_day - case.first_day).days
    ends_on = case.first_day + timedelta(days=int(length * case.rng.uniform(0.2, 0.8)))
    friday = ends_on + timedelta(days=(_FRIDAY - ends_on.weekday()) % 7)
    if case.chance(_ENDS_EARLY) and friday + timedelta(weeks=1) < case.last_day:
        case.attends_until = friday
        history.agenda.add(friday, Phase.ENDINGS, supervisor, lambda: _end_early(history, case, friday))
    else:
        case.attends_until = case.last_day
        _plan_end(history, case)
        changing.plan(history, case, changing.Course(begin_training, _leave))


# The plan.


def _propose_plan(history: History, case: Case) -> None:
    assert case.officer is not None
    plan = plans.begin_plan(case.placement_id)
    content = replace(plan.content, tasks_sv=tasks_for(case.rng), goals=tuple(goals_for(case.rng)))
    plans.save_plan(plan.id, replace(content, steps=_staircase(case, content.steps)))
    plans.propose_plan(plan.id)
    plan_id = plan.id
    is_at_the_table = case.chance(0.6)
    if is_at_the_table:
        plans.record_participant_agreement(plan_id)
    day = add_working_days(today(), case.rng.randint(1, 4))
    agree = partial(_agree, plan_id, is_witness=not is_at_the_table)
    # A placement that has ended in the meantime needs no plan any more.
    history.agenda.add(day, Phase.CASES, case.officer, agree, otherwise=lambda: None)


def _staircase(case: Case, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Every fourth begins with half of the hours for a month."""
    whole = steps[0]
    full_from = whole.from_day + _SHORT_WEEKS
    if not _begins_short(case) or len(steps) > 1 or full_from >= case.last_day:
        return steps
    return (
        replace(whole, hours_per_week=_shorter(whole.hours_per_week)),
        replace(whole, from_day=full_from),
    )


def _begins_short(case: Case) -> bool:
    return case.number % _SHORT_EVERY == 0


def _shorter(hours_per_week: Decimal) -> Decimal:
    return (hours_per_week / 2).quantize(Decimal(1), ROUND_UP)


def _agree(plan_id: int, *, is_witness: bool) -> None:
    plans.agree_as_case_officer(plan_id)
    if is_witness:
        plans.record_participant_agreement(plan_id)


# Attendance.


def plan_attendance(history: History, first: date, enterprises: list[str]) -> None:
    """Every week's last working day each enterprise files the week. The demo's own people have yet to do the last, and
    were closed from the Thursday of the one before."""
    monday = first - timedelta(days=first.weekday())
    while (days := [monday + timedelta(days=offset) for offset in range(5)])[-1] <= history.ends_on:
        working = [day for day in days if is_working_day(day)]
        is_last = monday + timedelta(days=11) > history.ends_on
        for key in enterprises if working else ():
            if is_last and key == DEMO_ENTERPRISE:
                continue
            supervisor = history.directory.one(history.story.enterprise(key).name, Role.SUPERVISOR)
            is_closed = key == DEMO_ENTERPRISE and monday + timedelta(days=18) > history.ends_on
            file_week = partial(_file_week, history, key, monday, is_closed=is_closed)
            history.agenda.add(working[-1], Phase.ATTENDANCE, supervisor, file_week)
        monday += timedelta(weeks=1)


def _file_week(history: History, enterprise: str, monday: date, *, is_closed: bool) -> None:
    running = history.running.get(enterprise, [])
    entries = [entry for case in running for entry in _week_of(case, monday)]
    if entries:
        at_work = [entry for entry in entries if not is_closed or entry.day.weekday() < _THURSDAY]
        no_training = {
            (entry.placement_id, entry.day): entry.planned_hours for entry in entries if entry not in at_work
        }
        attendance.record_attendance(at_work, no_training=no_training)
        history.counts["days of attendance"] += len(at_work)
    history.running[enterprise] = [case for case in running if case.attends_until > today()]


def _week_of(case: Case, monday: date) -> list[AttendanceEntry]:
    is_short = _begins_short(case) and monday < case.first_day + _SHORT_WEEKS < case.last_day
    hours_per_week = _shorter(case.hours_per_week) if is_short else case.hours_per_week
    planned = spread_hours(hours_per_week, case.days_per_week)  # from Monday on, as the plan has it
    days = [(monday + timedelta(days=weekday), hours) for weekday, hours in enumerate(planned)]
    last = min(case.attends_until, today())
    return [
        _day_of(case, day, hours)
        for day, hours in days
        if case.first_day <= day <= last and is_working_day(day)
    ]


def _day_of(case: Case, day: date, hours: Decimal) -> AttendanceEntry:
    if case.chance(case.attendance_rate):
        actual = hours / 2 if hours > 2 and case.chance(_HALF_A_DAY) else hours
        actual = actual.quantize(Decimal("0.25"))
        return AttendanceEntry(case.placement_id, day, AttendanceKind.PRESENT, hours, actual)
    kind = case.rng.choices(list(_ABSENCES), list(_ABSENCES.values()))[0]
    is_reported = kind is not AttendanceKind.INVALID and case.chance(_REPORTED_SAME_DAY)
    return AttendanceEntry(case.placement_id, day, kind, hours, Decimal(0), is_reported)


# The end.


def _end_early(history: History, case: Case, last_day: date) -> None:
    booking.end_placement_early(case.placement_id, last_day)
    reporting.plan(history, case, is_early=True)


def _plan_end(history: History, case: Case) -> None:
    day = add_working_days(case.last_day, 0)
    history.agenda.add(day, Phase.ENDINGS, history.supervisor(case), lambda: _complete(history, case))


def _complete(history: History, case: Case) -> None:
    """Unless the participant has moved on, or the placement has been made longer."""
    if case.has_moved:
        return
    if case.last_day > today():
        _plan_end(history, case)
        return
    booking.complete_placement(case.placement_id)
    reporting.plan(history, case, is_early=False)


def _leave(history: History, case: Case) -> None:
    """The participant has begun at another place, which ended this placement."""
    reporting.plan(history, case, is_early=True)
