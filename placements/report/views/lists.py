"""Filed reports as a list, and as a file."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from marketplace.web.addresses import page_number, sort_key
from marketplace.web.downloads import FILE, file_response
from marketplace.web.guards import requires
from placements.report import queries
from placements.report.content_rules import EXIT_REASON_SV
from placements.report.forms import ReportFilter
from placements.report.rules import REPORT_STATE_SV, REPORT_TONE
from placements.report.views.rooms import READERS, bp


@bp.get("/slutdokumentationer")
@requires(*READERS)
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
@requires(*READERS)
def index_file(file_format: str) -> Response:
    """By placement number: a file leaves the system, and names stay in it. Nor does it say where a protected person
    is."""
    header = ("Placering", "Arbetsplats", "Inlämnad", "Sen", "Avslut", "Läge")
    rows = [
        (
            row.placement.number,
            "" if row.is_protected else row.enterprise_name,
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
