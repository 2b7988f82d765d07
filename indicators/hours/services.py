"""Sends a month of hours: the file is written, and what it said is kept without the personal numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, insert, select

from indicators.hours import queries
from indicators.hours.models import HoursFile, HoursRow
from indicators.hours.rules import (
    LeftOut,
    Line,
    MonthStanding,
    Standing,
    Stay,
    as_text,
    event_number,
    lines_of,
)
from marketplace import audit
from marketplace.accounts.queries import organisation_names
from marketplace.clock import now
from marketplace.crypto import key_ring
from marketplace.db import db
from marketplace.errors import Conflict, NotAllowed
from marketplace.reference.rules import spoken_month
from marketplace.swedish import counted
from marketplace.tenancy import acting_as, current_actor, system_actor
from placements.participants.services import personal_numbers

_HOURS_LOCK = 0x0E5F  # any number that no other advisory lock has
WHOLE_SV = (
    "Filen omfattar hela myndigheten. Den hämtas av en samordnare som svarar för alla myndighetens kommuner."
)

_OTHER_NOW_SV = (
    "Filen är inte densamma som skickades: någon har fått skyddade personuppgifter eller flyttat sedan dess, eller en"
    " organisation heter något annat."
)


@dataclass(frozen=True)
class WrittenMonth:
    """What the file says. Written to whoever asked, and kept nowhere."""

    month: date
    lines: Sequence[Line] = field(repr=False)


def note_changed_hours(authority_id: int) -> None:
    """Counts for how many persons each sent month says something else than is so now. Act as the system for the
    authority."""
    files = queries.newest_files(authority_id)
    found = queries.changes(authority_id, list(files.values()))
    for month, file in files.items():
        file.changed = len({one.participant_id for one in found[month]}) if month in found else 0
    db.session.flush()


def fetch_hours(month: date) -> WrittenMonth:
    """The month's file, which is sent by being fetched when it is its turn. A month that stands as sent is written
    again as it was, less those whose identity has become protected since.

    Raises NotAllowed for whoever does not see everyone in it, Conflict for a month that is not over or not next.
    """
    actor = current_actor()
    authority_id = actor.authority_id
    if authority_id is None or not queries.sees_everyone(actor):
        raise NotAllowed(WHOLE_SV)
    # Two who fetch at once get the same file: the second finds the month sent.
    db.session.execute(select(func.pg_advisory_xact_lock(_HOURS_LOCK, authority_id)))
    with acting_as(system_actor(authority_id=authority_id)):
        note_changed_hours(authority_id)
        months = queries.month_standings(authority_id)
    found = _turn(months, month)
    number = event_number(month)
    if found.standing is Standing.SENT:
        file = queries.newest_files(authority_id)[month]
        lines = _written(queries.stays_sent(file.id))
        is_same = file.seal in key_ring().lookups(as_text(lines))
        note_sv = "" if is_same else _OTHER_NOW_SV
        audit.record("hours_month", number, "fetch", authority_id=authority_id, note_sv=note_sv)
        return WrittenMonth(month, lines)
    with acting_as(system_actor(authority_id=authority_id)):
        stays, left_out = queries.stays_in(authority_id, month)
    lines = _written(stays)
    file = _keep(authority_id, month, stays, left_out, key_ring().lookup(as_text(lines)))
    audit.record(
        "hours_month", number, "send", authority_id=authority_id, note_sv=_note_sv(stays, left_out, file)
    )
    return WrittenMonth(month, lines)


def _turn(months: Sequence[MonthStanding], month: date) -> MonthStanding:
    """Raises Conflict."""
    found = next((one for one in months if one.month == month), None)
    if found is None:
        raise Conflict("Månaden är inte slut, eller ligger före den första som har skickats.")
    if found.standing is not Standing.SENT and not found.may_send:
        due = next(one.month for one in months if one.may_send)
        raise Conflict(f"Månaderna skickas i ordning. Skicka {spoken_month(due.year, due.month)} först.")
    return found


def _written(stays: Sequence[Stay]) -> list[Line]:
    numbers = personal_numbers({stay.participant_id for stay in stays})
    return lines_of(stays, numbers, organisation_names({stay.unit_id for stay in stays}))


def _keep(authority_id: int, month: date, stays: Sequence[Stay], left_out: LeftOut, seal: str) -> HoursFile:
    file = HoursFile(
        authority_id=authority_id,
        month=month,
        sent_at=now(),
        sent_by=current_actor().user_name,
        seal=seal,
        protected=left_out.protected,
        elsewhere=left_out.elsewhere,
    )
    db.session.add(file)
    db.session.flush()
    if stays:
        db.session.execute(
            insert(HoursRow),
            [
                {name: getattr(stay, name) for name in Stay.__slots__}
                | {"file_id": file.id, "authority_id": authority_id}
                for stay in stays
            ],
        )
    return file


def _note_sv(stays: Sequence[Stay], left_out: LeftOut, file: HoursFile) -> str:
    persons = len({stay.participant_id for stay in stays})
    parts = [counted(persons, "deltagare", "deltagare")]
    if left_out.protected:
        parts.append(f"{left_out.protected} med skyddade personuppgifter utelämnade")
    if left_out.elsewhere:
        parts.append(f"{left_out.elsewhere} i andra kommuner utelämnade")
    return f"{', '.join(parts)}. Kontrollsumma {file.seal[:12]}."
