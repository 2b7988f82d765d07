"""The filters of the search, and how the address is read into criteria."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, Optional

from enterprises.places.rules import ADAPTATION_SV, DEMAND_SV, LANGUAGE_SV, MAX_HOURS_PER_WEEK, WEEKDAY_SV
from marketplace.web.fields import CheckboxesField, DateFieldSv, HoursField
from marketplace.web.forms import BaseForm, FilterForm, one_of
from placements.search.rules import PERIOD_DAYS, SearchCriteria, default_period
from placements.search.saved_rules import LONGEST_NAME
from placements.search.text_rules import LONGEST_TEXT, words_of

NEAR_KM = 30
"""Kilometres from a kommun, where the search names one and no distance."""
LONGEST_AHEAD_DAYS = 730
DISTANCES_KM = (10, 20, 30, 50, 100)
PARAMETERS = (
    *("ord", "senast", "till", "timmar", "dag", "omrade", "yrke"),
    *("kommun", "nara", "inom", "sprak", "anpassning", "undvik"),
)
"""What of an address is the search."""


class SearchForm(FilterForm):
    ord = StringField("Sökord")
    senast = DateFieldSv("Kan börja senast", validators=[Optional()])
    till = DateFieldSv("Ledig till och med", validators=[Optional()])
    timmar = HoursField("Timmar i veckan", validators=[Optional()])
    omrade = SelectField("Yrkesområde")
    yrke = SelectField("Yrke")
    kommun = CheckboxesField("Kommuner")
    nara = SelectField("Nära")
    inom = SelectField("Inom", choices=one_of({km: f"{km} km" for km in DISTANCES_KM}, blank="Välj avstånd"))
    sprak = SelectField("Handledning på", choices=one_of(LANGUAGE_SV, blank="Alla språk"))
    dag = CheckboxesField("Dagar som deltagaren kan", choices=one_of(WEEKDAY_SV))
    anpassning = CheckboxesField("Platsen kan anpassas", choices=one_of(ADAPTATION_SV))
    undvik = CheckboxesField("Arbetet ska inte kräva", choices=one_of(DEMAND_SV))

    def __init__(self, choices: Mapping[str, Mapping[Any, str]]) -> None:
        known, self.problems = _looked_through(choices)
        super().__init__(choices=choices, formdata=known)

    def has_more(self) -> bool:
        """Whether any of the conditions that are folded away is in use."""
        return any(getattr(self, name).data for name in ("sprak", "dag", "anpassning", "undvik"))


class SaveForm(BaseForm):
    name = StringField(
        "Namn på sökningen", validators=[DataRequired("Skriv ett namn."), Length(max=LONGEST_NAME)]
    )
    moves = SelectField(
        "Datum",
        choices=one_of({"y": "Flyttas fram med dagen då sökningen görs", "n": "Samma datum varje gång"}),
        validators=[DataRequired("Välj hur datumen ska räknas.")],
    )


class RenameForm(BaseForm):
    name = StringField(
        "Namn på sökningen", validators=[DataRequired("Skriv ett namn."), Length(max=LONGEST_NAME)]
    )


_CODES: dict[str, tuple[Mapping[Any, str], str]] = {
    "sprak": (LANGUAGE_SV, "Språket"),
    "dag": (WEEKDAY_SV, "Veckodagen"),
    "anpassning": (ADAPTATION_SV, "Anpassningen"),
    "undvik": (DEMAND_SV, "Kravet"),
    "inom": (dict.fromkeys(DISTANCES_KM, ""), "Avståndet"),
}
_FROM_DATABASE = {"kommun": "Kommunen", "nara": "Kommunen", "omrade": "Yrkesområdet", "yrke": "Yrket"}
_SHOWN = 40


def _looked_through(choices: Mapping[str, Mapping[Any, str]]) -> tuple[MultiDict[str, str], list[str]]:
    """The address without what is not to choose from, and a sentence for each such thing: the rest of it counts."""
    lists = {name: (choices[name], word) for name, word in _FROM_DATABASE.items()} | _CODES
    known: MultiDict[str, str] = MultiDict()
    problems = []
    for name, typed in request.args.items(multi=True):
        if name not in PARAMETERS:
            continue
        value = typed.replace("\x00", "")
        if name in lists and value:
            labels, word = lists[name]
            if value not in {str(code) for code in labels}:
                problems.append(f"{word} ”{value[:_SHOWN]}” finns inte att välja och räknas inte.")
                continue
        known.add(name, value)
    return known, [*dict.fromkeys(problems), *_unreadable(known)]


def _unreadable(known: MultiDict[str, str]) -> Iterator[str]:
    """Takes out the days and hours that cannot be read."""
    for name, word, example in (
        ("senast", "Startdatumet", ""),
        ("till", "Slutdatumet", ""),
        ("timmar", "Timmarna", "7,5"),
    ):
        typed = known.get(name, "").strip()
        if typed and _is_unreadable(name, typed):
            known.setlist(name, [])
            as_in = example or "2026-03-20"
            yield f"{word} ”{typed[:_SHOWN]}” går inte att läsa och räknas inte. Skriv till exempel {as_in}."


class _Probe(BaseForm):
    class Meta(BaseForm.Meta):
        csrf = False

    senast = DateFieldSv(validators=[Optional()])
    till = DateFieldSv(validators=[Optional()])
    timmar = HoursField(validators=[Optional()])


def _is_unreadable(name: str, typed: str) -> bool:
    return bool(_Probe(formdata=MultiDict({name: typed}))[name].process_errors)


@dataclass(frozen=True)
class Starting:
    """What a search begins with where the address does not say."""

    start_by: date
    until: date
    from_day: date | None = None
    last_day: date | None = None
    """The grant's last day, which a search does not go beyond."""
    hours_per_week: Decimal | None = None
    days_per_week: int | None = None
    support_level: str | None = None
    system_id: int | None = None


@dataclass(frozen=True)
class Asked:
    """The criteria, and sentences about what in the address could not be followed."""

    criteria: SearchCriteria
    problems: list[str] = field(default_factory=list)


def starting_today(today: date) -> Starting:
    start_by, until = default_period(today)
    return Starting(start_by, until)


def read_search(form: SearchForm, starting: Starting, today: date) -> Asked:
    """The criteria that the form asks for; its fields then show what was used."""
    problems = list(form.problems)
    start_by, until = _days(form, starting, today, problems)
    form.senast.data, form.till.data = start_by, until
    form.senast.raw_data = form.till.raw_data = None
    if "timmar" not in request.args:
        form.timmar.data = starting.hours_per_week
    hours = form.timmar.data
    if hours is not None and not 0 < hours <= MAX_HOURS_PER_WEEK:
        problems.append(f"Timmarna i veckan kan vara 1 till {MAX_HOURS_PER_WEEK}. De räknas inte.")
        hours = None
    text = (form.ord.data or "")[:LONGEST_TEXT]
    if text.strip() and not words_of(text):
        problems.append("Sökorden behöver minst två bokstäver eller siffror. De räknas inte.")
    criteria = SearchCriteria(
        start_by=start_by,
        until=until,
        from_day=starting.from_day,
        kommun_codes=tuple(form.kommun.data or ()),
        field_ids=(form.omrade.data,) if form.omrade.data else (),
        ssyks=(form.yrke.data,) if form.yrke.data else (),
        hours_per_week=hours,
        adaptations=tuple(form.anpassning.data or ()),
        language=form.sprak.data or "",
        support_level=starting.support_level,
        system_id=starting.system_id,
        weekdays=tuple(int(day) for day in form.dag.data or ()),
        days_per_week=starting.days_per_week,
        demands_avoided=tuple(form.undvik.data or ()),
        text=text,
    )
    return Asked(_near(form, criteria, problems), problems)


def _days(form: SearchForm, starting: Starting, today: date, problems: list[str]) -> tuple[date, date]:
    start_by = form.senast.data or starting.start_by
    earliest = max(today, starting.from_day or today)
    latest = min(starting.last_day or date.max, today + timedelta(days=LONGEST_AHEAD_DAYS))
    if start_by < earliest:
        word = "har passerat" if start_by < today else "ligger före beviljandet"
        problems.append(
            f"Startdatumet {start_by.isoformat()} {word}. Sökningen visar {starting.start_by.isoformat()}."
        )
        start_by = starting.start_by
    elif start_by > latest:
        why = "efter beviljandets slut" if starting.last_day == latest else "mer än två år bort"
        problems.append(
            f"Startdatumet {start_by.isoformat()} ligger {why}. Sökningen visar {starting.start_by.isoformat()}."
        )
        start_by = starting.start_by
    until = form.till.data or max(starting.until, start_by)
    if until < start_by:
        until = max(starting.until, start_by + timedelta(days=PERIOD_DAYS))
        until = min(until, max(latest, start_by))
        problems.append(f"Slutdatumet låg före starten. Sökningen visar till och med {until.isoformat()}.")
    elif until > max(latest, start_by):
        what = "Beviljandet slutar" if starting.last_day == latest else "En sökning kan gå till"
        until = max(latest, start_by)
        problems.append(
            f"{what} {latest.isoformat()}, före slutdatumet. Sökningen visar till och med {until.isoformat()}."
        )
    return start_by, until


def _near(form: SearchForm, criteria: SearchCriteria, problems: list[str]) -> SearchCriteria:
    near, within = form.nara.data or "", form.inom.data or ""
    if not near:
        if within:
            problems.append("Välj också vilken kommun avståndet räknas från. Det räknas inte.")
        return criteria
    form.inom.data = within or str(NEAR_KM)
    return replace(criteria, near_kommun=near, within_km=int(within or NEAR_KM))
