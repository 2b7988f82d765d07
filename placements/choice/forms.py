"""Forms of the choice round."""

from wtforms import RadioField
from wtforms.validators import DataRequired

from marketplace.web.fields import DateFieldSv, HoursField
from marketplace.web.forms import BaseForm


class ChoiceForm(BaseForm):
    place_id = RadioField(
        "Deltagaren har valt",
        coerce=int,
        validators=[DataRequired("Markera den plats som deltagaren har valt.")],
    )


class AskedDaysForm(BaseForm):
    """The days of the search that the places were found by."""

    senast = DateFieldSv("Kan börja senast")
    till = DateFieldSv("Ledig till och med")
    timmar = HoursField("Timmar i veckan")
