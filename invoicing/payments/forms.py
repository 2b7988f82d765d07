"""Shapes of the payments' forms."""

from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none

ALL, TO_MEND = "alla", "att-reda-ut"


class PaymentFilter(FilterForm):
    visa = SelectField("Visa", choices=one_of({ALL: "Alla", TO_MEND: "Att reda ut"}), default=ALL)


class MendForm(BaseForm):
    """The choices are the enterprise's unpaid invoices."""

    invoice_id = SelectField("Faktura", coerce=or_none(int), validators=[Optional()])
    note = TextAreaField(
        "Vad har ni kommit fram till?",
        description="Behövs när ingen faktura väljs, och när betalningen är större än det som återstår.",
        validators=[Length(max=1000)],
    )


class PaidForm(BaseForm):
    paid_on = DateFieldSv("Pengarna kom", validators=[DataRequired()])
