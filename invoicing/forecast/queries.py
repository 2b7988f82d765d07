"""Contracts' months, out of what is on record and what is booked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from enterprises.contracts.models import Contract
from enterprises.contracts.rules import ContractState
from invoicing.forecast.rules import Attended, Expected, Hours, expected
from invoicing.remuneration.contract_rules import ContractFacts, DaysOnRecord
from invoicing.remuneration.facts import Month, PlacementFacts
from invoicing.remuneration.queries import ContractInTime, contract_facts
from marketplace.clock import today
from marketplace.db import db
from placements.attendance.models import AttendanceDay
from placements.attendance.rules import AttendanceKind
from placements.booking.models import Placement
from placements.booking.rules import PLACED_STATES, PlacementState, placement_number
from placements.plan.queries import planned_days

LOOKS_BACK = timedelta(days=182)
"""How far back the share of planned days that were attended is counted."""

Expectations = dict[tuple[int, Month], Expected]
"""By contract and month."""

SIGNED = Contract.state.not_in((ContractState.AWAITING_SIGNATURE, ContractState.WITHDRAWN))


def attended_by(key: Any, contracts: Sequence[Contract]) -> dict[int, Attended]:
    """Of the planned days on record, how many were attended, by a column of the contract. One query."""
    rows = db.session.execute(
        select(key, func.count().filter(AttendanceDay.kind == AttendanceKind.PRESENT), func.count())
        .join(Contract, Contract.id == AttendanceDay.contract_id)
        .where(
            AttendanceDay.contract_id.in_([contract.id for contract in contracts]),
            AttendanceDay.planned_hours > 0,
            AttendanceDay.day > today() - LOOKS_BACK,
        )
        .group_by(key)
        .order_by(key)
    )
    return {number: Attended(days, planned) for number, days, planned in rows}


@dataclass(frozen=True, slots=True)
class Booked:
    placements: Sequence[Placement]
    planned: Mapping[str, Hours]
    """The hours of each planned day, by placement's number."""


def booked(contracts: Sequence[Contract], first_day: date, last_day: date) -> Booked:
    """What touches the days. Act as the system."""
    placements = db.session.scalars(
        select(Placement)
        .where(
            Placement.contract_id.in_([contract.id for contract in contracts]),
            Placement.state.in_(PLACED_STATES),
            Placement.first_day <= last_day,
            Placement.last_day >= first_day,
        )
        .order_by(Placement.id)
    ).all()
    planned = planned_days([row.id for row in placements], first_day, last_day)
    return Booked(placements, {placement_number(key): hours for key, hours in planned.items()})


def in_time(contracts: Sequence[Contract]) -> list[ContractInTime]:
    return [
        ContractInTime(
            one.id, one.authority_id, one.enterprise_id, one.starts_on, one.ended_on or one.ends_on
        )
        for one in contracts
    ]


def expected_months(
    contracts: Sequence[Contract], months: Sequence[Month], attended: Mapping[int, Attended]
) -> Expectations:
    """Months in order, as far as anything is booked; `attended` by contract. Act as the system. The queries grow with
    the months, and not with contracts or placements."""
    known = booked(contracts, months[0].first_day, months[-1].last_day)
    until = max([row.last_day for row in known.placements] + [today()])
    return {
        (contract_id, month): expected_under(
            contract_id, facts, known, attended.get(contract_id, Attended(0, 0))
        )
        for month in months
        if month.first_day <= until
        for contract_id, facts in contract_facts(in_time(contracts), month).items()
        if month in facts.agreed
    }


def expected_under(contract_id: int, facts: ContractFacts, known: Booked, attended: Attended) -> Expected:
    """The month that the facts are of."""
    month = facts.month
    accepted = [
        PlacementFacts(row.number, row.first_day, row.last_day, row.support_level)
        for row in known.placements
        if row.contract_id == contract_id
        and row.state is PlacementState.ACCEPTED
        and row.first_day <= month.last_day
    ]
    return expected(
        facts.agreed[month].terms,
        [*_with_days(facts, month), *accepted],
        known.planned,
        month,
        today=today(),
        attended=attended,
    )


_NO_DAYS = DaysOnRecord(())


def _with_days(facts: ContractFacts, month: Month) -> list[PlacementFacts]:
    days = facts.days.get(month, {})
    return [
        replace(
            one,
            days=days.get(one.number, _NO_DAYS).groups,
            absent_in_a_row=days.get(one.number, _NO_DAYS).absent_in_a_row,
        )
        for one in facts.placements
    ]
