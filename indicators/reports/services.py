"""Counts the year tables, and tells those who have asked when a month has been added."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from indicators.changes.services import publish
from indicators.reports import queries
from indicators.reports.models import ReportCell, ReportSubscription
from indicators.reports.rules import ENDPOINT, READERS, REPORT_SV, Report, filled, months_end, published
from invoicing.remuneration.facts import Month
from marketplace.clock import today
from marketplace.db import db
from marketplace.errors import NotAllowed
from marketplace.letters.rules import LetterKind
from marketplace.letters.services import write_letter
from marketplace.tenancy import Actor, current_actor


def compute_reports(authority_id: int, years: Collection[int]) -> None:
    """Counts the years' tables, up to the last whole month. Act as the system for the authority."""
    counted = queries.counts(authority_id, years)
    for year in years:
        rows = [
            {"indicator": indicator, "system_id": system_id, "sex": sex, "persons": persons}
            for sex, cells in (filled(counted[year]) if year in counted else {}).items()
            for (indicator, system_id), persons in published(cells).items()
        ]
        until = min(months_end(today()), date(year + 1, 1, 1))
        publish(ReportCell, {"authority_id": authority_id, "year": year}, until, rows)


def subscribe(report: Report) -> None:
    """A letter to the actor each month from now on. Raises NotAllowed."""
    row = _key(report) | {"told_month": _last_month()}
    db.session.execute(insert(ReportSubscription).values(row).on_conflict_do_nothing())


def unsubscribe(report: Report) -> None:
    db.session.execute(delete(ReportSubscription).filter_by(**_key(report)))


def _key(report: Report) -> dict[str, object]:
    actor: Actor = current_actor()
    if actor.role not in READERS[report]:
        raise NotAllowed("Din roll läser inte den rapporten.")
    return {
        "authority_id": actor.authority_id,
        "user_id": actor.user_id,
        "role": actor.role,
        "report": report,
    }


def tell_of_reports(authority_id: int) -> None:
    """A letter to each who has asked and has not been told of the last month: that it is there, and where. Act as the
    system for the authority."""
    month = _last_month()
    rows = db.session.scalars(
        select(ReportSubscription)
        .where(ReportSubscription.authority_id == authority_id, ReportSubscription.told_month < month)
        .order_by(ReportSubscription.report, ReportSubscription.role, ReportSubscription.user_id)
        .with_for_update()
    )
    for row in rows:
        row.told_month = month
        write_letter(
            authority_id,
            row.role,
            to=row.user_id,
            kind=LetterKind.SUBSCRIPTION,
            subject_sv=f"{REPORT_SV[row.report]}: {Month.of(month).text_sv}",
            text_sv="Rapporten har fått en ny månad. Logga in för att läsa eller hämta den.",
            endpoint=ENDPOINT[row.report],
        )


def _last_month() -> date:
    return Month.of(today()).previous.first_day
