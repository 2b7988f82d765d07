"""Drafts of invoices: made for many contracts at once, past the ORM, and computed again while they are drafts."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import (
    Insert,
    String,
    Table,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from enterprises.contracts.rules import VatCategory
from invoicing.invoices.document_rules import totals_of
from invoicing.invoices.models import Invoice, InvoiceLine
from invoicing.invoices.rules import InvoiceState
from invoicing.remuneration.contract_rules import ContractFacts, Settled, settle
from invoicing.remuneration.facts import Days, Line, Month, Problem, written_dates_in
from invoicing.remuneration.queries import ContractInTime, contract_facts, lines_of
from invoicing.run.models import Unpriced
from invoicing.run.queries import held_contracts
from marketplace import clock
from marketplace.audit import NewEvent, record_many
from marketplace.db import db, get_or_404
from marketplace.procurement.price_rules import FEES
from marketplace.statements import Prepared
from marketplace.tenancy import acting_as, system_actor
from placements.booking.rules import placement_id_of


def make_drafts(contracts: Sequence[ContractInTime], month: Month) -> int:
    """A draft for each of these contracts that has earned something, or is to give something back; gives how many.

    The contracts are held and have no invoice for the month. Call as the system.
    """
    facts = contract_facts(contracts, month)
    settled = [(contract, settle(facts[contract.id])) for contract in contracts]
    _note_unpriced(settled, facts)
    earning = [(contract, one) for contract, one in settled if one.lines]
    if not earning:
        return 0
    rows = [_invoice(contract, month, one, facts[contract.id]) for contract, one in earning]
    added = db.session.execute(insert(_INVOICE).returning(_INVOICE.c.contract_id, _INVOICE.c.id), rows)
    numbers = {row.contract_id: row.id for row in added}
    _add_lines(
        [
            row
            for contract, one in earning
            for row in _rows(numbers[contract.id], one.lines, facts[contract.id])
        ]
    )
    record_many(
        [
            NewEvent(
                "invoice",
                numbers[contract.id],
                "make",
                contract.authority_id,
                contract.enterprise_id,
                to_state=InvoiceState.DRAFT,
            )
            for contract, _ in earning
        ]
    )
    return len(earning)


def refresh_draft(invoice_id: int) -> bool:
    """Computes a draft again by the facts as they are; gives whether it said something else. Nothing is left of one
    without lines, and what is no longer a draft is left alone.

    Holds the contract and the draft: neither a run nor attendance of the month gets in between.
    """
    draft = get_or_404(Invoice, invoice_id)
    if draft.state is not InvoiceState.DRAFT:
        return False
    with acting_as(system_actor(draft.authority_id, draft.enterprise_id)):
        (contract,) = held_contracts([draft.contract_id], waits=True)
        draft = get_or_404(Invoice, invoice_id, lock=True)
        return draft.state is InvoiceState.DRAFT and _made_again(draft, contract)


def _made_again(draft: Invoice, contract: ContractInTime) -> bool:
    month = Month.of(draft.month)
    facts = contract_facts([contract], month, but_for=draft.id)
    settled = settle(facts[contract.id])
    _note_unpriced([(contract, settled)], facts)
    if settled.lines == lines_of(draft.id):
        return False
    _delete_lines(draft.id)
    if not settled.lines:
        db.session.delete(draft)
        db.session.flush()
        return True
    for name, value in _sums(settled.lines, facts[contract.id]).items():
        setattr(draft, name, value)
    draft.created_at = clock.now()
    db.session.flush()
    _add_lines(list(_rows(draft.id, settled.lines, facts[contract.id])))
    db.session.expire(draft, ["lines"])
    return True


def _invoice(
    contract: ContractInTime, month: Month, settled: Settled, facts: ContractFacts
) -> dict[str, Any]:
    return {
        "contract_id": contract.id,
        "authority_id": contract.authority_id,
        "enterprise_id": contract.enterprise_id,
        "month": month.first_day,
        "created_at": clock.now(),
        **_sums(settled.lines, facts),
    }


def _sums(lines: Iterable[Line], facts: ContractFacts) -> dict[str, int]:
    net: dict[VatCategory, int] = defaultdict(int)
    for line in lines:
        net[facts.agreed[line.month].vat_category] += line.amount_ore
    sums = totals_of(net, is_rounded=facts.agreed[facts.month].is_rounded)
    return {
        "net_ore": sums.net_ore,
        "vat_ore": sums.vat_ore,
        "rounding_ore": sums.rounding_ore,
        "payable_ore": sums.payable_ore,
    }


def _rows(invoice_id: int, lines: Iterable[Line], facts: ContractFacts) -> Iterator[dict[str, Any]]:
    for position, line in enumerate(lines, start=1):
        month = line.month
        yield {
            "invoice_id": invoice_id,
            "position": position,
            "placement_id": placement_id_of(line.placement_number),
            "component": line.component,
            "name_sv": line.description_sv,
            "basis_sv": line.basis_sv,
            "quantity": str(line.quantity),
            "unit_code": line.unit,
            "price_ore": line.price_ore,
            "amount_ore": line.amount_ore,
            "first_day": line.first_day.isoformat(),
            "last_day": line.last_day.isoformat(),
            "days": _date_array(line.days, month),
            "hours": f"{{{','.join(map(str, line.hours))}}}",
            "earned_month": month.first_day.isoformat(),
            "vat_category": facts.agreed[month].vat_category,
            "is_reversed": False,
        }


def _date_array(days: Days, month: Month) -> str:
    """As PostgreSQL writes an array."""
    return f"{{{','.join(written_dates_in(days, month))}}}"


_INVOICE, _LINE = cast(Table, Invoice.__table__), cast(Table, InvoiceLine.__table__)
_GIVEN = (
    "invoice_id position placement_id component name_sv basis_sv quantity unit_code price_ore amount_ore first_day"
    " last_day days hours earned_month vat_category is_reversed"
).split()


def _adding() -> Insert:
    """One statement for any number of lines."""
    columns = [column(name, _LINE.c[name].type) for name in _GIVEN]
    given = func.json_to_recordset(bindparam("rows", type_=String)).table_valued(*columns, name="given")
    return insert(_LINE).from_select(_GIVEN, select(given.render_derived(with_types=True)))


_ADD_LINES = Prepared(_adding().inline(), is_planned_once=True)


def _add_lines(rows: list[dict[str, Any]]) -> None:
    """A fee that is taken back may be paid again: what took it is told so first."""
    back = [row for row in rows if row["component"] in FEES and row["amount_ore"] < 0]
    if back:
        db.session.execute(
            update(InvoiceLine)
            .where(
                tuple_(InvoiceLine.placement_id, InvoiceLine.component).in_(
                    {(row["placement_id"], row["component"]) for row in back}
                ),
                InvoiceLine.quantity > 0,
                ~InvoiceLine.is_reversed,
            )
            .values(is_reversed=True)
            .execution_options(synchronize_session=False)
        )
    _ADD_LINES.write(rows=json.dumps(rows))


def _delete_lines(invoice_id: int) -> None:
    """The fees that a draft took back stand again."""
    back, fee = aliased(InvoiceLine), aliased(InvoiceLine)
    stands_again = db.session.scalars(
        select(func.max(fee.id))
        .join(back, (back.placement_id == fee.placement_id) & (back.component == fee.component))
        .where(
            back.invoice_id == invoice_id,
            back.component.in_(FEES),
            back.quantity < 0,
            fee.invoice_id != invoice_id,
            fee.price_ore == back.price_ore,
            fee.is_reversed,
        )
        .group_by(back.id)
    ).all()
    db.session.execute(delete(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id))
    if stands_again:
        db.session.execute(
            update(InvoiceLine).where(InvoiceLine.id.in_(stands_again)).values(is_reversed=False)
        )


def _note_unpriced(
    settled: Sequence[tuple[ContractInTime, Settled]], facts: Mapping[int, ContractFacts]
) -> None:
    """What was listed of the months that have been looked at whole, and has been mended, goes."""
    looked_at = [(key, month) for key, one in facts.items() for month in one.whole]
    _FORGET.rows(
        contracts=[contract_id for contract_id, _ in looked_at],
        months=[month.first_day for _, month in looked_at],
    )
    for contract, one in settled:
        list_unpriced(contract, one.problems)


def list_unpriced(contract: ContractInTime, problems: Iterable[tuple[Month, Problem]]) -> None:
    rows = [
        {
            "contract_id": contract.id,
            "authority_id": contract.authority_id,
            "enterprise_id": contract.enterprise_id,
            "month": month.first_day,
            "placement_id": placement_id_of(problem.placement_number) if problem.placement_number else None,
            "reason_sv": problem.reason_sv,
            "days": list(problem.days),
        }
        for month, problem in problems
    ]
    if rows:
        db.session.execute(postgresql.insert(_UNPRICED).on_conflict_do_nothing(), rows)


_UNPRICED = cast(Table, Unpriced.__table__)
_FORGET = Prepared(
    text("""
        DELETE FROM unpriced u
        USING unnest(CAST(:contracts AS integer[]), CAST(:months AS date[])) l (contract_id, month)
        WHERE u.contract_id = l.contract_id AND u.month = l.month RETURNING u.id
    """),
    is_planned_once=True,
)
