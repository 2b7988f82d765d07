"""Forms of booking."""

from wtforms import BooleanField, IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, NumberRange, Optional
from wtforms.widgets import HiddenInput

from marketplace.web.fields import DateFieldSv, HoursField
from marketplace.web.forms import BaseForm, FilterForm, one_of
from placements.booking.rules import (
    CANCEL_REASON_SV,
    DECLINE_REASON_SV,
    OFFICERS_REASONS,
    PLACEMENT_STATE_SV,
    RESUME_REASON_SV,
    CancelReason,
    DeclineReason,
    ResumeReason,
)


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


class CancelForm(BaseForm):
    reason = RadioField(
        "Varför återkallas placeringen?",
        choices=one_of({reason: CANCEL_REASON_SV[reason] for reason in OFFICERS_REASONS}),
        coerce=CancelReason,
        validators=[DataRequired("Välj ett skäl.")],
        description="Så skiljs deltagarens nej från det som har andra orsaker.",
    )


class ExtensionForm(BaseForm):
    last_day = DateFieldSv("Ny sista dag", validators=[DataRequired()])


class ExtentForm(BaseForm):
    from_day = DateFieldSv("Från och med", validators=[DataRequired()])
    hours_per_week = HoursField("Timmar i veckan", validators=[DataRequired()])
    days_per_week = IntegerField("Dagar i veckan", validators=[DataRequired(), NumberRange(1, 5)])


class DeclineChangeForm(BaseForm):
    reason = RadioField(
        "Varför går det inte?",
        choices=one_of(DECLINE_REASON_SV),
        coerce=DeclineReason,
        validators=[DataRequired("Välj ett skäl.")],
        description="Handläggaren ser skälet. Placeringen fortsätter som förut.",
    )


class StartForm(BaseForm):
    started_on = DateFieldSv("Deltagaren började", validators=[DataRequired()])


class EndForm(BaseForm):
    last_day = DateFieldSv("Sista dagen på arbetsplatsen", validators=[DataRequired()])


class ResumeForm(BaseForm):
    reason = RadioField(
        "Varför öppnas placeringen igen?",
        choices=one_of(RESUME_REASON_SV),
        coerce=ResumeReason,
        validators=[DataRequired("Välj ett skäl.")],
        description="Skälet och vem som öppnade den står bland placeringens händelser.",
    )
    last_day = DateFieldSv("Pågår till och med", validators=[DataRequired()])


class PlacementsFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of({"alla": "Alla", **PLACEMENT_STATE_SV}, blank="Pågående och kommande"),
    )
    mina = BooleanField("Bara mina deltagare")
