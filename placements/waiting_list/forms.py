"""Forms of the waiting list."""

from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import DataRequired

from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of
from placements.waiting_list.rules import NO_REASON_SV, NoReason


class LineFilter(FilterForm):
    lage = SelectField("Läge", choices=one_of({"avslutad": "Avslutade"}, blank="Väntar"))
    mina = BooleanField("Bara mina deltagare")


class YesForm(BaseForm):
    first_day = DateFieldSv("Första dagen", validators=[DataRequired()])


class NoForm(BaseForm):
    reason = RadioField(
        "Varför tackar ni nej?",
        choices=one_of(NO_REASON_SV),
        coerce=NoReason,
        validators=[DataRequired("Välj ett skäl.")],
    )
