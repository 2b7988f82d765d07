"""What the coordinator writes about the authority's identity provider."""

from wtforms import PasswordField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.identity_provider.rules import read_list
from marketplace.web.fields import CheckboxesField
from marketplace.web.forms import BaseForm, one_of

_PASSWORDS_SV = {
    "yes": "Ja, båda sätten går",
    "no": "Nej, bara organisationens inloggning",
}


class ProviderForm(BaseForm):
    issuer = StringField(
        "Utfärdare",
        validators=[DataRequired(), Length(max=500)],
        description="Adressen som leverantören kallar issuer, till exempel https://inloggning.kommun.se.",
        render_kw={"inputmode": "url", "spellcheck": "false"},
    )
    client_id = StringField("Klient-id", validators=[DataRequired(), Length(max=200)])
    client_password = PasswordField(
        "Klienthemlighet",
        validators=[Length(max=500)],
        description="Visas aldrig igen. Lämna tomt för att behålla den som finns.",
        render_kw={"autocomplete": "off"},
    )
    domains = TextAreaField(
        "Domäner",
        validators=[DataRequired(), Length(max=2000)],
        description="Det som står efter @ i era e-postadresser, en domän på varje rad.",
    )
    group_claim = StringField(
        "Uppgift som bär grupperna",
        validators=[DataRequired(), Length(max=200)],
        description="Heter ofta groups eller roles hos leverantören.",
    )
    second_factor_values = TextAreaField(
        "Räknas som andra steg",
        validators=[Length(max=2000)],
        description="Värden i amr eller acr, ett på varje rad, till exempel mfa. Lämna tomt om ingen inloggning där"
        " ska räknas som ett andra steg här.",
    )
    allows_password = RadioField(
        "Får de som hör till domänerna logga in med lösenord också?",
        choices=one_of(_PASSWORDS_SV),
        validators=[DataRequired()],
        default="yes",
    )

    def domain_list(self) -> list[str]:
        return read_list((self.domains.data or "").lower())

    def second_factor_list(self) -> list[str]:
        return read_list(self.second_factor_values.data or "")


class NewProviderForm(ProviderForm):
    client_password = PasswordField(
        "Klienthemlighet",
        validators=[DataRequired("Skriv klienthemligheten."), Length(max=500)],
        description="Visas aldrig igen.",
        render_kw={"autocomplete": "off"},
    )


class GroupRuleForm(BaseForm):
    """Posts and kommuner come from the view."""

    group_name = StringField(
        "Grupp",
        validators=[DataRequired(), Length(max=200)],
        description="Gruppens namn eller id, precis som leverantören skickar det.",
        render_kw={"spellcheck": "false"},
    )
    post = SelectField("Roll", validators=[DataRequired()])
    kommuner = CheckboxesField(
        "Kommuner",
        description="Bara för samordnare: kommunerna i Resursrådet. Inget val betyder alla.",
    )
