"""The plan as a PDF, for its readers and for the participant herself."""

from flask import Response

from marketplace.accounts.models import Organisation
from marketplace.db import get_or_404
from marketplace.web.downloads import pdf_response
from marketplace.web.guards import requires
from placements.plan.documents import plan_paper
from placements.plan.queries import diary_number_of, readable_plan, training_head
from placements.plan.views.rooms import READERS, bp


@bp.get("/planer/<int:plan_id>/plan.pdf")
@requires(*READERS)
def paper(plan_id: int) -> Response:
    return paper_of(plan_id)


def paper_of(plan_id: int) -> Response:
    plan = readable_plan(plan_id)
    head = training_head(plan.placement_id)
    authority = get_or_404(Organisation, head.placement.authority_id)
    made = plan_paper(plan, head, authority.name, diary_number_of(plan.placement_id))
    return pdf_response(made, f"aktivitetsplan-{head.placement.number.lower()}-version-{plan.revision}.pdf")
