"""Filters of the capacity page."""

from wtforms import SelectField

from indicators.capacity.rules import NUMBER_SV, Number
from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import FilterForm, one_of, or_none


class CapacityFilterForm(FilterForm):
    """Shape only: the choices of kommun and field come from the view."""

    dag = DateFieldSv("Dag")
    kommun = SelectField("Kommun", coerce=or_none(str))
    omrade = SelectField("Yrkesområde", coerce=or_none(str))
    visa = SelectField("Visa", choices=one_of(NUMBER_SV), coerce=Number, default=Number.FREE)
