"""Filters of the page about choices."""

from wtforms import SelectField

from marketplace.web.forms import FilterForm, or_none


class ChoicesFilterForm(FilterForm):
    """Shape only: years and kommuner come from the view."""

    ar = SelectField("År", coerce=or_none(int))
    kommun = SelectField("Kommun", coerce=or_none(str))
