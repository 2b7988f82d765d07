"""Filters of the pages about choices."""

from wtforms import SelectField

from marketplace.web.forms import FilterForm, one_of, or_none


class ChoicesFilterForm(FilterForm):
    """Shape only: years and parts come from the view."""

    ar = SelectField("År", coerce=or_none(int))
    urval = SelectField("Visa", coerce=or_none(str))


class RoundsFilterForm(FilterForm):
    ar = SelectField("År", coerce=or_none(int))
    visa = SelectField("Visa", choices=one_of({"": "Alla valomgångar", "mer": "Där mer kunde ha visats"}))
