"""Runs the computations of every feature for one organisation, and notes when."""

from datetime import date

from sqlalchemy import select

from indicators.alerts.services import check_alerts
from indicators.capacity.gap_services import compute_gaps
from indicators.capacity.idle_services import compute_idle
from indicators.capacity.services import compute_capacity
from indicators.changes.queries import uncounted_years
from indicators.changes.services import forget_counts, note_run
from indicators.checkpoints.services import compute_checkpoints
from indicators.choices.services import compute_choices
from indicators.hours.services import note_changed_hours
from indicators.measures.services import compute_measures
from indicators.outcomes.services import compute_mix
from indicators.reports.services import compute_reports
from indicators.suppliers.services import compute_supplier
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor


def compute_authority(authority_id: int, *, is_whole: bool = False) -> None:
    """Capacity by day, and of the years that something has happened to choices, checkpoints and measures; with
    `is_whole` of all days and years. Act as the system for the authority."""
    years = uncounted_years(is_whole=is_whole)
    if is_whole:
        forget_counts(authority_id)
    compute_capacity(authority_id, is_whole=is_whole)
    for compute in (
        compute_idle,
        compute_choices,
        compute_checkpoints,
        compute_measures,
        compute_mix,
        compute_reports,
    ):
        compute(authority_id, years)
    compute_gaps(authority_id, years, is_whole=is_whole)
    check_alerts(authority_id)
    note_changed_hours(authority_id)
    note_run(authority_id)


def compute_enterprise(enterprise_id: int, *, is_whole: bool = False) -> None:
    """An enterprise's own indicators, from the first year that something has happened to. Act as the system for it."""
    if years := uncounted_years(is_whole=is_whole):
        compute_supplier(enterprise_id, date(years[0], 1, 1))
    note_run(enterprise_id)


def compute_all(*, is_whole: bool = False) -> int:
    """Computes here and now for everyone, one transaction each; gives how many organisations."""
    with acting_as(system_actor()), transaction():
        authorities, enterprises = _organisations()
    for authority_id in authorities:
        with acting_as(system_actor(authority_id=authority_id)), transaction():
            compute_authority(authority_id, is_whole=is_whole)
    for enterprise_id in enterprises:
        with acting_as(system_actor(enterprise_id=enterprise_id)), transaction():
            compute_enterprise(enterprise_id, is_whole=is_whole)
    return len(authorities) + len(enterprises)


def _organisations() -> tuple[list[int], list[int]]:
    def of(kind: OrganisationKind) -> list[int]:
        statement = select(Organisation.id).where(Organisation.kind == kind).order_by(Organisation.id)
        return list(db.session.scalars(statement))

    return of(OrganisationKind.AUTHORITY), of(OrganisationKind.ENTERPRISE)
