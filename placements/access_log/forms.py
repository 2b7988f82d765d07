"""Forms of log control."""

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none
from placements.access_log.rules import CHECK_OUTCOME_SV, SAMPLE_SIZES, SIGN_SV, CheckOutcome, Sign


class LooksFilter(FilterForm):
    deltagare = StringField("Deltagarens nummer", validators=[Length(max=20)])
    vem = StringField("Vem som såg", validators=[Length(max=100)])
    fran = DateFieldSv("Från och med")
    till = DateFieldSv("Till och med")
    tecken = SelectField("Tecken", choices=one_of(SIGN_SV, blank="Alla"), coerce=or_none(Sign))
    oppnade = BooleanField("Bara en i taget, inte listor")


class SampleForm(BaseForm):
    size = SelectField(
        "Antal, slumpade ur det som visas",
        choices=one_of({size: f"{size} visningar" for size in SAMPLE_SIZES}),
        coerce=int,
        default=SAMPLE_SIZES[1],
        validators=[DataRequired("Välj hur många.")],
    )


class CheckForm(BaseForm):
    outcome = RadioField(
        "Vad visar kontrollen?",
        choices=one_of(CHECK_OUTCOME_SV),
        coerce=or_none(CheckOutcome),
        validators=[DataRequired("Välj vad kontrollen visar.")],
        validate_choice=False,
    )
    note_sv = TextAreaField(
        "Anteckning",
        validators=[Length(max=2000)],
        description="Vem du frågade och vad som kom fram. Skriv inga personuppgifter om deltagaren.",
    )
