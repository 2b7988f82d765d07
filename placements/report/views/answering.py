"""The participant reads at the table, with a witness; the authority's side receives, or asks for a correction."""

from collections.abc import Callable

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.second_factor.proof import freshly_proved
from marketplace.web.forms import BaseForm, acted
from marketplace.web.guards import requires
from placements.plan.queries import training_head
from placements.report import queries, services
from placements.report.documents import reading
from placements.report.forms import CorrectionForm, OutcomeForm, ReceiveForm, WitnessForm
from placements.report.rules import ReportState
from placements.report.views.reading import WORDS
from placements.report.views.rooms import bp


@bp.route("/slutdokumentationer/<int:report_id>/deltagaren", methods=["GET", "POST"])
@requires(Role.SUPERVISOR, Role.CASE_OFFICER)
def witness(report_id: int) -> ResponseReturnValue:
    form = WitnessForm()
    return _on_report(
        report_id,
        form,
        "witness",
        lambda: services.record_reading(report_id, form.comment_sv.data or ""),
        "Det är antecknat att deltagaren har läst.",
    )


@bp.route("/slutdokumentationer/<int:report_id>/rattelse", methods=["GET", "POST"])
@requires(Role.COORDINATOR, Role.CASE_OFFICER)
def ask_correction(report_id: int) -> ResponseReturnValue:
    form = CorrectionForm()
    return _on_report(
        report_id,
        form,
        "correction",
        lambda: services.ask_for_correction(report_id, form.text_sv.data or ""),
        "Handledaren har fått veta vad som behöver rättas.",
    )


@bp.route("/slutdokumentationer/<int:report_id>/ta-emot", methods=["GET", "POST"])
@requires(Role.COORDINATOR)
@freshly_proved
def receive(report_id: int) -> ResponseReturnValue:
    form = ReceiveForm()
    return _on_report(
        report_id,
        form,
        "receive",
        lambda: services.receive_report(report_id, next_step_sv=form.next_step_sv.data or ""),
        "Slutdokumentationen är mottagen och nästa steg är beslutat.",
    )


def _on_report(
    report_id: int, form: BaseForm, template: str, service: Callable[[], object], done_sv: str
) -> ResponseReturnValue:
    """The report to read, and a form that does one thing with it or says why not."""
    report = queries.readable_report(report_id)
    placement_id = report.placement_id
    if acted(form, service, done_sv):
        return redirect(url_for("report.show", placement_id=placement_id))
    page = render_template(
        f"placements/report/{template}.html",
        form=form,
        head=training_head(placement_id),
        report=report,
        newest=queries.versions(placement_id)[0],
        reading=reading(report),
        has_outcome=queries.outcome_of(placement_id) is not None,
        ReportState=ReportState,
        **WORDS,
    )
    return page, form.status()


@bp.route("/placeringar/<int:placement_id>/fore-och-efter", methods=["GET", "POST"])
@requires(Role.COORDINATOR, Role.CASE_OFFICER)
def outcome(placement_id: int) -> ResponseReturnValue:
    head = training_head(placement_id)
    known = queries.outcome_of(placement_id)
    form = OutcomeForm(
        known.content if known else None,
        has_result_fee=queries.result_after_months(placement_id) is not None,
    )
    if acted(
        form, lambda: services.record_outcome(placement_id, form.content()), "Före och efter är sparat."
    ):
        return redirect(url_for("report.show", placement_id=placement_id))
    return render_template("placements/report/outcome.html", form=form, head=head), form.status()
