"""Forms of registration and the enterprise's own page."""

from wtforms import (
    BooleanField,
    EmailField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length

from marketplace.accounts.forms import NewPasswordForm
from marketplace.web.fields import OrgnrField
from marketplace.web.forms import BaseForm

_EMAIL = {"autocapitalize": "none", "spellcheck": "false"}


class RegisterForm(NewPasswordForm):
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
        description="Dit myndigheter skriver. De som ni ansöker hos ser den, och alla när ni har ett avtal.",
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


class ProfileForm(BaseForm):
    about_sv = TextAreaField(
        "Om företaget",
        validators=[Length(max=4000)],
        description="Vad ni gör och för vem, i några meningar. Skriv för den som ska välja: alla kan läsa det.",
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
