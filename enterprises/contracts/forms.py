"""Forms of a contract: its facts, its amendments, its signature, its checks."""

from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from enterprises.contracts.check_rules import CHECK_OUTCOME_SV, CheckOutcome
from enterprises.contracts.edition_rules import Amendment, Facts
from enterprises.contracts.rules import CONTRACT_STATE_SV, VAT_CATEGORY_SV, ContractDraft, VatCategory
from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none


class ContractFilter(FilterForm):
    lage = SelectField("Läge", choices=one_of(CONTRACT_STATE_SV, blank="Alla"), coerce=or_none(str))


class FactsForm(BaseForm):
    """What a contract and an amendment both say."""

    ends_on = DateFieldSv(
        "Avtalet gäller till och med",
        validators=[Optional()],
        description="Lämna tomt för ett avtal tills vidare.",
    )
    capacity_cap = IntegerField(
        "Kapacitetstak, platser",
        validators=[Optional(), NumberRange(1, 10_000, message="Skriv ett antal från 1 till 10 000.")],
        description="Så många platser är som mest i bruk samtidigt. Lämna tomt om det inte finns något tak.",
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
    is_rounded = BooleanField(
        "Avrunda fakturorna till hela kronor",
        description="Öresavrundning: bara beloppet att betala avrundas, inte raderna eller momsen.",
    )


class ContractForm(FactsForm):
    starts_on = DateFieldSv("Avtalet gäller från och med", validators=[DataRequired("Skriv en dag.")])

    def contract(self) -> ContractDraft:
        assert self.starts_on.data
        return ContractDraft(
            self.starts_on.data,
            self.ends_on.data,
            self.vat_category.data,
            self.vat_exemption_reason_sv.data or "",
            self.buyer_reference.data or "",
            self.capacity_cap.data,
            self.is_rounded.data,
        )


_FROM_DAY = "Den första i en kommande månad."
_REASON = "Texten står i avtalet."


class AmendmentForm(FactsForm):
    from_day = DateFieldSv(
        "Ändringen gäller från och med",
        validators=[DataRequired("Skriv en dag.")],
        description=_FROM_DAY,
    )
    terms_id = SelectField("Förfrågningsunderlag", coerce=int, validators=[DataRequired()])
    reason_sv = TextAreaField(
        "Varför avtalet ändras",
        validators=[DataRequired("Skriv varför avtalet ändras."), Length(max=1000)],
        description=_REASON,
    )

    def amendment(self, payment_days: int) -> Amendment:
        assert self.from_day.data
        facts = Facts(
            terms_id=self.terms_id.data,
            ends_on=self.ends_on.data,
            vat_category=self.vat_category.data,
            vat_exemption_reason_sv=self.vat_exemption_reason_sv.data or "",
            buyer_reference=self.buyer_reference.data or "",
            payment_days=payment_days,
            capacity_cap=self.capacity_cap.data,
            is_rounded=self.is_rounded.data,
        )
        return Amendment(self.from_day.data, self.reason_sv.data or "", facts)


class OfferForm(BaseForm):
    from_day = DateFieldSv(
        "Versionen gäller i avtalen från och med",
        validators=[DataRequired("Skriv en dag.")],
        description=_FROM_DAY,
    )
    reason_sv = TextAreaField(
        "Varför avtalen ändras",
        validators=[DataRequired("Skriv varför avtalen ändras."), Length(max=1000)],
        description=_REASON,
    )


class SignForm(BaseForm):
    text_sha256 = HiddenField()
    is_read = BooleanField(
        "Jag har läst avtalet och får skriva under för min part",
        validators=[DataRequired("Kryssa i att du har läst avtalet.")],
    )


class CheckForm(BaseForm):
    outcome = RadioField(
        "Vad kontrollen visade",
        choices=one_of(CHECK_OUTCOME_SV),
        coerce=CheckOutcome,
        validators=[DataRequired("Välj vad kontrollen visade.")],
    )
    evidence_sv = TextAreaField(
        "Underlag",
        validators=[
            DataRequired("Skriv vad du har sett och var: register, datum och diarienummer."),
            Length(max=4000),
        ],
        description="Vad du har sett och var: register, datum och diarienummer.",
    )
