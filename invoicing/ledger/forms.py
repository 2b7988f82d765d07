"""Which account, which period, and the numbers of the supplier's own chart of accounts."""

from dataclasses import asdict, fields
from datetime import date

from flask import request
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Regexp

from invoicing.ledger.sie_rules import ACCOUNT_SV, Accounts
from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, or_none


class StatementFilter(FilterForm):
    kopare = SelectField("Köpare", coerce=or_none(int))
    fran = DateFieldSv("Från och med")
    till = DateFieldSv("Till och med")


def _account(name: str) -> StringField:
    return StringField(
        ACCOUNT_SV[name],
        validators=[DataRequired(), Regexp(r"[1-8]\d{3}\Z", message="Ett konto är fyra siffror.")],
        render_kw={"inputmode": "numeric"},
    )


class BookkeepingForm(BaseForm):
    """A GET form: the address keeps the accounts, so that it can be kept as a bookmark."""

    fran = DateFieldSv("Från och med", validators=[DataRequired()])
    till = DateFieldSv("Till och med", validators=[DataRequired()])
    receivable = _account("receivable")
    taxed_sales = _account("taxed_sales")
    exempt_sales = _account("exempt_sales")
    vat = _account("vat")
    rounding = _account("rounding")
    bank = _account("bank")

    def __init__(self, fran: date, till: date) -> None:
        super().__init__(
            formdata=request.args if request.args else None,
            data={"fran": fran, "till": till} | asdict(Accounts()),
        )

    def period(self) -> tuple[date, date]:
        """What is asked, when it is valid."""
        assert self.fran.data is not None
        assert self.till.data is not None
        return self.fran.data, self.till.data

    def accounts(self) -> Accounts:
        return Accounts(**{one.name: self[one.name].data for one in fields(Accounts)})
