"""The course of a placement: start, end, and an end before its time."""

from datetime import date

from marketplace.errors import Conflict, Invalid
from placements.booking.rules import RESUME_WITHIN, may_resume_until


def check_start(started_on: date, *, first_day: date, last_day: date, today: date) -> None:
    """Raises Invalid for a start outside the placement's days or in the future."""
    if today < first_day:
        raise Invalid(
            f"Placeringen börjar {first_day.isoformat()}. Starten registreras då.", field="started_on"
        )
    if not first_day <= started_on <= min(last_day, today):
        raise Invalid(
            f"Starten kan registreras från och med {first_day.isoformat()} till och med i dag.",
            field="started_on",
        )


def check_never_started(first_day: date, today: date) -> None:
    """Raises Conflict until the start day has passed."""
    if today <= first_day:
        raise Conflict(f"Startdagen {first_day.isoformat()} har inte passerat än.")


def check_completed(last_day: date, today: date) -> None:
    """Raises Conflict before the last day."""
    if today < last_day:
        raise Conflict(
            f"Sista dagen är {last_day.isoformat()}. Slutar placeringen tidigare ska den avbrytas i förtid."
        )


def check_early_end(
    last_day: date, *, first_day: date, planned_last: date, latest_attendance: date | None, today: date
) -> None:
    """The new last day of a placement that ends early. Raises Invalid."""
    if last_day < first_day:
        raise Invalid(
            f"Placeringen började {first_day.isoformat()}. Välj den dagen eller senare.", field="last_day"
        )
    if last_day > today:
        raise Invalid("Sista dagen kan inte ligga i framtiden.", field="last_day")
    if last_day >= planned_last:
        raise Invalid(
            f"Placeringen slutar ändå {planned_last.isoformat()}. Avsluta den då som genomförd.",
            field="last_day",
        )
    if latest_attendance is not None and last_day < latest_attendance:
        raise Invalid(
            f"Det finns närvaro registrerad {latest_attendance.isoformat()}. Välj den dagen eller senare.",
            field="last_day",
        )


def check_resumed(
    last_day: date, *, ended_on: date, planned_last: date, granted_until: date, today: date
) -> None:
    """The new last day of a placement that had ended. Raises Conflict when it is too late, Invalid for the day."""
    if today > may_resume_until(ended_on):
        raise Conflict(
            f"En placering kan öppnas igen inom {RESUME_WITHIN} arbetsdagar. Den här slutade {ended_on.isoformat()}."
        )
    if last_day < max(planned_last, today):
        raise Invalid("Välj en sista dag som inte har passerat.", field="last_day")
    if last_day > granted_until:
        raise Invalid(
            f"Beviljandet gäller till och med {granted_until.isoformat()}. Välj den dagen eller tidigare.",
            field="last_day",
        )
