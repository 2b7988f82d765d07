"""A study visit as an iCalendar file (RFC 5545): for a calendar on a telephone as well as an office's.

It names the place and never the visitor: calendars are shared, and copied to servers that we know nothing of.
"""

from datetime import timedelta

from icalendar import Calendar, Event

from marketplace.clock import STOCKHOLM, now
from placements.visits.models import StudyVisit
from placements.visits.rules import VisitState, local_day

CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar_file(visit: StudyVisit) -> bytes:
    """The visit with the time zone it is in. A cancelled one takes away what an earlier file put in the calendar: the
    same UID, a higher SEQUENCE, and the method CANCEL (RFC 5546, 3.2.5)."""
    is_cancelled = visit.state is VisitState.CANCELLED
    calendar = Calendar()
    calendar.add("prodid", "-//Platstorget//Studiebesok//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_cancelled else "PUBLISH")
    calendar.add_component(_event(visit, is_cancelled=is_cancelled))
    # The zone's rules of a year on each side: enough for every program, and a file that a person can read.
    day = local_day(visit.starts_at)
    year = timedelta(days=366)
    calendar.add_missing_timezones(first_date=day - year, last_date=day + year)
    content: bytes = calendar.to_ical()
    return content


def _event(visit: StudyVisit, *, is_cancelled: bool) -> Event:
    place = visit.place
    site = place.site
    event = Event()
    event.add("uid", f"studiebesok-{visit.id}.{visit.booked_at:%Y%m%d%H%M%S}@platstorget")
    event.add("dtstamp", now())
    event.add("sequence", 1 if is_cancelled else 0)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("dtstart", visit.starts_at.astimezone(STOCKHOLM))
    event.add("dtend", visit.ends_at.astimezone(STOCKHOLM))
    event.add("summary", f"Studiebesök: {place.name}, {visit.enterprise.name}")
    event.add("location", f"{site.name}, {site.street}, {site.postcode} {site.city}")
    event.add("description", f"Ni möts här: {visit.time.meeting_sv}\nBokningens nummer: {visit.number}")
    event.add("class", "PRIVATE")
    return event
