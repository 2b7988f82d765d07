"""Which number the placements are behind."""

from wtforms import SelectField

from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.suppliers.rules import OF_PLACEMENTS
from marketplace.web.forms import FilterForm, one_of


class CaseFilterForm(FilterForm):
    tal = SelectField(
        "Nyckeltal",
        choices=one_of({key: INDICATORS[key].name_sv for key in OF_PLACEMENTS}),
        coerce=Indicator,
        default=OF_PLACEMENTS[0],
    )
