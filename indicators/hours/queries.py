"""The hours of whole months as they are now, as they were sent, and what differs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, text

from indicators.hours.models import HoursFile, HoursRow
from indicators.hours.rules import LeftOut, MonthStanding, Sent, Standing, Stay, standings
from invoicing.remuneration.facts import Month
from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.clock import today
from marketplace.db import db
from marketplace.reference.rules import spoken_month
from marketplace.tenancy import Actor, acting_as, system_actor
from marketplace.web.work import WaitingItem
from placements.participants.models import Participant
from placements.participants.queries import by_name

# A placement that is moved to is part of the same stay, also while it is only accepted: then nobody has left.
_NOW = """
    WITH RECURSIVE part AS (
        SELECT id, id AS first_id, participant_id, unit_id, coalesce(started_on, first_day) AS began_on, ended_on
        FROM placement one
        WHERE authority_id = :authority_id AND state IN ('running', 'completed', 'ended_early')
          AND NOT EXISTS (SELECT FROM placement before WHERE before.id = one.moved_from_id
                          AND before.state IN ('running', 'completed', 'ended_early'))
        UNION ALL
        SELECT one.id, part.first_id, one.participant_id, one.unit_id, coalesce(one.started_on, one.first_day),
               one.ended_on
        FROM placement one JOIN part ON one.moved_from_id = part.id
        WHERE one.state IN ('accepted', 'running', 'completed', 'ended_early')
    ), stay AS (
        SELECT first_id AS placement_id, participant_id, min(began_on) AS started_on,
               CASE WHEN bool_and(ended_on IS NOT NULL) THEN max(ended_on) END AS ended_on,
               (array_agg(unit_id ORDER BY began_on DESC, id DESC))[1] AS unit_id
        FROM part GROUP BY first_id, participant_id
    ), asked AS (
        SELECT month, CAST(month + interval '1 month' AS date) AS after
        FROM unnest(CAST(:months AS date[])) AS month
    ), worked AS (
        SELECT part.first_id AS placement_id, asked.month, sum(attendance.actual_hours) AS hours
        FROM part JOIN counted_attendance attendance ON attendance.placement_id = part.id
        JOIN asked ON asked.month = attendance.day - CAST(extract(day FROM attendance.day) AS integer) + 1
        GROUP BY part.first_id, asked.month
    ), now AS (
        SELECT asked.month, placement_id, participant_id, stay.unit_id, stay.started_on,
               CASE WHEN stay.ended_on < asked.after THEN stay.ended_on END AS ended_on,
               coalesce(worked.hours, 0) AS hours
        FROM asked
        JOIN stay ON stay.started_on < asked.after AND coalesce(stay.ended_on >= asked.month, true)
        LEFT JOIN worked USING (placement_id, month)
    )
"""
_STAYS = text(f"""
    {_NOW}
    SELECT now.placement_id, now.participant_id, now.unit_id, now.started_on, now.ended_on, now.hours,
           person.is_protected, NOT person.kommun_code = ANY (:kommuner) AS is_elsewhere
    FROM now JOIN participant person ON person.id = now.participant_id AND person.disposed_on IS NULL
    ORDER BY now.placement_id
""")  # noqa: S608 - texts of ours

# Whoever may not be in a file now is left out on both sides: that she was in one is no reason to send it again.
_CHANGES = text(f"""
    {_NOW}, sent AS (
        SELECT file.month, line.placement_id, line.participant_id, line.started_on, line.ended_on, line.hours
        FROM hours_file file JOIN hours_row line ON line.file_id = file.id
        WHERE file.id = ANY (:file_ids)
    )
    SELECT month, placement_id, participant_id, sent.hours AS sent, now.hours AS hours
    FROM now FULL JOIN sent USING (month, placement_id, participant_id)
    JOIN participant person ON person.id = participant_id
    WHERE NOT person.is_protected AND person.disposed_on IS NULL AND person.kommun_code = ANY (:kommuner)
      AND (now.started_on, now.ended_on, now.hours) IS DISTINCT FROM (sent.started_on, sent.ended_on, sent.hours)
    ORDER BY month, placement_id
""")  # noqa: S608 - texts of ours

_FIRST_BEGAN = text("""
    SELECT min(coalesce(started_on, first_day)) FROM placement
    WHERE authority_id = :authority_id AND state IN ('running', 'completed', 'ended_early')
""")


@dataclass(frozen=True)
class Change:
    """What was sent of a person's month and what is so now; None where she is not in it. The days may differ too."""

    placement_id: int
    participant_id: int
    sent: Decimal | None
    hours: Decimal | None


def kommuner_of(authority_id: int) -> list[str]:
    return list(db.session.get_one(Organisation, authority_id).kommun_codes)


def sees_everyone(actor: Actor) -> bool:
    """Whether a coordinator answers for every kommun of her authority: a file of some of them is no report."""
    return (
        actor.role is Role.COORDINATOR
        and actor.authority_id is not None
        and set(kommuner_of(actor.authority_id)) <= set(actor.kommun_codes)
    )


@dataclass(frozen=True)
class ChangedPerson:
    participant: Participant
    changes: list[Change]


@dataclass(frozen=True)
class MonthNow:
    """What the month's file would say now."""

    stays: list[Stay]
    left_out: LeftOut
    changed: list[ChangedPerson]
    """Since it was sent, by name."""

    @property
    def persons(self) -> int:
        return len({stay.participant_id for stay in self.stays})

    @property
    def without_hours(self) -> int:
        return sum(not stay.hours for stay in self.stays)

    @property
    def hours(self) -> Decimal:
        return sum((stay.hours for stay in self.stays), Decimal(0))


def month_now(authority_id: int, month: date) -> MonthNow:
    """To whoever sees everyone in it."""
    file = newest_files(authority_id).get(month)
    with acting_as(system_actor(authority_id=authority_id)):
        stays, left_out = stays_in(authority_id, month)
        found = changes(authority_id, [file] if file else [])[month]
    by_person: dict[int, list[Change]] = defaultdict(list)
    for change in found:
        by_person[change.participant_id].append(change)
    people = db.session.scalars(select(Participant).where(Participant.id.in_(by_person)).order_by(by_name))
    return MonthNow(stays, left_out, [ChangedPerson(one, by_person[one.id]) for one in people])


def stays_in(authority_id: int, month: date) -> tuple[list[Stay], LeftOut]:
    """Who is in the month's file, and how many persons are not. For the system."""
    asked = {"authority_id": authority_id, "months": [month], "kommuner": kommuner_of(authority_id)}
    stays: list[Stay] = []
    protected, elsewhere = set(), set()
    for *facts, is_protected, is_elsewhere in db.session.execute(_STAYS, asked):
        stay = Stay(*facts)
        if is_protected:
            protected.add(stay.participant_id)
        elif is_elsewhere:
            elsewhere.add(stay.participant_id)
        else:
            stays.append(stay)
    return stays, LeftOut(len(protected), len(elsewhere))


def stays_sent(file_id: int) -> list[Stay]:
    """Of those whom the actor sees, and whose identity may be in a file now."""
    rows = db.session.execute(
        select(*(getattr(HoursRow, one.name) for one in fields(Stay)))
        .join(Participant, Participant.id == HoursRow.participant_id)
        .where(HoursRow.file_id == file_id, ~Participant.is_protected)
        .order_by(HoursRow.placement_id)
    )
    return [Stay(*row) for row in rows]


def newest_files(authority_id: int) -> dict[date, HoursFile]:
    """Each sent month's latest, by month."""
    newest = (
        select(func.max(HoursFile.id)).where(HoursFile.authority_id == authority_id).group_by(HoursFile.month)
    )
    rows = db.session.scalars(select(HoursFile).where(HoursFile.id.in_(newest)).order_by(HoursFile.month))
    return {row.month: row for row in rows}


def changes(authority_id: int, files: Sequence[HoursFile]) -> dict[date, list[Change]]:
    """What the files say otherwise than is so now, by month. For the system."""
    found: dict[date, list[Change]] = defaultdict(list)
    if files:
        asked = {
            "authority_id": authority_id,
            "months": [file.month for file in files],
            "file_ids": [file.id for file in files],
            "kommuner": kommuner_of(authority_id),
        }
        for month, *facts in db.session.execute(_CHANGES, asked):
            found[month].append(Change(*facts))
    return found


def month_standings(authority_id: int) -> list[MonthStanding]:
    """From the first month that was sent, or while there is none that somebody trained in, to the last that is over."""
    files = newest_files(authority_id)
    first = min(files) if files else db.session.scalar(_FIRST_BEGAN, {"authority_id": authority_id})
    months: list[date] = []
    if first is not None:
        month = Month.of(first)
        while month.last_day < today():
            months.append(month.first_day)
            month = month.next
    return standings(months, {one: Sent(file.id, file.changed) for one, file in files.items()})


def waiting(actor: Actor) -> list[WaitingItem]:
    """The month whose turn it is, to whoever may fetch it, once the authority has begun to send."""
    if actor.authority_id is None or not sees_everyone(actor) or not newest_files(actor.authority_id):
        return []
    due = next((one for one in month_standings(actor.authority_id) if one.may_send), None)
    if due is None:
        return []
    month_sv = spoken_month(due.month.year, due.month.month)
    return [
        WaitingItem(
            None,
            f"Timmar för {month_sv} ska skickas" + (" på nytt" if due.standing is Standing.AGAIN else ""),
            "hours.month",
            {"month": f"{due.month:%Y-%m}"},
            kind_sv="Timmar till ESF",
        )
    ]
