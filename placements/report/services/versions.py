"""What writing and answering share: the versions held while one acts on them, and what is recorded."""

from sqlalchemy import select

from marketplace import audit
from marketplace.db import db, get_or_404
from marketplace.errors import Conflict
from marketplace.tenancy import current_actor
from placements.booking.models import Placement
from placements.report.models import FinalReport
from placements.report.queries import readable_report
from placements.report.rules import ReportState, superseded_sv


def locked_versions(placement_id: int) -> list[FinalReport]:
    """Every version, held until the transaction ends: two who act at once take turns."""
    chosen = select(FinalReport).where(FinalReport.placement_id == placement_id)
    locked = chosen.order_by(FinalReport.revision).with_for_update()
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def locked_report(report_id: int) -> tuple[FinalReport, Placement, list[FinalReport]]:
    """Raises NotFound, also for a draft of someone else's pen, and Conflict for a version that has been replaced."""
    report = readable_report(report_id)
    versions = locked_versions(report.placement_id)
    if report.state is ReportState.REPLACED:
        newest = max((version.revision for version in versions), default=report.revision)
        raise Conflict(superseded_sv(report.revision, newest, current_actor().role))
    return report, get_or_404(Placement, report.placement_id), versions


def record(report: FinalReport, placement: Placement, action: str, before: ReportState | None = None) -> None:
    audit.record(
        "report",
        report.id,
        action,
        authority_id=placement.authority_id,
        enterprise_id=placement.enterprise_id,
        from_state=before,
        to_state=report.state,
        note_sv=f"Version {report.revision}",
    )
