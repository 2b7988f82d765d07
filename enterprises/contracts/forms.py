"""Forms of a contract: its facts, its signature."""

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.validators import DataRequired, Length, Optional

from enterprises.contracts.rules import CONTRACT_STATE_SV, VAT_CATEGORY_SV, ContractDraft, VatCategory
from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none


class ContractFilter(FilterForm):
    lage = SelectField("Läge", choices=one_of(CONTRACT_STATE_SV, blank="Alla"), coerce=or_none(str))


class ContractForm(BaseForm):
    starts_on = DateFieldSv("Avtalet gäller från och med", validators=[DataRequired("Skriv en dag.")])
    ends_on = DateFieldSv(
        "Avtalet gäller till och med",
        validators=[Optional()],
        description="Lämna tomt för ett avtal tills vidare.",
    )
    vat_category = RadioField(
        "Moms",
        choices=one_of(VAT_CATEGORY_SV),
        coerce=VatCategory,
        default=VatCategory.EXEMPT,
        validators=[DataRequired()],
    )
    vat_exemption_reason_sv = StringField(
        "Skäl för undantag från moms",
        validators=[Length(max=200)],
        description="Fylls i när ersättningen är undantagen. Texten står på fakturorna.",
    )
    buyer_reference = StringField(
        "Er referens på fakturor",
        validators=[DataRequired("Skriv den referens som fakturorna ska ha."), Length(max=60)],
    )

    def contract(self) -> ContractDraft:
        assert self.starts_on.data
        return ContractDraft(
            self.starts_on.data,
            self.ends_on.data,
            self.vat_category.data,
            self.vat_exemption_reason_sv.data or "",
            self.buyer_reference.data or "",
        )


class SignForm(BaseForm):
    text_sha256 = HiddenField()
    is_read = BooleanField(
        "Jag har läst avtalet och får skriva under för min part",
        validators=[DataRequired("Kryssa i att du har läst avtalet.")],
    )
