"""What an activity plan says, and what it must say before it can be proposed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from marketplace.accounts.rules import is_email
from marketplace.errors import Invalid
from marketplace.reference.rules import add_working_days
from placements.plan.staircase_rules import Bounds, Step, check_steps, tidy_steps

MAX_GOALS = 5
"""Few enough to be remembered."""
MAX_FOLLOW_UPS = 6
MAX_PERIODS = 6
MAX_CONTACTS = 4
LONGEST_LINE = 300
LONGEST_TEXT = 5000
LONGEST_WISH = 2000
_FIRST_FOLLOW_UP = timedelta(weeks=3)
_BETWEEN_FOLLOW_UPS = timedelta(weeks=12)
_BEFORE_THE_END = timedelta(weeks=2)

ABSENCE_SV = (
    "Ring eller skicka sms till din handledare före arbetstidens början. Säg om du är sjuk eller har ett annat "
    "skäl. Hör du inte av dig ringer vi dig samma dag. Är du borta ofta ses vi tre och pratar om vad som behövs."
)
"""What plans begin with where the workplace has not written a text of its own."""


@dataclass(frozen=True)
class Goal:
    """One line, and how we will see that it is reached."""

    text_sv: str
    sign_sv: str = ""


@dataclass(frozen=True)
class TaskPeriod:
    """Other tasks from a day on; `ssyk` when they belong to a trade of their own."""

    from_day: date
    text_sv: str
    ssyk: str | None = None


@dataclass(frozen=True)
class ContactPerson:
    name: str
    role_sv: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class PlanContent:
    steps: tuple[Step, ...]
    tasks_sv: str
    goals: tuple[Goal, ...] = ()
    periods: tuple[TaskPeriod, ...] = ()
    adaptations_sv: str = ""
    contacts: tuple[ContactPerson, ...] = ()
    follow_up_dates: tuple[date, ...] = ()
    absence_sv: str = ""


def storable(text: str) -> str:
    """A database keeps no NUL."""
    return text.replace("\x00", "")


def _line(text: str) -> str:
    return " ".join(storable(text).split())


def _text(text: str) -> str:
    return storable(text).strip()


def tidy(content: PlanContent) -> PlanContent:
    """The same plan without empty lines, with tasks in order of days and each follow-up once."""
    goals = (Goal(_line(goal.text_sv), _line(goal.sign_sv)) for goal in content.goals)
    periods = (replace(period, text_sv=_line(period.text_sv)) for period in content.periods)
    contacts = (
        ContactPerson(_line(one.name), _line(one.role_sv), _line(one.phone), _text(one.email))
        for one in content.contacts
    )
    return PlanContent(
        steps=tidy_steps(content.steps),
        tasks_sv=_text(content.tasks_sv),
        goals=tuple(goal for goal in goals if goal.text_sv or goal.sign_sv),
        periods=tuple(sorted(periods, key=lambda period: period.from_day)),
        adaptations_sv=_text(content.adaptations_sv),
        contacts=tuple(contacts),
        follow_up_dates=tuple(sorted(set(content.follow_up_dates))),
        absence_sv=_text(content.absence_sv),
    )


def check_draft(content: PlanContent, bounds: Bounds, today: date) -> None:
    """What is written can be kept as a plan, also when it is not all there. Raises Invalid, naming the box."""
    check_steps(content.steps, bounds, today)
    if len(content.goals) > MAX_GOALS:
        raise Invalid(f"Skriv högst {MAX_GOALS} mål. Få är lättare att komma ihåg.", field="goals-0-text_sv")
    for number, goal in enumerate(content.goals):
        for field, line in (("text_sv", goal.text_sv), ("sign_sv", goal.sign_sv)):
            if len(line) > LONGEST_LINE:
                raise Invalid(f"Skriv kortare, högst {LONGEST_LINE} tecken.", field=f"goals-{number}-{field}")
    _check_periods(content, bounds)
    _check_contacts(content)
    for name in ("tasks_sv", "adaptations_sv", "absence_sv"):
        if len(getattr(content, name)) > LONGEST_TEXT:
            raise Invalid(f"Texten får ha högst {LONGEST_TEXT} tecken.", field=name)
    if len(content.follow_up_dates) > MAX_FOLLOW_UPS:
        raise Invalid(f"Ange högst {MAX_FOLLOW_UPS} uppföljningar.", field="follow_up_1")
    for number, day in enumerate(content.follow_up_dates, start=1):
        if not bounds.first_day <= day <= bounds.last_day:
            raise Invalid(f"Uppföljningen {day} {_outside(bounds)}", field=f"follow_up_{number}")


def _check_periods(content: PlanContent, bounds: Bounds) -> None:
    if len(content.periods) > MAX_PERIODS:
        raise Invalid(f"Ange högst {MAX_PERIODS} byten av uppgifter.", field="periods-0-text_sv")
    for number, period in enumerate(content.periods):
        if not period.text_sv:
            raise Invalid("Skriv vilka uppgifterna är.", field=f"periods-{number}-text_sv")
        if len(period.text_sv) > LONGEST_LINE:
            raise Invalid(f"Skriv kortare, högst {LONGEST_LINE} tecken.", field=f"periods-{number}-text_sv")
        if not bounds.first_day <= period.from_day <= bounds.last_day:
            raise Invalid(f"{period.from_day} {_outside(bounds)}", field=f"periods-{number}-from_day")


def _check_contacts(content: PlanContent) -> None:
    if len(content.contacts) > MAX_CONTACTS:
        raise Invalid(f"Ange högst {MAX_CONTACTS} kontaktpersoner.", field="contacts-0-name")
    for number, contact in enumerate(content.contacts):
        if not contact.name:
            raise Invalid("Skriv kontaktpersonens namn.", field=f"contacts-{number}-name")
        if max(map(len, (contact.name, contact.role_sv, contact.phone, contact.email))) > LONGEST_LINE:
            raise Invalid(f"Skriv kortare, högst {LONGEST_LINE} tecken.", field=f"contacts-{number}-name")
        if contact.email and not is_email(contact.email):
            raise Invalid("Det är ingen e-postadress.", field=f"contacts-{number}-email")


def _outside(bounds: Bounds) -> str:
    return f"ligger utanför placeringen, som är {bounds.first_day} till {bounds.last_day}."


def missing_parts(content: PlanContent) -> Mapping[str, str]:
    """What a draft lacks before it can be proposed: what to do, by the box where it is done."""
    missing: dict[str, str] = {}
    if not content.tasks_sv:
        missing["tasks_sv"] = "Skriv vilka arbetsuppgifter deltagaren ska ha."
    if not content.goals:
        missing["goals-0-text_sv"] = "Skriv minst ett mål."
    for number, goal in enumerate(content.goals):
        if not goal.text_sv:
            missing[f"goals-{number}-text_sv"] = "Skriv vad målet är."
        if not goal.sign_sv:
            missing[f"goals-{number}-sign_sv"] = "Skriv hur ni märker att målet är nått."
    if not content.contacts:
        missing["contacts-0-name"] = "Skriv vem deltagaren vänder sig till på arbetsplatsen."
    if not content.absence_sv:
        missing["absence_sv"] = "Skriv vad deltagaren gör vid frånvaro."
    return missing


def suggested_follow_ups(first_day: date, last_day: date) -> list[date]:
    """To start from: after three weeks, every twelfth week, and two weeks before the end; on working days."""
    last = last_day - _BEFORE_THE_END
    days: list[date] = []
    day = first_day + _FIRST_FOLLOW_UP
    while day < last - _FIRST_FOLLOW_UP and len(days) < MAX_FOLLOW_UPS - 1:
        days.append(day)
        day += _BETWEEN_FOLLOW_UPS
    if last > first_day:
        days.append(last)
    return [working for working in (add_working_days(day, 0) for day in days) if working <= last_day]
