"""Forms of participants, consents and grants."""

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange

from marketplace.reference.rules import SEX_SV, Sex
from marketplace.web.fields import CheckboxesField, DateFieldSv, HoursField
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none
from placements.participants.rules import (
    CONSENT_SCOPE_SV,
    GRANT_STATE_SV,
    LEAVE_REASON_SV,
    ConsentScope,
    GrantState,
    LeaveReason,
)


def _needs() -> TextAreaField:
    return TextAreaField(
        "Behov i arbetet",
        validators=[Length(max=1000)],
        description="Bara det som har betydelse för arbetet, till exempel sittande arbete eller tyst miljö. "
        "Skriv inget om diagnos, stöd eller bakgrund: leverantören läser det här när samtycke finns.",
    )


def _protected() -> BooleanField:
    return BooleanField(
        "Deltagaren har skyddade personuppgifter",
        description="Namnet visas då aldrig i listor eller för leverantören.",
    )


class ParticipantForm(BaseForm):
    name = StringField("Namn", validators=[DataRequired("Skriv namnet."), Length(max=200)])
    personal_number = StringField(
        "Personnummer eller samordningsnummer",
        validators=[DataRequired("Skriv numret."), Length(max=20)],
        description="Tolv tecken, ÅÅÅÅMMDD-NNNN. Ett tillfälligt nummer kan ha bokstäver i de fyra sista.",
        render_kw={"autocomplete": "off"},
    )
    sex = RadioField(
        "Kön",
        choices=one_of({sex: label.capitalize() for sex, label in SEX_SV.items()}),
        coerce=Sex,
        validators=[DataRequired("Välj det som deltagaren anger.")],
        description="Som deltagaren själv anger.",
    )
    kommun_code = SelectField("Kommun", validators=[DataRequired("Välj en kommun.")])
    officer = SelectField(
        "Ansvarig handläggare",
        validators=[DataRequired("Välj en handläggare.")],
        description="Enheten följer med handläggaren.",
    )
    needs_sv = _needs()
    is_protected = _protected()


class NeedsForm(BaseForm):
    needs_sv = _needs()
    is_protected = _protected()


class FindForm(BaseForm):
    text = StringField(
        "Namn eller personnummer",
        validators=[DataRequired(), Length(max=100)],
        render_kw={"autocomplete": "off"},
    )


class ParticipantsFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of(
            {
                GrantState.OPEN: GRANT_STATE_SV[GrantState.OPEN],
                GrantState.PLACED: GRANT_STATE_SV[GrantState.PLACED],
                "none": "Utan beviljande",
            },
            blank="Alla",
        ),
    )
    kommun = SelectField("Kommun")
    enhet = SelectField("Enhet", coerce=or_none(int))
    mina = BooleanField("Bara mina")


class ConsentForm(BaseForm):
    scope = RadioField("Vad gäller samtycket?", coerce=ConsentScope, validators=[DataRequired("Välj ett.")])
    given_on = DateFieldSv("Samtycket lämnades", validators=[DataRequired()])


class ConsentsFilter(FilterForm):
    lage = SelectField(
        "Läge", choices=one_of({"galler": "Gäller", "aterkallat": "Återkallade"}, blank="Alla")
    )
    omfattning = SelectField(
        "Vad", choices=one_of(CONSENT_SCOPE_SV, blank="Allt"), coerce=or_none(ConsentScope)
    )
    deltagare = StringField("Deltagarens nummer", validators=[Length(max=20)])


class GrantForm(BaseForm):
    system_id = RadioField(
        "Valfrihetssystem",
        coerce=or_none(int),
        validate_choice=False,
        description="Deltagaren kan välja bland systemets leverantörer, och får det som systemet bestämmer om hen inte "
        "väljer.",
    )
    hours_per_week = HoursField("Timmar i veckan", validators=[DataRequired()])
    days_per_week = IntegerField("Dagar i veckan", validators=[DataRequired(), NumberRange(1, 5)])
    support_level = SelectField(
        "Stödnivå",
        validators=[DataRequired("Välj en nivå.")],
        description="Hur mycket stöd deltagaren behöver av handledaren. Nivåerna är prislistans, och en högre nivå ger "
        "leverantören högre ersättning.",
    )
    first_day = DateFieldSv("Från och med", validators=[DataRequired()])
    last_day = DateFieldSv("Till och med", validators=[DataRequired()])
    wished_trades = CheckboxesField(
        "Yrken som deltagaren har nämnt", description="Vägleder sökningen men hindrar inget."
    )
    diary_number = StringField(
        "Diarienummer",
        validators=[Length(max=40)],
        description="Beslutets nummer i er diarieföring. Det står på aktivitetsplanen och slutdokumentationen.",
    )


class GrantExtensionForm(BaseForm):
    last_day = DateFieldSv("Ny sista dag", validators=[DataRequired()])


class LeaveForm(BaseForm):
    reason = RadioField(
        "Varför?",
        choices=one_of(LEAVE_REASON_SV),
        coerce=LeaveReason,
        validators=[DataRequired("Välj ett skäl.")],
        description="Skälet står bland händelserna på deltagarens sida.",
    )
