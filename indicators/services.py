"""Runs the computations of every feature for one organisation, and notes when."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from indicators.capacity.services import compute_capacity
from indicators.checkpoints.services import compute_checkpoints
from indicators.choices.services import compute_choices
from indicators.costs.services import compute_costs
from indicators.suppliers.models import IndicatorRun
from indicators.suppliers.services import compute_supplier
from marketplace import clock
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import OrganisationKind
from marketplace.db import db, transaction
from marketplace.tenancy import acting_as, system_actor


def compute_authority(authority_id: int, *, is_whole: bool = False) -> None:
    """Capacity, choices, checkpoints and costs of one authority. Act as the system for it."""
    compute_capacity(authority_id, is_whole=is_whole)
    compute_choices(authority_id)
    compute_checkpoints(authority_id)
    compute_costs(authority_id)
    _note_run(authority_id)


def compute_enterprise(enterprise_id: int) -> None:
    """An enterprise's own indicators. Act as the system for it."""
    compute_supplier(enterprise_id)
    _note_run(enterprise_id)


def compute_all(*, is_whole: bool = False) -> int:
    """Computes here and now for everyone, one transaction each; gives how many organisations."""
    with acting_as(system_actor()), transaction():
        authorities, enterprises = _organisations()
    for authority_id in authorities:
        with acting_as(system_actor(authority_id=authority_id)), transaction():
            compute_authority(authority_id, is_whole=is_whole)
    for enterprise_id in enterprises:
        with acting_as(system_actor(enterprise_id=enterprise_id)), transaction():
            compute_enterprise(enterprise_id)
    return len(authorities) + len(enterprises)


def _organisations() -> tuple[list[int], list[int]]:
    def of(kind: OrganisationKind) -> list[int]:
        statement = select(Organisation.id).where(Organisation.kind == kind).order_by(Organisation.id)
        return list(db.session.scalars(statement))

    return of(OrganisationKind.AUTHORITY), of(OrganisationKind.ENTERPRISE)


def _note_run(organisation_id: int) -> None:
    now = clock.now()
    db.session.execute(
        insert(IndicatorRun)
        .values(organisation_id=organisation_id, computed_at=now)
        .on_conflict_do_update(index_elements=[IndicatorRun.organisation_id], set_={"computed_at": now})
    )
