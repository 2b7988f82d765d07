"""Which suppliers a visitor wants to see."""

from wtforms import SelectField

from marketplace.web.forms import FilterForm, or_none


class DirectoryFilter(FilterForm):
    kommun = SelectField("Kommun", coerce=or_none(str))
    omrade = SelectField("Slags arbete", coerce=or_none(str))
