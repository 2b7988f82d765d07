"""Shapes of the invoice pages' forms."""

from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from invoicing.invoices.rules import INVOICE_STATE_SV, InvoiceState
from invoicing.remuneration.facts import Month
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none

NO_PERSONS_SV = "Skriv inga namn eller andra uppgifter om en person."


class InvoiceFilter(FilterForm):
    lage = SelectField("Läge", choices=one_of(INVOICE_STATE_SV, blank="Alla"), coerce=or_none(InvoiceState))
    manad = SelectField("Månad", coerce=or_none(Month.parse))


class CommentForm(BaseForm):
    reason = TextAreaField(
        "Vad är fel?",
        description=f"Kommentaren syns i avtalets historik. {NO_PERSONS_SV}",
        validators=[DataRequired(), Length(max=1000)],
    )
