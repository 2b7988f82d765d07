"""Forms of the choice round."""

from collections.abc import Mapping

from wtforms import RadioField, SelectField
from wtforms.validators import DataRequired

from marketplace.web.fields import DateFieldSv, HoursField
from marketplace.web.forms import BaseForm, one_of, or_none
from placements.choice.rules import REFUSAL_SV, RefusalReason

_NO_RESERVE = "Ingen reserv"


class ReservesForm(BaseForm):
    """What is wanted if the chosen place cannot be had. `name_reserves()` says what there is."""

    first_reserve = SelectField("Första reserv", coerce=or_none(int))
    second_reserve = SelectField("Andra reserv", coerce=or_none(int))

    def name_reserves(self, names: Mapping[int, str]) -> None:
        for field in (self.first_reserve, self.second_reserve):
            field.choices = one_of(names, blank=_NO_RESERVE)

    @property
    def reserve_ids(self) -> list[int]:
        """Best first. A second one without a first is the first."""
        return [one for one in (self.first_reserve.data, self.second_reserve.data) if one is not None]


class ChoiceForm(ReservesForm):
    place_id = RadioField(
        "Deltagaren har valt",
        coerce=int,
        validators=[DataRequired("Markera den plats som deltagaren har valt.")],
    )


class RefusalForm(BaseForm):
    reason = RadioField(
        "Varför?",
        choices=one_of(REFUSAL_SV),
        coerce=or_none(RefusalReason),
        validate_choice=False,
    )


class AskedDaysForm(BaseForm):
    """The days of the search that the places were found by."""

    senast = DateFieldSv("Kan börja senast")
    till = DateFieldSv("Ledig till och med")
    timmar = HoursField("Timmar i veckan")
