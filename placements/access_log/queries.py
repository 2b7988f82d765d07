"""The log as the controller searches it, with the signs of each look; the checks drawn; the participant's own list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Time, and_, cast, exists, func, or_, select, tuple_
from sqlalchemy.orm import joinedload

from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM, today
from marketplace.db import Page, db, get_or_404, paginate
from marketplace.errors import Invalid
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor, current_actor
from marketplace.web.work import WaitingItem
from placements.access_log.models import Look, LookCheck
from placements.access_log.rules import CHECK_WITHIN, DAYS_SHOWN, MANY_A_DAY, WORKDAY, Sign

MOST_EXPORTED = 10_000


@dataclass(frozen=True)
class LooksWanted:
    """What the log is narrowed to; None and empty mean all."""

    since: date
    until: date
    participant_id: int | None = None
    user: str = ""
    sign: Sign | None = None
    is_opened: bool = False
    """Only where the answer showed one participant: no lists."""


def last_days() -> LooksWanted:
    return LooksWanted(today() - timedelta(days=DAYS_SHOWN), today())


@dataclass(frozen=True)
class LookRow:
    look: Look
    signs: list[Sign]


def looks(wanted: LooksWanted, page: int = 1) -> Page[LookRow]:
    """The newest first."""
    found = paginate(_with_signs(wanted), page)
    return Page(_rows(found.items), found.total, found.page, found.per_page)


def all_looks(wanted: LooksWanted) -> list[LookRow]:
    """As looks(), for a file. Raises Invalid when there are too many: half a log would pass for a whole."""
    found = db.session.execute(_with_signs(wanted).limit(MOST_EXPORTED + 1)).all()
    if len(found) > MOST_EXPORTED:
        raise Invalid(
            f"Det är fler än {MOST_EXPORTED} visningar. Välj en kortare period och hämta listan igen."
        )
    return _rows(found)


def undrawn(wanted: LooksWanted, count: int) -> list[int]:
    """So many looks by chance, of those that no check has been drawn of."""
    statement = (
        select(Look.id)
        .where(*_narrowed(wanted), ~exists().where(LookCheck.look_id == Look.id))
        .order_by(func.random())
        .limit(count)
    )
    return list(db.session.scalars(statement))


def _with_signs(wanted: LooksWanted) -> Select[*tuple[Any, ...]]:
    signs = _signs(wanted)
    return (
        select(Look, *(signs[sign].label(sign) for sign in Sign))
        .where(*_narrowed(wanted))
        .order_by(Look.at.desc(), Look.id.desc())
    )


def _rows(found: Sequence[Any]) -> list[LookRow]:
    return [
        LookRow(look, [sign for sign, has in zip(Sign, given, strict=True) if has]) for look, *given in found
    ]


def _narrowed(wanted: LooksWanted) -> list[ColumnElement[bool]]:
    conditions = _in_period(wanted)
    if wanted.participant_id is not None:
        conditions.append(Look.participant_id == wanted.participant_id)
    if wanted.user:
        conditions.append(Look.user_name.icontains(wanted.user, autoescape=True))
    if wanted.sign is not None:
        conditions.append(_signs(wanted)[wanted.sign])
    if wanted.is_opened:
        conditions.append(Look.among == 1)
    return conditions


def _in_period(wanted: LooksWanted) -> list[ColumnElement[bool]]:
    return [Look.at >= _midnight(wanted.since), Look.at < _midnight(wanted.until + timedelta(days=1))]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), STOCKHOLM)


def _signs(wanted: LooksWanted) -> dict[Sign, ColumnElement[bool]]:
    """Many is counted within the period that is asked for, whose days are whole."""
    local = func.timezone(STOCKHOLM.key, Look.at)
    day, hour = func.date(local), cast(local, Time)
    busy = (
        select(Look.user_id, day)
        .where(*_in_period(wanted), Look.among == 1)
        .group_by(Look.user_id, day)
        .having(func.count(Look.participant_id.distinct()) > MANY_A_DAY)
    )
    return {
        Sign.PROTECTED: Look.is_protected.is_(True),
        Sign.NUMBER: Look.has_number.is_(True),
        Sign.ANOTHERS: and_(Look.role == Role.CASE_OFFICER, ~Look.is_own),
        Sign.OFF_HOURS: or_(func.extract("isodow", local) > 5, hour < WORKDAY[0], hour >= WORKDAY[1]),
        Sign.MANY: tuple_(Look.user_id, day).in_(busy),
    }


# What has been drawn to be checked.


def checks(page: int = 1) -> Page[LookCheck]:
    """Those that remain first, and then the latest."""
    return paginate(
        select(LookCheck)
        .options(joinedload(LookCheck.look))
        .order_by(LookCheck.outcome.is_not(None), LookCheck.drawn_on.desc(), LookCheck.look_id.desc()),
        page,
    )


def check(look_id: int) -> LookCheck:
    """Raises NotFound."""
    return get_or_404(LookCheck, look_id)


def signs_of(look: Look) -> list[Sign]:
    day = look.at.astimezone(STOCKHOLM).date()
    signs = _signs(LooksWanted(day, day))
    given = db.session.execute(select(*(signs[sign] for sign in Sign)).where(Look.id == look.id)).one()
    return [sign for sign, has in zip(Sign, given, strict=True) if has]


def waiting(actor: Actor) -> list[WaitingItem]:
    """For the controller: looks that are drawn and remain to be gone through."""
    if actor.role is not Role.CONTROLLER:
        return []
    remain = select(func.count(), func.min(LookCheck.drawn_on)).where(LookCheck.outcome.is_(None))
    count, since = db.session.execute(remain).one()
    if not count:
        return []
    return [
        WaitingItem(
            deadline=add_working_days(since, CHECK_WITHIN),
            text_sv=f"Gå igenom stickprovet ur loggen: {count} kvar",
            url_endpoint="access_log.checks",
            url_args={},
            kind_sv="Loggkontroll",
        )
    ]


# The participant's own.


@dataclass(frozen=True)
class OwnLook:
    """What she is told of those who have seen her: when, in which role and where, and not the employee's name."""

    day: date
    role: Role
    organisation_name: str
    times: int


def own_looks() -> list[OwnLook]:
    """By day, the newest first."""
    day = func.date(func.timezone(STOCKHOLM.key, Look.at))
    rows = db.session.execute(
        select(day, Look.role, Look.organisation_name, func.count())
        .where(Look.participant_id == current_actor().participant_id)
        .group_by(day, Look.role, Look.organisation_name)
        .order_by(day.desc(), Look.organisation_name, Look.role)
    )
    return [OwnLook(*row) for row in rows]
