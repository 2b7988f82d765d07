"""Forms of booking."""

from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, Optional
from wtforms.widgets import HiddenInput

from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of
from placements.booking.rules import DECLINE_REASON_SV, PLACEMENT_STATE_SV, DeclineReason


class RequestForm(BaseForm):
    place_id = IntegerField(widget=HiddenInput(), validators=[Optional()])
    first_day = DateFieldSv("Första dagen", validators=[DataRequired()])
    last_day = DateFieldSv("Sista dagen", validators=[DataRequired()])


class DeclineForm(BaseForm):
    reason = RadioField(
        "Varför kan ni inte ta emot?",
        choices=one_of(DECLINE_REASON_SV),
        coerce=DeclineReason,
        validators=[DataRequired("Välj ett skäl.")],
        description="Skälet räknas i statistiken och visas för handläggaren.",
    )


class StartForm(BaseForm):
    started_on = DateFieldSv("Deltagaren började", validators=[DataRequired()])


class EndForm(BaseForm):
    last_day = DateFieldSv("Sista dagen på arbetsplatsen", validators=[DataRequired()])


class PlacementsFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of({"alla": "Alla", **PLACEMENT_STATE_SV}, blank="Pågående och kommande"),
    )
    mina = BooleanField("Bara mina deltagare")
