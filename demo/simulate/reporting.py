"""The final report: written out of the plan, read by the participant, filed, some corrected, received."""

from dataclasses import replace
from random import Random

from demo.simulate.agenda import Phase
from demo.simulate.cases import Case
from demo.simulate.history import History
from demo.simulate.texts import RECOMMENDED, comment, exit_reason, reached, report_texts
from marketplace.clock import today
from marketplace.db import get_or_404
from marketplace.reference.rules import add_months, add_working_days
from marketplace.tenancy import acting_as
from placements.access.queries import participant_actor
from placements.booking.models import Placement
from placements.participants import services as participants
from placements.participants.models import Grant
from placements.participants.queries import has_live_placement
from placements.participants.rules import GrantAction, GrantState, LeaveReason
from placements.report import queries, services
from placements.report.content_rules import ExitReason, ReachedGoal, ReportContent
from placements.report.outcome_rules import (
    Education,
    Occupation,
    OutcomeContent,
    Support,
    YearsInSupport,
)
from placements.report.rules import UnreadReason

_IS_LATE, _IS_MISSING, _READS_ALONE, _DECLINES = 0.12, 0.025, 0.15, 0.04
_CORRECTED_EVERY = 8
_CORRECTION = "Skriv också hur mycket tid deltagaren hade per vecka mot slutet."
_CORRECTED = "Mot slutet var deltagaren på plats den tid som står i planens sista steg."
_EVIDENCE = "Anställningsbevis eller antagningsbesked, och ett intyg om att det varar."
_AFTER = {
    ExitReason.WORK: (Occupation.WORK, Support.NONE),
    ExitReason.STUDIES: (Occupation.STUDIES, Support.STUDY_SUPPORT),
    ExitReason.JOB_SEEKING: (Occupation.JOB_SEEKING, Support.UNEMPLOYMENT),
    ExitReason.ORDINARY_PROGRAMME: (Occupation.PROGRAMME, Support.ACTIVITY_GRANT),
    ExitReason.REHABILITATION: (Occupation.REHABILITATION, Support.REHABILITATION_BENEFIT),
    ExitReason.ILLNESS: (Occupation.ILLNESS, Support.SICKNESS_BENEFIT),
    ExitReason.PARENTAL_LEAVE: (Occupation.PARENTAL_LEAVE, Support.PARENTAL_BENEFIT),
}
"""Where each way out leads; else it is not known."""


def plan(history: History, case: Case, *, is_early: bool) -> None:
    """When the report is filed, or that it never is."""
    if case.chance(_IS_MISSING):
        day = add_working_days(today(), 40)
        history.agenda.add(day, Phase.DECISIONS, history.coordinator(case), lambda: _conclude(case))
        return
    delay = case.rng.randint(11, 17) if case.chance(_IS_LATE) else case.rng.randint(2, 8)
    history.agenda.add(
        add_working_days(today(), delay),
        Phase.ENDINGS,
        history.supervisor(case),
        lambda: _file(history, case, is_early=is_early),
    )


def _conclude(case: Case) -> None:
    """Unless the participant has moved on, and the grant lives or has been concluded with the later placement."""
    grant = get_or_404(Grant, case.grant_id)
    if grant.state is GrantState.PLACED and not has_live_placement(grant.id):
        participants.leave_unreported(grant.id, GrantAction.CLOSE, LeaveReason.NO_REPORT)


def write(
    placement_id: int,
    *,
    done_sv: str,
    abilities_sv: str,
    recommended_sv: str,
    exit_reason: ExitReason,
    rng: Random | None = None,
) -> int:
    """A report on the agreed plan's goals, read at the table with the supervisor and filed; gives its id."""
    rng = rng or Random(placement_id)
    agreed = queries.agreed_plan(placement_id)
    goals: tuple[ReachedGoal, ...] = ()
    if agreed is not None:
        goals = tuple(reached(goal, rng) for goal in agreed.content.goals)
    content = ReportContent(done_sv, abilities_sv, goals, "", recommended_sv, exit_reason)
    report_id = services.draft_report(placement_id, content).id
    services.show_report(report_id)
    _read_and_file(report_id, rng)
    return report_id


def _read_and_file(report_id: int, rng: Random) -> None:
    how = rng.random()
    if how < _DECLINES:
        services.file_report(report_id, UnreadReason.DECLINED)
        return
    if how < _DECLINES + _READS_ALONE:
        placement = get_or_404(Placement, queries.readable_report(report_id).placement_id)
        with acting_as(participant_actor(placement.participant_id)):
            services.read_as_participant(report_id, comment(rng))
    else:
        services.record_reading(report_id, comment(rng))
    services.file_report(report_id)


def _file(history: History, case: Case, *, is_early: bool) -> None:
    done, abilities, recommended = report_texts(case.rng)
    why = exit_reason(case.rng, is_early=is_early)
    report_id = write(
        case.placement_id,
        done_sv=done,
        abilities_sv=abilities,
        recommended_sv=recommended,
        exit_reason=why,
        rng=case.rng,
    )
    day = add_working_days(today(), case.rng.randint(2, 8))
    if case.number % _CORRECTED_EVERY == 0:
        asks = history.coordinator(case)
        history.agenda.add(day, Phase.DECISIONS, asks, lambda: _ask(history, case, report_id, why))
    else:
        _plan_reception(history, case, report_id, why)


def _ask(history: History, case: Case, report_id: int, why: ExitReason) -> None:
    services.ask_for_correction(report_id, _CORRECTION)
    history.agenda.add(
        add_working_days(today(), case.rng.randint(1, 4)),
        Phase.ENDINGS,
        history.supervisor(case),
        lambda: _correct(history, case, report_id, why),
    )


def _correct(history: History, case: Case, report_id: int, why: ExitReason) -> None:
    new = services.revise_report(report_id)
    content = new.content
    services.save_report(new.id, replace(content, done_sv=f"{content.done_sv} {_CORRECTED}"))
    services.show_report(new.id)
    _read_and_file(new.id, case.rng)
    _plan_reception(history, case, new.id, why)


def _plan_reception(history: History, case: Case, report_id: int, why: ExitReason) -> None:
    history.agenda.add(
        add_working_days(today(), case.rng.randint(2, 8)),
        Phase.DECISIONS,
        history.coordinator(case),
        lambda: _receive(history, case, report_id, why),
    )


def _receive(history: History, case: Case, report_id: int, why: ExitReason) -> None:
    outcome = _outcome(case.rng, why)
    services.record_outcome(case.placement_id, outcome)
    after_months = queries.result_after_months(case.placement_id)
    if after_months and why in (ExitReason.WORK, ExitReason.STUDIES):
        lasts = replace(outcome, result_began_on=today(), result_evidence_sv=_EVIDENCE)
        history.agenda.add(
            add_working_days(add_months(today(), after_months), 5),
            Phase.DECISIONS,
            history.coordinator(case),
            lambda: services.record_outcome(case.placement_id, lasts),
        )
    services.receive_report(report_id, next_step_sv=RECOMMENDED[case.number % len(RECOMMENDED)])


def _outcome(rng: Random, why: ExitReason) -> OutcomeContent:
    occupation, support = _AFTER.get(why, (Occupation.UNKNOWN, Support.UNKNOWN))
    return OutcomeContent(
        occupation_before=rng.choice((Occupation.NONE, Occupation.REHABILITATION, Occupation.JOB_SEEKING)),
        support_before=(
            rng.choice((Support.SOCIAL_ASSISTANCE, Support.ACTIVITY_GRANT, Support.SICKNESS_BENEFIT)),
        ),
        years_in_support=rng.choice(list(YearsInSupport)),
        education=rng.choice(list(Education)),
        occupation_after=occupation,
        support_after=(support,),
    )
