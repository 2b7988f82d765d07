"""Filters of the pages of capacity. Shape only: what there is to choose between comes from the views."""

from wtforms import SelectField

from indicators.capacity.rules import NUMBER_SV, Number
from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import FilterForm, one_of, or_none


class DayFilterForm(FilterForm):
    dag = DateFieldSv("Dag")
    kommun = SelectField("Kommun", coerce=or_none(str))
    omrade = SelectField("Yrkesområde", coerce=or_none(str))
    visa = SelectField("Visa", choices=one_of(NUMBER_SV), coerce=Number, default=Number.FREE)


class OverTimeFilterForm(FilterForm):
    kommun = SelectField("Kommun", coerce=or_none(str))
    omrade = SelectField("Yrkesområde", coerce=or_none(str))
    yrke = SelectField("Yrke", coerce=or_none(str))
    foretag = SelectField("Företag", coerce=or_none(int))


class IdleFilterForm(FilterForm):
    ar = SelectField("År", coerce=or_none(int))
    kommun = SelectField("Kommun", coerce=or_none(str))
    omrade = SelectField("Yrkesområde", coerce=or_none(str))


class GapFilterForm(FilterForm):
    manad = SelectField("Månad", coerce=or_none(str))
