"""Writing a budget, and counting what is expected."""

from collections.abc import Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from enterprises.contracts.models import Contract
from invoicing.budget.models import Budget, ExpectedCost
from invoicing.forecast.queries import SIGNED, attended_by, expected_months
from invoicing.forecast.rules import Attended
from invoicing.remuneration.facts import Month
from marketplace import audit, clock
from marketplace.db import db, get_or_404
from marketplace.errors import NotFound
from marketplace.procurement.models import SystemOfChoice
from marketplace.procurement.price_words import kronor_text
from marketplace.tenancy import current_actor

_MONTHS_BACK = 3
"""A month that is this long over and has no invoice is not expected to get one."""


def save_budget(system_id: int, amounts: Mapping[Month, int | None]) -> None:
    """None takes the month's budget away. Raises NotFound for another authority's system."""
    system = get_or_404(SystemOfChoice, system_id)
    if system.authority_id != current_actor().authority_id:
        raise NotFound()
    months = [month.first_day for month in amounts]
    stored = {
        row.month: row.amount_ore
        for row in db.session.scalars(
            select(Budget).where(Budget.system_id == system_id, Budget.month.in_(months)).with_for_update()
        )
    }
    wanted = {month.first_day: ore for month, ore in amounts.items() if ore is not None}
    if stored == wanted:
        return
    db.session.execute(delete(Budget).where(Budget.system_id == system_id, Budget.month.in_(months)))
    rows = [
        {"system_id": system_id, "authority_id": system.authority_id, "month": day, "amount_ore": ore}
        for day, ore in wanted.items()
    ]
    if rows:
        statement = upsert(Budget)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["system_id", "month"], set_={"amount_ore": statement.excluded.amount_ore}
            ),
            rows,
        )
    years = ", ".join(sorted({str(month.year) for month in amounts}))
    audit.record(
        "budget",
        system_id,
        "save",
        authority_id=system.authority_id,
        note_sv=f"{years}: {kronor_text(sum(wanted.values()))}, förut {kronor_text(sum(stored.values()))}",
    )


def count_expected(authority_id: int) -> None:
    """Counts anew what every contract's months will cost, from those that are not invoiced to the end of next year.
    Act as the system for the authority."""
    this = Month.of(clock.today())
    months = [this]
    while len(months) <= _MONTHS_BACK:
        months.insert(0, months[0].previous)
    while months[-1] < Month(this.year + 1, 12):
        months.append(months[-1].next)
    db.session.execute(delete(ExpectedCost).where(ExpectedCost.authority_id == authority_id))
    contracts = _contracts(authority_id, months[0])
    by_system = attended_by(Contract.system_id, contracts)
    share = {one.id: by_system.get(one.system_id, Attended(0, 0)) for one in contracts}
    rows = [
        {
            "contract_id": contract_id,
            "month": month.first_day,
            "authority_id": authority_id,
            "low_ore": one.low_ore,
            "high_ore": one.high_ore,
            "unpriced": one.unpriced,
            "attended_days": one.attended.days,
            "planned_days": one.attended.planned,
            "computed_at": clock.now(),
        }
        for (contract_id, month), one in expected_months(contracts, months, share).items()
        if one.high_ore or one.unpriced
    ]
    if rows:
        db.session.execute(insert(ExpectedCost), rows)


def _contracts(authority_id: int, month: Month) -> list[Contract]:
    """Signed ones that held on some day of the month or hold later."""
    return list(
        db.session.scalars(
            select(Contract)
            .where(
                Contract.authority_id == authority_id,
                SIGNED,
                Contract.ended_on.is_(None) | (Contract.ended_on >= month.first_day),
            )
            .order_by(Contract.id)
        )
    )
