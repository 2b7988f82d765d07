"""The report as a PDF, for its readers and for the participant herself."""

from flask import Response

from marketplace.accounts.models import Organisation
from marketplace.db import get_or_404
from marketplace.web.downloads import pdf_response
from marketplace.web.guards import requires
from placements.plan.queries import diary_number_of, training_head
from placements.report.documents import report_paper
from placements.report.queries import readable_report
from placements.report.views.rooms import READERS, bp


@bp.get("/slutdokumentationer/<int:report_id>/slutdokumentation.pdf")
@requires(*READERS)
def paper(report_id: int) -> Response:
    return paper_of(report_id)


def paper_of(report_id: int) -> Response:
    report = readable_report(report_id)
    head = training_head(report.placement_id)
    authority = get_or_404(Organisation, head.placement.authority_id)
    made = report_paper(report, head, authority.name, diary_number_of(report.placement_id))
    return pdf_response(
        made, f"slutdokumentation-{head.placement.number.lower()}-version-{report.revision}.pdf"
    )
