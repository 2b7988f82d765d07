"""Which number the rows are of. Shape only: what there is to choose between comes from the view."""

from wtforms import SelectField

from indicators.definitions.keys import Indicator
from marketplace.web.forms import FilterForm, or_none


class BehindForm(FilterForm):
    tal = SelectField("Tal", coerce=Indicator)
    ar = SelectField("År", coerce=or_none(int))
    urval = SelectField("Av vilka", coerce=or_none(str))
