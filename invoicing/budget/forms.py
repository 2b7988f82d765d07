"""Which year, and a year's budget month by month."""

from wtforms import SelectField
from wtforms.validators import NumberRange, Optional

from invoicing.budget.rules import months_of
from invoicing.remuneration.facts import Month
from marketplace.web.fields import OreField
from marketplace.web.forms import BaseForm, FilterForm, or_none

_MOST_ORE = 100_000_000_00


class YearFilter(FilterForm):
    ar = SelectField("År", coerce=or_none(int))


def _amount(name_sv: str) -> OreField:
    return OreField(
        name_sv,
        validators=[
            Optional(),
            NumberRange(0, _MOST_ORE, message="Skriv ett belopp från 0 till 100 000 000 kronor."),
        ],
    )


class BudgetForm(BaseForm):
    """Kronor without VAT. What is left empty has no budget."""

    month_1 = _amount("Januari")
    month_2 = _amount("Februari")
    month_3 = _amount("Mars")
    month_4 = _amount("April")
    month_5 = _amount("Maj")
    month_6 = _amount("Juni")
    month_7 = _amount("Juli")
    month_8 = _amount("Augusti")
    month_9 = _amount("September")
    month_10 = _amount("Oktober")
    month_11 = _amount("November")
    month_12 = _amount("December")

    def amounts(self, year: int) -> dict[Month, int | None]:
        return {month: self[f"month_{month.number}"].data for month in months_of(year)}
