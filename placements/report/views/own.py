"""The participant's own page of her final report: she reads it, and says what she thinks of it."""

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from marketplace.accounts.rules import MEMBER_KIND_SV, MemberKind, Role
from marketplace.db import transaction
from marketplace.errors import Conflict, Invalid
from marketplace.tenancy import current_actor
from marketplace.web.guards import CODE_AGAIN_SV, requires
from placements.plan.queries import training_head
from placements.report import queries, services
from placements.report.content_rules import EXIT_REASON_EASY_SV, GOAL_RESULT_SV
from placements.report.forms import CommentForm
from placements.report.rules import FILED_STATES, ReportState
from placements.report.views.papers import paper_of

bp = Blueprint("own_report", __name__, url_prefix="/min-sida/slutdokumentationer")


@bp.errorhandler(CSRFError)
def session_over(error: CSRFError) -> ResponseReturnValue:
    flash(CODE_AGAIN_SV, "warning")
    return redirect(url_for("access.enter"))


@bp.route("/<int:report_id>", methods=["GET", "POST"])
@requires(Role.PARTICIPANT)
def show(report_id: int) -> ResponseReturnValue:
    """The report, and below it one box for her own words."""
    report = queries.readable_report(report_id)
    form = CommentForm()
    if form.validate_on_submit():
        try:
            with transaction():
                services.read_as_participant(report_id, form.comment_sv.data or "")
        except (Conflict, Invalid) as error:
            form.add_error(error)  # what she wrote stays on the page
        else:
            flash("Tack! Det du har skrivit sparas tillsammans med texten.", "success")
            return redirect(url_for("own_report.show", report_id=report_id))
    page = render_template(
        "placements/report/own.html",
        form=form,
        report=report,
        newest=queries.versions(report.placement_id)[0],
        head=training_head(report.placement_id),
        may_answer=report.state is ReportState.SHOWN and report.read_at is None,
        is_filed=report.state in FILED_STATES,
        given_to=[
            MEMBER_KIND_SV[MemberKind(consent.scope.value)]
            for consent in queries.readers_by_consent(current_actor().participant_id or 0)
        ],
        GOAL_RESULT_SV=GOAL_RESULT_SV,
        EXIT_REASON_EASY_SV=EXIT_REASON_EASY_SV,
    )
    return page, form.status()


@bp.get("/<int:report_id>/slutdokumentation.pdf")
@requires(Role.PARTICIPANT)
def paper(report_id: int) -> Response:
    return paper_of(report_id)
