"""The demo's story, small: what came to be, what waits for whom, and that it comes out the same each time."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, text

from demo.problems import DemoProblem
from demo.seed import load
from demo.simulate.foundation import PASSWORD, demo_email
from demo.simulate.run import parts, shares
from demo.simulate.waiting import EXTRA
from demo.story import read_story
from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from indicators.capacity.models import CapacityDay, CapacityGap, CapacityIdle
from indicators.changes.models import IndicatorRun
from indicators.choices.count_queries import count_year
from indicators.choices.rules import ChoiceStep
from indicators.definitions.keys import Indicator
from indicators.hours.models import HoursFile, HoursRow
from indicators.hours.queries import month_standings, newest_files
from indicators.hours.rules import Standing
from indicators.measures import services as measures
from indicators.measures.rules import counted_until
from indicators.outcomes import services as outcomes
from indicators.outcomes.mix_rules import Cell, Count
from indicators.reports.queries import counts as year_counts
from indicators.reports.rules import filled
from indicators.suppliers.models import SupplierIndicator
from invoicing.invoices.models import Invoice
from marketplace.accounts.models import Membership, Organisation, User
from marketplace.accounts.queries import actor_in
from marketplace.accounts.rules import OrganisationKind, Role
from marketplace.accounts.services import user_with_password
from marketplace.clock import now, today
from marketplace.db import db
from marketplace.outbox import Outbox
from marketplace.tenancy import Actor, acting_as, system_actor
from marketplace.web.work import waiting_for
from placements.assignment.models import DefaultAssignment
from placements.attendance.models import AttendanceDay
from placements.booking.models import Placement
from placements.booking.rules import PlacementState
from placements.choice.models import ChoiceRound
from placements.choice.rules import ChoiceState
from placements.followup.models import AgreedAction, FollowUp
from placements.followup.rules import FollowUpState
from placements.participants.models import Participant
from placements.report.models import FinalReport, ReportGoal
from placements.report.rules import ReportState
from placements.visits.models import StudyVisit
from placements.visits.rules import VisitState
from tests.support.application import Database, application_on_a_copy
from tests.support.servers import Servers
from tests.support.slow_capacity import count_capacity, count_idle
from tests.support.slow_choices import count_choices
from tests.support.slow_gaps import count_waiting
from tests.support.slow_measures import SlowMeasures
from tests.support.slow_mix import count_mix
from tests.support.slow_suppliers import SlowSupplier
from tests.support.slow_year import count_slowly

PARTICIPANTS = 150
DEMO_ROLES = tuple(role for role in Role if role not in {Role.SYSTEM, Role.PARTICIPANT})
pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Loaded:
    database: Database
    counts: Counter[str]
    lines: list[str]


@pytest.fixture(scope="module")
def loaded(servers: Servers) -> Iterator[Loaded]:
    with application_on_a_copy(servers) as database, database.app.app_context():
        lines: list[str] = []
        counts = load(PARTICIPANTS, lines.append, processes=1)
        yield Loaded(database, counts, lines)
        db.session.remove()


def actors(role: Role) -> list[Actor]:
    with acting_as(system_actor()):
        rows = db.session.scalars(select(Membership).where(Membership.role == role).order_by(Membership.id))
        return [actor_in(row, row.user) for row in rows]


def everywhere(statement: object) -> list[tuple[object, ...]]:
    """The rows of every authority, one after the other: nobody sees them all at once."""
    with acting_as(system_actor()):
        authorities = list(
            db.session.scalars(select(Organisation.id).where(Organisation.kind == OrganisationKind.AUTHORITY))
        )
    rows: list[tuple[object, ...]] = []
    for authority_id in authorities:
        with acting_as(system_actor(authority_id)):
            rows += [tuple(row) for row in db.session.execute(statement)]  # type: ignore[call-overload]
    return rows


def test_bad_rows_are_told_by_name(loaded: Loaded) -> None:
    told = [line for line in loaded.lines if line.startswith("Left out")]
    assert len(told) == 2
    assert "212000-2892" in told[0]
    assert "212100-2114" in told[1]


def test_some_have_visited_and_the_demos_own_is_going_to(loaded: Loaded) -> None:
    held = everywhere(select(StudyVisit.id).where(StudyVisit.state == VisitState.HELD))
    booked = everywhere(select(StudyVisit.starts_at).where(StudyVisit.state == VisitState.BOOKED))
    assert held
    assert min(booked)[0] < now() < max(booked)[0]  # type: ignore[operator]


def test_as_many_participants_as_asked_for(loaded: Loaded) -> None:
    rows = everywhere(select(func.count(Participant.id), func.max(Participant.authority_id)))
    assert len(rows) == 6
    assert sum(row[0] for row in rows) == PARTICIPANTS  # type: ignore[misc]


def test_authorities_have_their_share() -> None:
    planned = shares(read_story(), 2500)
    assert planned["os"] + EXTRA == 715
    assert [planned[key] for key in ("hbs", "sodertalje", "varna", "sodrar", "stockholm")] == [
        523, 533, 355, 170, 204,
    ]  # fmt: skip


def test_three_in_five_are_women(loaded: Loaded) -> None:
    sexes = Counter(row[0] for row in everywhere(select(Participant.sex)))
    assert 0.55 < sexes["woman"] / sum(sexes.values()) < 0.65


def test_placements_have_come_to_every_kind_of_end(loaded: Loaded) -> None:
    states = Counter(row[0] for row in everywhere(select(Placement.state)))
    for state in (
        PlacementState.REQUESTED,
        PlacementState.RUNNING,
        PlacementState.COMPLETED,
        PlacementState.ENDED_EARLY,
    ):
        assert states[state] > 0, state


def test_some_do_not_choose_and_the_turn_goes_round(loaded: Loaded) -> None:
    turns = [row[0] for row in everywhere(select(DefaultAssignment.turn).order_by(DefaultAssignment.turn))]
    assert turns, "nobody left it to the turn order"
    assigned = everywhere(select(func.count()).where(ChoiceRound.state == ChoiceState.ASSIGNED))
    assert sum(row[0] for row in assigned) == len(turns)  # type: ignore[misc]


def test_contracts_are_in_force_and_one_application_was_turned_down(loaded: Loaded) -> None:
    rows = everywhere(select(Contract.state, Contract.enterprise_id))
    wanted = sum(len(enterprise.authorities) for enterprise in read_story().enterprises)
    assert len(rows) == wanted
    assert {row[0] for row in rows} == {ContractState.ACTIVE}
    rejected = everywhere(text("SELECT id FROM application WHERE state = 'rejected'"))
    assert len(rejected) == 1


def test_attendance_and_invoices_belong_together(loaded: Loaded) -> None:
    assert sum(row[0] for row in everywhere(select(func.count()).select_from(AttendanceDay))) > 500  # type: ignore[misc]
    states = Counter(row[0] for row in everywhere(select(Invoice.state)))
    assert {"sent", "paid"} <= set(states)


def test_follow_ups_are_held_with_something_to_do_and_some_are_late(loaded: Loaded) -> None:
    states = Counter(row[0] for row in everywhere(select(FollowUp.state)))
    assert states[FollowUpState.HELD] > 10
    assert states[FollowUpState.MISSED] > 0
    is_late = (FollowUp.state == FollowUpState.PLANNED, FollowUp.due_on < today())
    assert everywhere(select(FollowUp.id).where(*is_late))
    left = AgreedAction.done_on.is_(None)
    assert everywhere(select(AgreedAction.id).where(left, AgreedAction.due_on < today()))


def test_reports_say_what_became_of_the_goals_and_are_read_first(loaded: Loaded) -> None:
    rows = everywhere(select(FinalReport.state, FinalReport.comment_sv, FinalReport.read_at))
    assert ReportState.RECEIVED in {row[0] for row in rows}
    assert any(row[1] for row in rows)
    assert len([row for row in rows if row[2]]) > len(rows) / 2
    assert len(everywhere(select(ReportGoal.position))) > len(rows)


def test_nothing_is_left_for_the_worker(loaded: Loaded) -> None:
    with acting_as(system_actor()):
        waiting = db.session.scalars(select(Outbox.topic).where(Outbox.processed_at.is_(None))).all()
    assert waiting == []


def test_indicators_are_computed_for_everyone(loaded: Loaded) -> None:
    assert len(everywhere(select(IndicatorRun.organisation_id))) == 6


def test_year_tables_are_what_a_slow_count_gives(loaded: Loaded) -> None:
    years = (today().year - 1, today().year)
    for (authority_id,) in everywhere(select(Participant.authority_id).distinct()):
        assert isinstance(authority_id, int)
        with acting_as(system_actor(authority_id)):
            slowly = count_slowly(authority_id, years)
            quickly = year_counts(authority_id, years)
        assert {year: filled(quickly[year]) for year in years} == {
            year: filled(slowly[year]) for year in years
        }


def test_measures_are_what_a_slow_count_gives(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measures, "hidden_cells", lambda table: frozenset())
    until, years = counted_until(today()), (today().year - 1, today().year)
    for (authority_id,) in everywhere(select(Participant.authority_id).distinct()):
        assert isinstance(authority_id, int)
        slowly = SlowMeasures(authority_id, until)
        with acting_as(system_actor(authority_id)):
            slowly.count()
            counted = {
                (year, row["indicator"], row["by"], row["key"]): [row["numerator"], row["denominator"]]
                for year in years
                for row in measures.rows_of_year(authority_id, year, until)
            }
        wanted = {key: sums for key, sums in slowly.sums.items() if key[0] in years}
        assert {key: sums for key, sums in counted.items() if sums[1]} == wanted


def test_every_day_of_capacity_is_what_a_slow_count_gives(loaded: Loaded) -> None:
    authorities = {
        authority_id for (authority_id,) in everywhere(select(CapacityDay.authority_id).distinct())
    }
    assert len(authorities) == 6
    for authority_id in authorities:
        assert isinstance(authority_id, int)
        with acting_as(system_actor(authority_id)):
            counted = {
                (row.day, row.enterprise_id, row.kommun_code, row.ssyk): (
                    row.seats,
                    row.closed,
                    row.held,
                    row.booked,
                    row.free_within_14_days,
                )
                for row in db.session.scalars(select(CapacityDay).filter_by(authority_id=authority_id))
            }
            days = {day for day, *_ in counted}
            assert counted == count_capacity(authority_id, min(days), max(days))


def test_days_that_seats_stood_empty_are_what_a_slow_count_gives(loaded: Loaded) -> None:
    lengths = 0
    for (authority_id,) in everywhere(select(CapacityDay.authority_id).distinct()):
        assert isinstance(authority_id, int)
        with acting_as(system_actor(authority_id)):
            counted = {
                (row.year, row.enterprise_id, row.kommun_code, row.ssyk, row.days): row.gaps
                for row in db.session.scalars(select(CapacityIdle).filter_by(authority_id=authority_id))
            }
            assert counted == count_idle(authority_id, today())
        lengths += len(counted)
    assert lengths > 5


def test_whom_suppliers_have_trained_is_what_a_slow_count_gives(
    loaded: Loaded, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[dict[Cell, Count]] = []

    def note(counts: dict[Cell, Count]) -> dict[Cell, int]:
        counted.append(dict(counts))
        return {}

    monkeypatch.setattr(outcomes, "published", note)
    cells = 0
    for (authority_id,) in everywhere(select(Participant.authority_id).distinct()):
        assert isinstance(authority_id, int)
        years = (today().year - 1, today().year)
        with acting_as(system_actor(authority_id)):
            outcomes.compute_mix(authority_id, years)
            until = counted_until(today(), 1)
            slowly = [count_mix(authority_id, year, until) for year in years]
            db.session.rollback()
        assert counted[-2:] == slowly
        cells += sum(map(len, slowly))
    assert cells > 20


def test_those_who_wait_are_what_a_slow_count_gives(loaded: Loaded) -> None:
    shown = 0
    for (authority_id,) in everywhere(select(CapacityGap.authority_id).distinct()):
        assert isinstance(authority_id, int)
        with acting_as(system_actor(authority_id)):
            months: dict[date, dict[tuple[str, str], int | None]] = defaultdict(dict)
            for row in db.session.scalars(select(CapacityGap).filter_by(authority_id=authority_id)):
                months[row.month][row.kommun_code, row.ssyk] = row.waiting
            for month, told in months.items():
                slowly = count_waiting(authority_id, (month + timedelta(days=31)).replace(day=1))
                numbers = {cell: waiting for cell, waiting in told.items() if waiting is not None}
                assert numbers == {cell: slowly[cell] for cell in numbers}
                assert not any(slowly[cell] < 5 for cell, waiting in numbers.items() if waiting)
                shown += len(numbers)
    assert shown


def test_suppliers_own_numbers_are_what_a_slow_count_gives(loaded: Loaded) -> None:
    """How full their places are is the authorities' capacity, each day of each trade once."""
    used: dict[tuple[int, date, str, str], tuple[int, int]] = {}
    for (authority_id,) in sorted(everywhere(select(CapacityDay.authority_id).distinct())):
        assert isinstance(authority_id, int)
        with acting_as(system_actor(authority_id)):
            for row in db.session.scalars(select(CapacityDay).filter_by(authority_id=authority_id)):
                key = row.enterprise_id, row.day, row.kommun_code, row.ssyk
                used.setdefault(key, (row.booked, row.seats - row.closed))
    for enterprise_id in {key[0] for key in used}:
        full: dict[tuple[date, str], tuple[int, int]] = {}
        for (seller, day, *_), (booked, open_) in used.items():
            if seller == enterprise_id and day < today():
                month = day.replace(day=1), str(Indicator.OCCUPANCY)
                former = full.get(month, (0, 0))
                full[month] = former[0] + booked, former[1] + open_
        with acting_as(system_actor(enterprise_id=enterprise_id)):
            counted = {
                (row.month, row.indicator): (row.numerator, row.denominator)
                for row in db.session.scalars(select(SupplierIndicator))
            }
            slowly = SlowSupplier(enterprise_id, today()).count()
        assert counted == slowly | {key: pair for key, pair in full.items() if pair[1]}


def test_choices_are_what_a_slow_count_gives(loaded: Loaded) -> None:
    until, steps = counted_until(today()), set()
    for (authority_id,) in everywhere(select(ChoiceRound.authority_id).distinct()):
        assert isinstance(authority_id, int)
        with acting_as(system_actor(authority_id)):
            slow = count_choices(authority_id, until)
            for year in (today().year - 1, today().year):
                counted = count_year(authority_id, year, until, slow.kinds)
                told = {
                    (year, sex, cell.step, cell.by, cell.key, cell.dominance): count.choices
                    for sex, cells in counted.funnel.items()
                    for cell, count in cells.items()
                    if count.choices
                }
                assert told == {key: choices for key, choices in slow.choices.items() if key[0] == year}
                steps |= {key[2] for key in told}
    assert steps == set(ChoiceStep)


def test_months_of_hours_are_the_days_that_were_attended(loaded: Loaded) -> None:
    """Every month that stands as sent says of each person what her days do, and there is one left to send."""
    (authority_id,) = {row[0] for row in everywhere(select(HoursFile.authority_id))}
    assert isinstance(authority_id, int)
    with acting_as(system_actor(authority_id)):
        standing = {one.month: one for one in month_standings(authority_id)}
        assert standing[max(standing)].standing is Standing.TO_SEND
        days = db.session.execute(
            select(AttendanceDay.day, Placement.participant_id, AttendanceDay.actual_hours)
            .join(Placement, Placement.id == AttendanceDay.placement_id)
            .where(Placement.participant_id.in_(select(Participant.id).where(~Participant.is_protected)))
        ).all()
        for month, file in newest_files(authority_id).items():
            said, attended = Counter[int](), Counter[int]()
            for row in db.session.scalars(select(HoursRow).where(HoursRow.file_id == file.id)):
                said[row.participant_id] += int(row.hours * 100)
            for day, participant_id, hours in days:
                if day.replace(day=1) == month:
                    attended[participant_id] += int(hours * 100)
            assert standing[month].changed or +said == +attended, month


@pytest.mark.parametrize("role", [role for role in DEMO_ROLES if role is not Role.STRATEGIST])
def test_work_waits_for_the_demo_person_of_each_role(loaded: Loaded, role: Role) -> None:
    with acting_as(system_actor()):
        user = db.session.scalars(select(User).where(User.email == demo_email(role))).one()
        membership = user.memberships[0]
        assert membership.role is role
        actor = actor_in(membership, user)
    with loaded.database.app.test_request_context(), acting_as(actor):
        assert waiting_for(actor), role


def test_demo_people_sign_in_with_the_demos_password(loaded: Loaded) -> None:
    for role in DEMO_ROLES:
        with acting_as(system_actor()):
            assert user_with_password(demo_email(role), PASSWORD) is not None, role


def test_one_person_has_two_places_to_act(loaded: Loaded) -> None:
    strategist = [actor for actor in actors(Role.STRATEGIST) if actor.user_name == "Stella Ståtkvist"]
    assert len({actor.authority_id for actor in strategist}) == 2


def test_a_filled_database_is_refused(loaded: Loaded) -> None:
    with pytest.raises(DemoProblem, match="not empty"):
        load(20, print, processes=1)


def test_parts_share_no_enterprise() -> None:
    story = read_story()
    groups = parts(story)
    assert sorted(key for group in groups for key in group) == sorted(a.key for a in story.authorities)
    for enterprise in story.enterprises:
        assert sum(bool(set(enterprise.authorities) & set(group)) for group in groups) == 1
    assert len(groups) > 1


# The same each time.

_COUNTS = (
    "SELECT count(*), sum(birth_year), min(name), max(name) FROM participant",
    "SELECT state, count(*), sum(first_day - DATE '2000-01-01') FROM placement GROUP BY state ORDER BY state",
    "SELECT kind, count(*), sum(actual_hours) FROM attendance_day GROUP BY kind ORDER BY kind",
    "SELECT state, count(*), sum(payable_ore) FROM invoice GROUP BY state ORDER BY state",
    "SELECT ssyk, count(*) FROM shown_place GROUP BY ssyk ORDER BY ssyk",
)


def _without_ids() -> list[list[tuple[object, ...]]]:
    """What came to be."""
    return [everywhere(text(statement)) for statement in _COUNTS]


def test_the_same_story_comes_out_whatever_the_number_of_processes(loaded: Loaded, servers: Servers) -> None:
    by_one = _without_ids()
    with application_on_a_copy(servers) as database, database.app.app_context():
        load(PARTICIPANTS, lambda line: None, processes=2)
        by_two = _without_ids()
        db.session.remove()
    assert by_one == by_two
