"""What waits for the person who has signed in: each room adds its rows, the start page lists them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select, func, select

from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.rules import add_working_days, working_days_between
from marketplace.swedish import counted, plain_number, swedish_key
from marketplace.tenancy import Actor, current_actor
from marketplace.web.addresses import own_path
from marketplace.web.filters import relative_day
from marketplace.web.guards import signed_in

bp = Blueprint("start", __name__)


class Due(StrEnum):
    """When a thing should be done, as the start page groups them."""

    LATE = "late"
    TODAY = "today"
    THIS_WEEK = "this_week"
    LATER = "later"
    NO_DAY = "no_day"


DUE_SV = {
    Due.LATE: "Försenat",
    Due.TODAY: "I dag",
    Due.THIS_WEEK: "Den här veckan",
    Due.LATER: "Senare",
    Due.NO_DAY: "Utan datum",
}


def due(deadline: date | None, day: date) -> Due:
    """The group of a deadline as seen on `day`. The week ends on its Sunday; on a day of rest it is the one to come."""
    if deadline is None:
        return Due.NO_DAY
    if deadline <= day:
        return Due.LATE if deadline < day else Due.TODAY
    at_work = add_working_days(day, 0)
    return Due.THIS_WEEK if deadline <= at_work + timedelta(days=7 - at_work.isoweekday()) else Due.LATER


@dataclass(frozen=True)
class WaitingItem:
    """One thing to do: a sentence, its deadline if it has one, and the page where it is done."""

    deadline: date | None
    text_sv: str
    url_endpoint: str
    url_args: dict[str, Any] = field(default_factory=dict)
    kind_sv: str = ""
    count: int = 1
    """How many things the row is of."""

    @property
    def url(self) -> str:
        return url_for(self.url_endpoint, **self.url_args)

    @property
    def due(self) -> Due:
        return due(self.deadline, today())

    @property
    def is_late(self) -> bool:
        return self.due is Due.LATE

    @property
    def when_sv(self) -> str:
        """How far off the deadline is, in working days: "om 2 arbetsdagar", "2 arbetsdagar sen"."""
        if self.deadline is None:
            return ""
        if not self.is_late:
            return relative_day(self.deadline)
        days = working_days_between(self.deadline, today())
        return f"{counted(days, 'arbetsdag', 'arbetsdagar')} sen" if days else "sen sedan helgen"


@dataclass(frozen=True)
class KindCount:
    """How much waits of a kind, and what of it is pressing."""

    kind_sv: str
    total: int
    late: int
    today: int
    next_on: date | None
    """The earliest deadline that is still to come."""

    @property
    def text_sv(self) -> str:
        """In one line: "Närvaro: 3 (2 försenade, 1 i dag)"; where nothing is pressing, when the first is due."""
        told = [
            *([counted(self.late, "försenad", "försenade")] if self.late else []),
            *([f"{self.today} i dag"] if self.today else []),
        ]
        if not told and self.next_on:
            told = [f"{'den första ' if self.total > 1 else ''}{relative_day(self.next_on)}"]
        return f"{self.kind_sv}: {self.total}" + (f" ({', '.join(told)})" if told else "")


Waiting = Callable[[Actor], list[WaitingItem]]
_EXTENSION = "platstorget.waiting"
_FIRST = 20  # rows of the start page before "show the rest"
MOST_TOLD = 100
"""Things of one sort that have a row each; those after them share one."""


def register_waiting(app: Flask, *sources: Waiting) -> None:
    """Let these rooms add rows to the start page. Called by the composition root."""
    app.extensions.setdefault(_EXTENSION, []).extend(sources)


def waiting_for(actor: Actor) -> list[WaitingItem]:
    """Everything that waits for `actor`, oldest deadline first and what has none last; ties by kind and text."""
    sources: list[Waiting] = current_app.extensions.get(_EXTENSION, [])
    items = [item for source in sources for item in source(actor)]
    return sorted(
        items,
        key=lambda item: (item.deadline or date.max, swedish_key(item.kind_sv), swedish_key(item.text_sv)),
    )


def by_kind(items: Iterable[WaitingItem]) -> list[KindCount]:
    """How much there is of each kind, in the order of the first of each."""
    kinds: dict[str, list[WaitingItem]] = {}
    for item in items:
        kinds.setdefault(item.kind_sv, []).append(item)
    return [
        KindCount(
            kind_sv,
            total=sum(item.count for item in same),
            late=sum(item.is_late for item in same),
            today=sum(item.due is Due.TODAY for item in same),
            next_on=next((item.deadline for item in same if not item.is_late), None),
        )
        for kind_sv, same in kinds.items()
    ]


def waits_sv(kinds: Sequence[KindCount]) -> str:
    """ "7 saker väntar på dig, 2 är försenade"."""
    total, late = sum(kind.total for kind in kinds), sum(kind.late for kind in kinds)
    told = f"{counted(total, 'sak', 'saker')} väntar på dig"
    return f"{told}, {late} är {'försenad' if late == 1 else 'försenade'}" if late else told


def told(
    statement: Select[*tuple[Any, ...]],
    item: Callable[..., WaitingItem | None],
    kind_sv: str,
    url_endpoint: str,
    **url_args: str,
) -> list[WaitingItem]:
    """An item for each row of an ordered select, if it is one: for the first of them, and one for all others, with the
    list that has them."""
    rows = db.session.execute(statement.limit(MOST_TOLD + 1)).all()
    items = [found for row in rows[:MOST_TOLD] if (found := item(*row)) is not None]
    if len(rows) > MOST_TOLD:
        whole = select(func.count()).select_from(statement.order_by(None).subquery())
        more = (db.session.scalar(whole) or 0) - MOST_TOLD
        text_sv = f"{plain_number(more)} till: alla finns i listan"
        items.append(WaitingItem(None, text_sv, url_endpoint, url_args, kind_sv, count=more))
    return items


@bp.get("/")
@signed_in
def show() -> ResponseReturnValue:
    actor = current_actor()
    if actor.role is None:
        return redirect(url_for("accounts.choose_membership", next=own_path()))
    items = waiting_for(actor)
    kinds = by_kind(items)
    asked = request.args.get("slag")
    chosen = [item for item in items if asked in (None, item.kind_sv)]
    shown = chosen if request.args.get("alla") else chosen[:_FIRST]
    return render_template(
        "work/start.html",
        kinds=kinds,
        lead=f"{waits_sv(kinds)}." if items else "",
        asked=asked,
        groups=[(DUE_SV[group], list(rows)) for group, rows in groupby(shown, key=lambda item: item.due)],
        hidden=len(chosen) - len(shown),
    )
