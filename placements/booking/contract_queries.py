"""Contracts that a placement can be booked under: in force over the days, with a price and with room."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, bindparam, func, or_, select, text

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from marketplace.db import db
from marketplace.procurement.models import PriceRow, TermsVersion
from marketplace.procurement.price_rules import PriceDraft
from marketplace.procurement.queries import price_drafts
from marketplace.statements import Prepared
from placements.booking.request_rules import missing_prices


def in_force(first_day: date, last_day: date) -> list[ColumnElement[bool]]:
    """Which contracts carry a placement over the days: the search asks what `contracts_over` asks in the database."""
    return [
        Contract.state == ContractState.ACTIVE,
        Contract.starts_on <= first_day,
        func.coalesce(Contract.ends_on, date.max) >= last_day,
    ]


def has_room(first_day: date, last_day: date) -> ColumnElement[bool]:
    """Which contracts have a seat left under their cap on each of the days, whoever uses the others. The search asks
    the same; the database has the last word."""
    return or_(Contract.capacity_cap.is_(None), func.has_room_under(Contract.id, first_day, last_day))


def contracts_with_room(contract_ids: Iterable[int], first_day: date, last_day: date) -> set[int]:
    statement = select(Contract.id).where(Contract.id.in_(list(contract_ids)), has_room(first_day, last_day))
    return set(db.session.scalars(statement))


def terms_without_price(authority_id: int | None, support_level: str) -> list[int]:
    """Ids of the authority's terms whose price list pays nothing for the level, so that no placement can be booked
    under them."""
    rows = db.session.scalars(
        select(PriceRow)
        .join(TermsVersion, TermsVersion.id == PriceRow.terms_id)
        .where(TermsVersion.authority_id == authority_id)
        .order_by(PriceRow.terms_id, PriceRow.position)
    )
    by_terms = groupby(rows, key=lambda row: row.terms_id)
    return [terms_id for terms_id, prices in by_terms if missing_prices(price_drafts(prices), support_level)]


@dataclass(frozen=True)
class BookableContract:
    """What a request needs to know of a contract."""

    id: int
    ends_on: date | None
    capacity_cap: int | None
    answer_within: int
    rates: list[PriceDraft]
    """What there is a price for: component and support level alone."""


def contracts_over(
    authority_id: int, enterprise_id: int, first_day: date, last_day: date, system_id: int | None = None
) -> list[BookableContract]:
    """Contracts between the two that are in force and last over the days, with what they have prices for; oldest first.
    Only those of the system, where the grant is under one."""
    return bookable(
        _OVER.rows(
            authority=authority_id, enterprise=enterprise_id, first=first_day, last=last_day, system=system_id
        )
    )


_OVER = Prepared(
    select(text("*")).select_from(
        func.contracts_over(
            bindparam("authority", type_=Integer),
            bindparam("enterprise", type_=Integer),
            bindparam("first", type_=Date),
            bindparam("last", type_=Date),
            bindparam("system", type_=Integer),
        )
    ),
    is_planned_once=True,
)


def bookable(rows: Iterable[Sequence[Any]]) -> list[BookableContract]:
    """Of the rows of `contracts_over` in the database: one for each price."""
    return [
        BookableContract(id_, ends_on, cap, within, [PriceDraft(*row[4:]) for row in prices if row[4]])
        for (id_, ends_on, cap, within), prices in groupby(rows, key=lambda row: row[:4])
    ]
