"""The filter of the page."""

from wtforms import SelectField

from marketplace.web.forms import FilterForm, or_none


class PeriodFilterForm(FilterForm):
    period = SelectField("Halvår", coerce=or_none(str))
