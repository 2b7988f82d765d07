"""Reports that a participant's consent gives another of the authority's member organisations to read."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from marketplace.accounts.rules import Role
from marketplace.errors import NotFound
from marketplace.web.guards import requires
from placements.report import queries
from placements.report.documents import reading
from placements.report.views.reading import WORDS
from placements.report.views.rooms import bp


@bp.get("/slutdokumentationer/delade")
@requires(Role.CASE_OFFICER)
def given() -> ResponseReturnValue:
    return render_template("placements/report/given.html", reports=queries.given_reports())


@bp.get("/slutdokumentationer/delade/<int:report_id>")
@requires(Role.CASE_OFFICER)
def given_one(report_id: int) -> ResponseReturnValue:
    """Asks for the consent each time. A report of the organisation's own participant has its own page."""
    report = queries.readable_report(report_id)
    found = queries.given_reports(report_id)
    if found:
        return render_template(
            "placements/report/given_one.html",
            given=found[0],
            report=report,
            reading=reading(report),
            **WORDS,
        )
    if queries.is_own(report):
        return redirect(url_for("report.version", report_id=report_id))
    raise NotFound("Slutdokumentationen delas inte med er längre.")
