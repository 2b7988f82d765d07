"""The facts that invoices are computed from, for many contracts at once: a number of statements that does not grow with
contracts, placements or days."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, text

from enterprises.contracts.rules import VatCategory
from invoicing.remuneration.contract_rules import (
    Agreed,
    ContractFacts,
    looked_back,
)
from invoicing.remuneration.day_queries import days_on_record, follow_rows_of_absence, limits_rows
from invoicing.remuneration.facts import (
    ContractTerms,
    Line,
    Month,
    PlacementFacts,
    Result,
    Unit,
    day_set,
)
from invoicing.remuneration.price_list import PriceList, read_price_list
from marketplace.db import db
from marketplace.procurement.models import PriceRow
from marketplace.procurement.price_rules import Component
from marketplace.procurement.queries import price_drafts
from marketplace.statements import Prepared
from placements.booking.rules import BEGUN_STATES, placement_number

FEES_MAY_COME_FOR = timedelta(days=184)
"""A placement that ended within this time before the month may still earn a fee: a late report, a late plan."""


@dataclass(frozen=True, slots=True)
class ContractInTime:
    """A contract's parties, and when it is in force: to the day that it ended, or is to end."""

    id: int
    authority_id: int
    enterprise_id: int
    starts_on: date
    ends_on: date | None


def contract_facts(
    contracts: Sequence[ContractInTime], month: Month, *, but_for: int = 0
) -> dict[int, ContractFacts]:
    """By contract, for its invoice of the month. `but_for`: a draft that is computed again, which is not counted as
    invoiced. Call as the system."""
    ids = [contract.id for contract in contracts]
    before = looked_back(month)
    settled_by_themselves, documented = _documents(ids, before)
    asked_again = _months_to_price_again(ids, month)
    agreed = _agreed(
        contracts, month, [month, *before, *(m for months in asked_again.values() for m in months)]
    )
    months: dict[int, dict[Month, Agreed]] = {}
    whole: dict[int, frozenset[Month]] = {}
    for contract in contracts:
        by_month = agreed[contract.id]
        again = _with_rows_of_absence(asked_again.get(contract.id, set()), by_month, month)
        left_out = {one for one in before if (contract.id, one) not in documented and by_month[one].pays_days}
        own = {one for key, one in settled_by_themselves if key == contract.id}
        whole[contract.id] = frozenset(({month} | again | left_out) - own)
        months[contract.id] = {
            one: by_month[one]
            for one in dict.fromkeys([month, *before, *sorted(again)])
            if one not in own and one.last_day >= contract.starts_on
        }
    days = days_on_record(
        [(key, one) for key, its in whole.items() for one in its if months[key].get(one, _NOTHING).pays_days]
    )
    follow_rows_of_absence(days, months)
    placements = _placements(ids, before[-1], month, _results(agreed, before[-1]))
    invoiced = _invoiced(ids, whole, month, but_for)
    return {
        key: ContractFacts(
            month=month,
            agreed=months[key],
            whole=whole[key],
            placements=placements.get(key, ()),
            days=days.get(key, {}),
            invoiced=invoiced.get(key, ()),
        )
        for key in ids
    }


_NOTHING = Agreed(ContractTerms(date.min, None, ()), VatCategory.EXEMPT)

_DOCUMENTS = Prepared(
    text("""
        SELECT contract_id, month, state = 'draft' FROM invoice
        WHERE contract_id = ANY (:contracts) AND month BETWEEN :since AND :until
          AND credits_id IS NULL AND state <> 'credited'
    """),
    is_planned_once=True,
)


def _documents(
    contracts: list[int], before: list[Month]
) -> tuple[set[tuple[int, Month]], set[tuple[int, Month]]]:
    """The months with a draft, which settles its own month by itself, and those with any document of their own."""
    drafts, documented = set(), set()
    given = {"since": before[-1].first_day, "until": before[0].first_day}
    for contract_id, first_day, is_draft in _DOCUMENTS.rows(contracts=contracts, **given):
        documented.add((contract_id, Month.of(first_day)))
        if is_draft:
            drafts.add((contract_id, Month.of(first_day)))
    return drafts, documented


_AGAIN = Prepared(
    text("""
        SELECT contract_id, date_trunc('month', day)::date FROM attendance_correction
        WHERE contract_id = ANY (:contracts) AND corrected_at >= :since AND day < :until
        UNION SELECT contract_id, month FROM unpriced
        WHERE contract_id = ANY (:contracts) AND month < :until
    """),
    is_planned_once=True,
)


def _months_to_price_again(contracts: list[int], month: Month) -> dict[int, set[Month]]:
    """Months before it whose days have been corrected lately, however old they are, or could not be priced."""
    found: dict[int, set[Month]] = defaultdict(set)
    since = looked_back(month)[-1].first_day
    for contract_id, first_day in _AGAIN.rows(contracts=contracts, since=since, until=month.first_day):
        found[contract_id].add(Month.of(first_day))
    return found


_EDITIONS = Prepared(
    text("""
        SELECT contract_id, from_day, terms_id, vat_category, is_rounded FROM contract_edition
        WHERE contract_id = ANY (:contracts) AND state = 'signed' ORDER BY contract_id, number
    """),
    is_planned_once=True,
)


def _agreed(
    contracts: Sequence[ContractInTime], month: Month, months: Iterable[Month]
) -> dict[int, dict[Month, Agreed]]:
    """Each month by the edition that holds for it: see enterprises.contracts.queries.edition_on."""
    editions: dict[int, list[Any]] = defaultdict(list)
    for row in _EDITIONS.rows(contracts=[contract.id for contract in contracts]):
        editions[row.contract_id].append(row)
    lists = _price_lists({row.terms_id for rows in editions.values() for row in rows})
    wanted = set(months)
    wanted |= {later for one in wanted for later in (one.next, one.next.next) if later < month}
    found: dict[int, dict[Month, Agreed]] = {}
    for contract in contracts:
        of_contract: dict[Month, Agreed] = {}
        known: dict[int, Agreed] = {}
        for one in wanted:
            place, row = max(
                enumerate(editions[contract.id]),
                key=lambda item: (item[1].from_day <= one.last_day, item[0]),
            )
            if place not in known:
                listed = lists[row.terms_id]
                known[place] = Agreed(
                    ContractTerms(contract.starts_on, contract.ends_on, listed.components),
                    VatCategory(row.vat_category),
                    listed.problems,
                    row.is_rounded,
                )
            of_contract[one] = known[place]
        found[contract.id] = of_contract
    return found


def _price_lists(terms_ids: set[int]) -> dict[int, PriceList]:
    rows: dict[int, list[PriceRow]] = defaultdict(list)
    statement = select(PriceRow).where(PriceRow.terms_id.in_(terms_ids))
    for row in db.session.scalars(statement.order_by(PriceRow.terms_id, PriceRow.position)):
        rows[row.terms_id].append(row)
    return {terms_id: read_price_list(price_drafts(rows[terms_id])) for terms_id in terms_ids}


def _with_rows_of_absence(months: set[Month], agreed: Mapping[Month, Agreed], until: Month) -> set[Month]:
    """A corrected day also changes which days away come in a row after it, into the months that follow."""
    later = {one for month in months for one in (month.next, month.next.next)}
    return months | {one for one in later if one < until and limits_rows(agreed[one].terms)}


_PLACEMENTS = Prepared(
    text("""
        SELECT p.id, p.contract_id, p.first_day, least(p.last_day, p.ended_on) AS last_day, p.support_level,
               p.moved_from_id, plan.agreed_on, report.filed_on, report.due_on
        FROM placement p
        LEFT JOIN LATERAL (
            SELECT min(a.agreed_on) AS agreed_on FROM activity_plan a WHERE a.placement_id = p.id) plan ON true
        LEFT JOIN LATERAL (
            SELECT r.filed_on, r.due_on FROM final_report r
            WHERE r.placement_id = p.id AND r.filed_on IS NOT NULL AND r.state <> 'draft'
            ORDER BY r.revision LIMIT 1) report ON true
        WHERE p.contract_id = ANY (:contracts) AND p.state = ANY (:states)
          AND p.first_day <= :until AND (p.last_day >= :since OR p.id = ANY (:verified))
        ORDER BY p.id
    """),
    is_planned_once=True,
)
_MOVED_FROM = Prepared(
    text("""
        SELECT p.id, p.contract_id, p.first_day, p.moved_from_id,
               (SELECT min(a.agreed_on) FROM activity_plan a WHERE a.placement_id = p.id) AS agreed_on
        FROM placement p WHERE p.id = ANY (:asked) AND p.state = ANY (:states)
    """),
    is_planned_once=True,
)
_RESULTS = Prepared(
    text("""
        SELECT p.id, o.result_began_on, o.result_verified_on
        FROM placement p JOIN outcome o ON o.placement_id = p.id
        WHERE p.contract_id = ANY (:contracts) AND o.result_verified_on >= :since
    """),
    is_planned_once=True,
)
_BEGUN = sorted(state.value for state in BEGUN_STATES)


def _placements(
    contracts: list[int], oldest: Month, month: Month, results: Mapping[int, Result]
) -> dict[int, list[PlacementFacts]]:
    rows = _PLACEMENTS.rows(
        contracts=contracts,
        states=_BEGUN,
        since=oldest.first_day - FEES_MAY_COME_FOR,
        verified=sorted(results),
        until=month.last_day,
    )
    known = {row.id: row for row in rows}
    _add_moved_from(known)
    continued = {
        row.moved_from_id
        for row in rows
        if row.moved_from_id in known and known[row.moved_from_id].contract_id == row.contract_id
    }
    found: dict[int, list[PlacementFacts]] = defaultdict(list)
    for row in rows:
        chain = _chain(row, known) if row.moved_from_id else []
        found[row.contract_id].append(
            PlacementFacts(
                number=placement_number(row.id),
                first_day=row.first_day,
                last_day=row.last_day,
                level=row.support_level,
                plan_agreed_on=None if any(one.agreed_on for one in chain) else row.agreed_on,
                report_filed_on=row.filed_on,
                report_due_on=row.due_on,
                result=results.get(row.id),
                began_on=min((one.first_day for one in chain), default=None),
                is_continued=row.id in continued,
            )
        )
    return found


def _results(agreed: Mapping[int, Mapping[Month, Agreed]], oldest: Month) -> dict[int, Result]:
    """What has been verified since, by placement, where a contract pays for it."""
    paying = [key for key, months in agreed.items() if any(one.pays_results for one in months.values())]
    if not paying:
        return {}
    rows = _RESULTS.rows(contracts=paying, since=oldest.first_day)
    return {placement_id: Result(began_on, verified_on) for placement_id, began_on, verified_on in rows}


def _add_moved_from(known: dict[int, Any]) -> None:
    """As many queries as the longest row of moves."""
    while asked := {row.moved_from_id for row in known.values() if row.moved_from_id} - known.keys():
        earlier = {row.id: row for row in _MOVED_FROM.rows(asked=sorted(asked), states=_BEGUN)}
        known |= earlier
        if not earlier:
            return


def _chain(row: Any, known: Mapping[int, Any]) -> list[Any]:
    """The placements under the same contract that its participant moved from, one after another."""
    chain: list[Any] = []
    before = known.get(row.moved_from_id)
    while before is not None and before.contract_id == row.contract_id:
        chain.append(before)
        before = known.get(before.moved_from_id)
    return chain


_LINES = """
    SELECT i.contract_id, l.placement_id, l.component, l.name_sv, l.basis_sv, l.quantity, l.unit_code, l.price_ore,
           l.amount_ore, l.first_day, l.last_day, l.days, l.hours
    FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id WHERE
"""
_INVOICED = Prepared(
    text(f"""
        {_LINES} i.contract_id = ANY (:contracts) AND i.id <> :but_for AND i.month >= :since
        AND l.earned_month BETWEEN :since AND :until ORDER BY l.id
    """),
    is_planned_once=True,
)
_OF_INVOICE = Prepared(text(f"{_LINES} i.id = :invoice ORDER BY l.position"), is_planned_once=True)


def _invoiced(
    contracts: list[int], whole: Mapping[int, frozenset[Month]], month: Month, but_for: int
) -> dict[int, list[Line]]:
    """What all documents have asked for and given back of the months that may be settled."""
    since = min([looked_back(month)[-1], *(one for months in whole.values() for one in months)])
    found: dict[int, list[Line]] = defaultdict(list)
    for row in _INVOICED.rows(
        contracts=contracts, since=since.first_day, until=month.first_day, but_for=but_for
    ):
        found[row.contract_id].append(_line(row))
    return found


def lines_of(invoice_id: int) -> list[Line]:
    """As they are stored, in order."""
    return [_line(row) for row in _OF_INVOICE.rows(invoice=invoice_id)]


def _line(row: Any) -> Line:
    return Line(
        placement_number=placement_number(row.placement_id),
        component=Component(row.component),
        description_sv=row.name_sv,
        basis_sv=row.basis_sv,
        quantity=row.quantity,
        unit=Unit(row.unit_code),
        price_ore=row.price_ore,
        amount_ore=row.amount_ore,
        first_day=row.first_day,
        last_day=row.last_day,
        days=day_set(row.days),
        hours=tuple(row.hours),
    )
