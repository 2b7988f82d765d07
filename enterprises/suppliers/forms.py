"""What an enterprise and a procurement officer type about registration, applications and contracts."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from enterprises.suppliers.rules import (
    APPLICATION_STATE_SV,
    CONTRACT_STATE_SV,
    JUDGEMENT_SV,
    VAT_CATEGORY_SV,
    AnswerDraft,
    Asked,
    ContractDraft,
    Judgement,
    JudgementDraft,
    VatCategory,
)
from marketplace.procurement.rules import Proof
from marketplace.web.fields import DateFieldSv, OrgnrField
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none

UNDECIDED = "oavgjorda"
_EMAIL = {"autocapitalize": "none", "spellcheck": "false"}


class RegisterForm(BaseForm):
    orgnr = OrgnrField(
        "Organisationsnummer",
        validators=[DataRequired("Skriv organisationsnumret.")],
        description="Tio siffror, med eller utan bindestreck.",
    )
    name = StringField(
        "Företagets namn",
        validators=[DataRequired("Skriv företagets namn."), Length(max=200)],
        render_kw={"autocomplete": "organization"},
    )
    contact_email = EmailField(
        "E-post till företaget",
        validators=[DataRequired("Skriv en e-postadress."), Length(max=254)],
        description="Dit myndigheter skriver. Den syns för de myndigheter ni ansöker hos.",
        render_kw=_EMAIL,
    )
    manager_name = StringField(
        "Ditt namn",
        validators=[DataRequired("Skriv för- och efternamn."), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )
    manager_email = EmailField(
        "Din e-postadress",
        validators=[DataRequired("Skriv din e-postadress."), Length(max=254)],
        description="Den loggar du in med.",
        render_kw={"autocomplete": "username", **_EMAIL},
    )
    password = PasswordField(
        "Lösenord",
        validators=[DataRequired("Välj ett lösenord."), Length(min=12, max=1000)],
        description="Minst 12 tecken. Flera ord efter varandra är lättare att minnas och svårare att gissa.",
        render_kw={"autocomplete": "new-password"},
    )
    password_again = PasswordField(
        "Lösenordet en gång till",
        validators=[
            DataRequired("Skriv lösenordet en gång till."),
            EqualTo("password", "Lösenorden är inte lika."),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class ProfileForm(BaseForm):
    about_sv = TextAreaField(
        "Om företaget",
        validators=[Length(max=4000)],
        description="Vad ni gör och för vem, i några meningar. Handläggare läser det.",
    )
    contact_email = EmailField(
        "E-post till företaget",
        validators=[DataRequired("Skriv en e-postadress."), Length(max=254)],
        render_kw=_EMAIL,
    )
    phone = TelField("Telefon", validators=[Length(max=40)])
    street = StringField("Gatuadress", validators=[Length(max=200)])
    postcode = StringField("Postnummer", validators=[Length(max=10)], render_kw={"inputmode": "numeric"})
    city = StringField("Ort", validators=[Length(max=100)])
    bankgiro = StringField(
        "Bankgiro",
        validators=[Length(max=12)],
        description="Dit fakturorna betalas. Sju eller åtta siffror.",
        render_kw={"inputmode": "numeric"},
    )
    has_f_tax = BooleanField("Företaget är godkänt för F-skatt")
    is_vat_registered = BooleanField("Företaget är registrerat för moms")


class ApplicationFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of({UNDECIDED: "Inte avgjorda", **APPLICATION_STATE_SV}, blank="Alla"),
        coerce=or_none(str),
    )
    system = SelectField("System", coerce=or_none(int))


class ContractFilter(FilterForm):
    lage = SelectField("Läge", choices=one_of(CONTRACT_STATE_SV, blank="Alla"), coerce=or_none(str))


class AnswersForm(BaseForm):
    """One field per requirement; see `answers_form`."""

    def answers(self, asked: Iterable[Asked]) -> dict[int, AnswerDraft]:
        """What is typed, by the requirement's position."""
        return {
            one.position: (
                AnswerDraft(self[f"krav_{one.position}"].data or "", is_declared=False)
                if one.proof is Proof.ANSWER
                else AnswerDraft("", is_declared=bool(self[f"krav_{one.position}"].data))
            )
            for one in asked
        }


def answers_form(asked: Iterable[Asked]) -> AnswersForm:
    """A form with a box for each requirement that asks for text and a tick for each that is declared."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for one in asked:
        name = f"krav_{one.position}"
        if one.proof is Proof.ANSWER:
            fields[name] = TextAreaField(
                f"Svar på krav {one.position}",
                validators=[Optional(), Length(max=8000)],
                render_kw={"rows": 6},
            )
            data[name] = one.answer.answer_sv
        else:
            fields[name] = BooleanField(f"Vi intygar att vi uppfyller krav {one.position}")
            data[name] = one.answer.is_declared
    form: AnswersForm = type("AnswersFormOfTerms", (AnswersForm,), fields)(data=data)
    return form


class JudgementsForm(BaseForm):
    """A verdict and a reason per requirement; see `judgements_form`."""

    def judgements(self, asked: Iterable[Asked]) -> dict[int, JudgementDraft]:
        """What is typed, by the requirement's position."""
        return {
            one.position: JudgementDraft(
                self[f"bedomning_{one.position}"].data, self[f"skal_{one.position}"].data or ""
            )
            for one in asked
        }


def judgements_form(asked: Iterable[Asked]) -> JudgementsForm:
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for one in asked:
        fields[f"bedomning_{one.position}"] = RadioField(
            f"Är krav {one.position} uppfyllt?",
            choices=one_of(JUDGEMENT_SV),
            coerce=or_none(Judgement),
            validators=[Optional()],
            validate_choice=False,
        )
        fields[f"skal_{one.position}"] = TextAreaField(
            f"Skäl för krav {one.position}", validators=[Optional(), Length(max=4000)], render_kw={"rows": 3}
        )
        data[f"bedomning_{one.position}"] = one.judged.judgement
        data[f"skal_{one.position}"] = one.judged.reason_sv
    form: JudgementsForm = type("JudgementsFormOfTerms", (JudgementsForm,), fields)(data=data)
    return form


class CompletionForm(BaseForm):
    text_sv = TextAreaField(
        "Vad som behöver kompletteras",
        validators=[DataRequired("Skriv vad som behöver kompletteras."), Length(max=4000)],
        description="Skriv så att företaget vet exakt vad som saknas. Begäran visas för företaget.",
    )


class RejectForm(BaseForm):
    reasons_sv = TextAreaField(
        "Skäl för beslutet",
        validators=[DataRequired("Skriv skälen för beslutet."), Length(max=8000)],
        description="Skälen står i beslutet, före bedömningen av varje krav.",
        render_kw={"rows": 6},
    )
    diary_number = StringField(
        "Diarienummer", validators=[DataRequired("Skriv diarienumret."), Length(max=60)]
    )


class ApproveForm(RejectForm):
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
