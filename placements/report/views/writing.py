"""The supervisor's draft: begun out of plan and work, saved often, shown to the participant, filed, corrected.

The page and the script that saves behind it post to the same address. What was typed is kept, however long, and a page
that was opened before someone else saved is told and loses nothing.
"""

from collections.abc import Callable

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import transaction
from marketplace.errors import Conflict, Invalid
from marketplace.second_factor.proof import freshly_proved
from marketplace.web.confirm import Question, ask_first, obstacles
from marketplace.web.drafts import is_background, saves_in
from marketplace.web.forms import acted
from marketplace.web.guards import requires
from placements.followup.queries import follow_ups_of
from placements.plan.difference_rules import PartChange
from placements.plan.queries import TrainingHead, training_head
from placements.report import queries, services
from placements.report.content_rules import differences
from placements.report.documents import reading
from placements.report.forms import FileForm, ReportForm
from placements.report.models import FinalReport
from placements.report.rules import (
    REPORT_TRANSITIONS,
    ReportAction,
    ReportState,
    may_be_unreached_from,
    obstacle_to_discard,
)
from placements.report.views.reading import WORDS, facts_of
from placements.report.views.rooms import bp

_SAVED_SV = "Utkastet är sparat."
_SAVED_LONG_SV = "Allt du har skrivit är sparat, men något behöver kortas innan det kan läggas fram."


@bp.post("/placeringar/<int:placement_id>/slutdokumentation/ny")
@requires(Role.SUPERVISOR)
def create(placement_id: int) -> ResponseReturnValue:
    return _begun(
        placement_id,
        lambda: services.begin_report(placement_id),
        "Ett utkast är påbörjat med det som planen redan säger.",
    )


@bp.post("/slutdokumentationer/<int:report_id>/ny-version")
@requires(Role.SUPERVISOR)
def revise(report_id: int) -> ResponseReturnValue:
    return _begun(
        queries.readable_report(report_id).placement_id,
        lambda: services.revise_report(report_id),
        "En ny version är påbörjad och säger det samma som den förra. Rätta och lägg fram den.",
    )


def _begun(placement_id: int, begin: Callable[[], FinalReport], done_sv: str) -> ResponseReturnValue:
    try:
        with transaction():
            report_id = begin().id
    except Conflict as error:
        flash(error.message_sv, "warning")
        return redirect(url_for("report.show", placement_id=placement_id))
    flash(done_sv, "success")
    return redirect(url_for("report.edit", report_id=report_id))


@bp.route("/slutdokumentationer/<int:report_id>/redigera", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def edit(report_id: int) -> ResponseReturnValue:
    report = queries.readable_report(report_id)
    head = training_head(report.placement_id)
    if report.state is not ReportState.DRAFT and request.method == "GET":
        flash("Bara ett utkast kan ändras. Skriv en ny version.", "warning")
        return redirect(url_for("report.version", report_id=report_id))
    form = ReportForm(report.content, report.saves)
    if request.method == "GET":
        form.tell_what_is_long(and_missing="granska" in request.args)
        return _form_page(form, head, report)
    form.validate()
    saves = saves_in(form.saves.data)
    try:
        with transaction():
            saved = services.save_report(report_id, form.content(), saves=saves).saves
    except Conflict as error:
        return _refused(form, head, report_id, error)
    form.tell_what_is_long()
    if is_background():
        return jsonify(saves=saved, message=_SAVED_LONG_SV if form.has_errors() else _SAVED_SV)
    if form.has_errors():
        form.saves.data = str(saved)
        return _form_page(form, head, queries.readable_report(report_id))
    flash(f"{_SAVED_SV} Lägg fram det för deltagaren när det är klart.", "success")
    return redirect(url_for("report.show", placement_id=head.placement.id))


def _refused(form: ReportForm, head: TrainingHead, report_id: int, error: Conflict) -> ResponseReturnValue:
    """Someone has saved since the page was opened: what was typed stays on the page, beside what they wrote."""
    report = queries.readable_report(report_id)
    if is_background():
        return jsonify(message=error.message_sv), Conflict.status
    if report.state is not ReportState.DRAFT or saves_in(form.saves.data) in (None, report.saves):
        form.add_error(error)
        return _form_page(form, head, report)
    form.saves.data = str(report.saves)
    return _form_page(form, head, report, elsewhere=differences(report.content, form.content()))


@bp.post("/slutdokumentationer/<int:report_id>/lagg-fram")
@requires(Role.SUPERVISOR)
def lay_before(report_id: int) -> ResponseReturnValue:
    placement_id = queries.readable_report(report_id).placement_id
    try:
        with transaction():
            services.show_report(report_id)
    except Invalid:
        return redirect(url_for("report.edit", report_id=report_id, granska=1))
    except Conflict as error:
        flash(error.message_sv, "warning")
    else:
        flash("Deltagaren kan nu läsa på sin egen sida. Ni kan också läsa tillsammans.", "success")
    return redirect(url_for("report.show", placement_id=placement_id))


@bp.route("/slutdokumentationer/<int:report_id>/lamna-in", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
@freshly_proved
def file(report_id: int) -> ResponseReturnValue:
    """The whole report once more, with what the participant says of it."""
    report = queries.readable_report(report_id)
    head = training_head(report.placement_id)
    form = FileForm()
    placement_id = report.placement_id
    done_sv = "Slutdokumentationen är inlämnad. Samordnaren och handläggaren kan läsa den."
    if acted(form, lambda: services.file_report(report_id, form.unread_reason.data), done_sv):
        return redirect(url_for("report.show", placement_id=placement_id))
    page = render_template(
        "placements/report/file.html",
        form=form,
        head=head,
        report=report,
        reading=reading(report),
        unreached_from=may_be_unreached_from(report.shown_on or today()),
        **WORDS,
    )
    return page, form.status()


@bp.route("/slutdokumentationer/<int:report_id>/kasta", methods=["GET", "POST"])
@requires(Role.SUPERVISOR)
def discard(report_id: int) -> ResponseReturnValue:
    report = queries.readable_report(report_id)
    back = url_for("report.show", placement_id=report.placement_id)
    none_filed = obstacle_to_discard(version.state for version in queries.versions(report.placement_id))
    question = Question(
        "Kasta utkastet",
        [("Placeringar", url_for("booking.index")), ("Slutdokumentation", back)],
        [
            f"Det som är skrivet i version {report.revision} tas bort.",
            "Den inlämnade versionen fortsätter att gälla.",
        ],
        "Utkastet är borta.",
        back,
        is_ending=True,
        obstacles=obstacles(REPORT_TRANSITIONS, report.state, ReportAction.DISCARD, none_filed),
    )
    return ask_first(question, lambda: services.discard_report(report_id))


def _form_page(
    form: ReportForm, head: TrainingHead, report: FinalReport, *, elsewhere: list[PartChange] | None = None
) -> ResponseReturnValue:
    page = render_template(
        "placements/report/form.html",
        form=form,
        head=head,
        report=report,
        elsewhere=elsewhere,
        facts_sv=facts_of(head),
        follow_ups=[one for one in follow_ups_of(head.placement.id) if one.held_on],
    )
    if elsewhere is not None:
        return page, Conflict.status
    return page, form.status() if request.method == "POST" else 200
