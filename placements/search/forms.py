"""The filters of the search, and how the address is read into criteria."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from flask import request
from wtforms import SelectField
from wtforms.validators import Optional

from enterprises.places.rules import ADAPTATION_SV, LANGUAGE_SV
from marketplace.web.fields import CheckboxesField, DateFieldSv, HoursField
from marketplace.web.forms import FilterForm, one_of
from placements.search.rules import PERIOD_DAYS, SearchCriteria, default_period


class SearchForm(FilterForm):
    senast = DateFieldSv("Kan börja senast", validators=[Optional()])
    till = DateFieldSv("Ledig till och med", validators=[Optional()])
    timmar = HoursField("Timmar i veckan", validators=[Optional()])
    omrade = SelectField("Yrkesområde")
    yrke = SelectField("Yrke")
    sprak = SelectField("Handledning på", choices=one_of(LANGUAGE_SV, blank="Alla språk"))
    kommun = CheckboxesField("Kommuner")
    anpassning = CheckboxesField("Platsen kan anpassas", choices=one_of(ADAPTATION_SV))


@dataclass(frozen=True)
class Starting:
    """What a search begins with where the address does not say."""

    start_by: date
    until: date
    from_day: date | None = None
    hours_per_week: Decimal | None = None
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
    problems = []
    start_by = form.senast.data or starting.start_by
    earliest = max(today, starting.from_day or today)
    if start_by < earliest:
        word = "har passerat" if start_by < today else "ligger före beviljandet"
        problems.append(
            f"Startdatumet {start_by.isoformat()} {word}. Sökningen visar {starting.start_by.isoformat()}."
        )
        start_by = starting.start_by
    until = form.till.data or max(starting.until, start_by)
    if until < start_by:
        until = max(starting.until, start_by + timedelta(days=PERIOD_DAYS))
        problems.append(f"Slutdatumet låg före starten. Sökningen visar till och med {until.isoformat()}.")
    if "timmar" not in request.args:
        form.timmar.data = starting.hours_per_week
    form.senast.data, form.till.data = start_by, until
    form.senast.raw_data = form.till.raw_data = None
    criteria = SearchCriteria(
        start_by=start_by,
        until=until,
        from_day=starting.from_day,
        kommun_codes=tuple(form.kommun.data or ()),
        field_ids=(form.omrade.data,) if form.omrade.data else (),
        ssyks=(form.yrke.data,) if form.yrke.data else (),
        hours_per_week=form.timmar.data,
        adaptations=tuple(form.anpassning.data or ()),
        language=form.sprak.data or "",
        support_level=starting.support_level,
        system_id=starting.system_id,
    )
    return Asked(criteria, problems)
