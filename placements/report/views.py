"""Pages of the final report."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace import audit
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.rules import possible_actions
from marketplace.swedish import counted_of, plain_hours
from marketplace.tenancy import current_actor
from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires
from placements.attendance.queries import days_of_placement
from placements.attendance.rules import ABSENCES, ATTENDANCE_KIND_SV, total
from placements.booking.rules import PLACEMENT_STATE_SV
from placements.plan.models import ActivityPlan
from placements.plan.queries import TrainingHead, training_head, versions
from placements.plan.rules import PlanState
from placements.report import queries, services
from placements.report.forms import FileForm, ReceiveForm, ReportFilter, ReportForm, prefilled
from placements.report.models import FinalReport
from placements.report.rules import (
    ENDED_STATES,
    EXIT_REASON_SV,
    REPORT_STATE_SV,
    REPORT_TONE,
    REPORT_TRANSITIONS,
    ReportContent,
    ReportState,
    missing_parts,
    report_deadline,
)

bp = Blueprint("report", __name__)

_READERS = (Role.SUPERVISOR, Role.CASE_OFFICER, Role.COORDINATOR)
_SAVED_SV = "Utkastet är sparat."


@bp.get("/slutdokumentationer")
@requires(*_READERS)
def index() -> ResponseReturnValue:
    """Filed reports; those that wait to be received first."""
    form = ReportFilter()
    return render_template(
        "placements/report/index.html",
        form=form,
        page=queries.reports(form.lage.data, _sort(), page_number()),
        REPORT_STATE_SV=REPORT_STATE_SV,
        REPORT_TONE=REPORT_TONE,
        EXIT_REASON_SV=EXIT_REASON_SV,
    )


@bp.get(f"/slutdokumentationer/lista.{FILE}")
@requires(*_READERS)
def index_file(file_format: str) -> Response:
    """By placement number: a file leaves the system, and names stay in it."""
    header = ("Placering", "Arbetsplats", "Inlämnad", "Sen", "Avslut", "Läge")
    rows = [
        (
            row.placement.number,
            row.enterprise_name,
            row.report.filed_on,
            "Ja" if row.report.is_late else "Nej",
            EXIT_REASON_SV[row.report.exit_reason] if row.report.exit_reason else "",
            REPORT_STATE_SV[row.report.state],
        )
        for row in queries.all_reports(ReportFilter().lage.data, _sort())
    ]
    return file_response(file_format, "slutdokumentationer", header, rows)


def _sort() -> tuple[str, bool]:
    return sort_key(queries.REPORT_SORTS, "vantar")


@bp.get("/placeringar/<int:placement_id>/slutdokumentation")
@requires(*_READERS)
def show(placement_id: int) -> ResponseReturnValue:
    head = training_head(placement_id)
    report = queries.report_of(placement_id)
    role = current_actor().role
    if report is None:
        goes_on = queries.goes_on_elsewhere(placement_id)
        has_ended = head.placement.state in ENDED_STATES and not goes_on
        return render_template(
            "placements/report/none.html",
            head=head,
            has_ended=has_ended,
            goes_on=goes_on,
            due_on=report_deadline(head.placement.last_day, head.report_within),
            may_write=role == Role.SUPERVISOR and head.person is not None and has_ended,
        )
    return render_template(
        "placements/report/show.html",
        head=head,
        report=report,
        facts_sv=_facts(head, report),
        missing=missing_parts(report.content) if report.state == ReportState.DRAFT else [],
        actions=possible_actions(REPORT_TRANSITIONS, report.state, role),
        events=audit.timeline("report", report.id),
        REPORT_STATE_SV=REPORT_STATE_SV,
        REPORT_TONE=REPORT_TONE,
        EXIT_REASON_SV=EXIT_REASON_SV,
    )


@bp.route("/placeringar/<int:placement_id>/slutdokumentation/skriv", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def create(placement_id: int) -> ResponseReturnValue:
    head = training_head(placement_id)
    plan = _agreed_plan(placement_id)
    form = ReportForm(data=prefilled(_from_plan(plan)))
    if form.validate_on_submit():
        try:
            with transaction():
                services.draft_report(placement_id, **form.answers())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_SAVED_SV, "success")
            return redirect(url_for("report.show", placement_id=placement_id))
    return _form_page(form, head, plan)


@bp.route("/slutdokumentationer/<int:report_id>/redigera", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def edit(report_id: int) -> ResponseReturnValue:
    report = queries.readable_report(report_id)
    head = training_head(report.placement_id)
    form = ReportForm(data=prefilled(report.content))
    if form.validate_on_submit():
        try:
            with transaction():
                services.save_report(report_id, **form.answers())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_SAVED_SV, "success")
            return redirect(url_for("report.show", placement_id=head.placement.id))
    return _form_page(form, head, _agreed_plan(head.placement.id))


@bp.route("/slutdokumentationer/<int:report_id>/lamna-in", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def file(report_id: int) -> ResponseReturnValue:
    """The whole report once more, since it is locked afterwards."""
    report = queries.readable_report(report_id)
    head = training_head(report.placement_id)
    form = FileForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.file_report(report_id)
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Slutdokumentationen är inlämnad. Samordnaren och handläggaren kan läsa den.", "success")
            return redirect(url_for("report.show", placement_id=head.placement.id))
    page = render_template(
        "placements/report/file.html",
        form=form,
        head=head,
        report=report,
        missing=missing_parts(report.content),
        is_draft=report.state == ReportState.DRAFT,
        EXIT_REASON_SV=EXIT_REASON_SV,
    )
    return page, form.status()


@bp.route("/slutdokumentationer/<int:report_id>/ta-emot", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
def receive(report_id: int) -> ResponseReturnValue:
    report = queries.readable_report(report_id)
    head = training_head(report.placement_id)
    form = ReceiveForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.receive_report(report_id, next_step_sv=form.next_step_sv.data or "")
        except DomainError as error:
            form.add_error(error)
        else:
            flash("Slutdokumentationen är mottagen och nästa steg är beslutat.", "success")
            return redirect(url_for("report.show", placement_id=head.placement.id))
    page = render_template(
        "placements/report/receive.html",
        form=form,
        head=head,
        report=report,
        EXIT_REASON_SV=EXIT_REASON_SV,
    )
    return page, form.status()


def _agreed_plan(placement_id: int) -> ActivityPlan | None:
    return next((plan for plan in versions(placement_id) if plan.state == PlanState.AGREED), None)


def _from_plan(plan: ActivityPlan | None) -> ReportContent:
    """What plan and work already say, to go on from."""
    if plan is None:
        return ReportContent()
    goals = "\n".join(f"Mål: {goal.text_sv}\nVad vi har sett: \n" for goal in plan.goals)
    return ReportContent(plan.tasks_sv, goals.strip(), plan.adaptations_sv)


def _facts(head: TrainingHead, report: FinalReport | None) -> list[tuple[str, str]]:
    """What plan and attendance tell of the time."""
    sums = total(days_of_placement(head.placement.id))
    absent = [
        f"{ATTENDANCE_KIND_SV[kind].lower()} {days}" for kind in ABSENCES if (days := sums.absent_days[kind])
    ]
    attended = counted_of(sums.attended_days, sums.days, "dag", "dagar")
    plan = _agreed_plan(head.placement.id)
    hours = f"{plain_hours(sums.attended_hours)} av {plain_hours(sums.planned_hours)}"
    facts = [
        ("Period", f"{head.start} till {head.placement.last_day}"),
        ("Avslut", PLACEMENT_STATE_SV[head.placement.state]),
        ("Yrke", head.trade_name),
        ("Närvaro", f"{attended}, {hours} timmar" if sums.days else "Ingen är registrerad"),
        ("Frånvaro, dagar", ", ".join(absent) or "Ingen"),
        ("Plan överenskommen", str(plan.agreed_on) if plan else "Ingen överenskommen plan"),
    ]
    due_on = report.due_on if report else report_deadline(head.placement.last_day, head.report_within)
    return [*facts, ("Lämnas in senast", str(due_on))]


def _form_page(form: ReportForm, head: TrainingHead, plan: ActivityPlan | None) -> ResponseReturnValue:
    page = render_template(
        "placements/report/form.html", form=form, head=head, plan=plan, facts_sv=_facts(head, None)
    )
    return page, form.status()
