"""Forms of registration and the enterprise's own page."""

from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import DataRequired, EqualTo, Length

from marketplace.web.fields import OrgnrField
from marketplace.web.forms import BaseForm

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
