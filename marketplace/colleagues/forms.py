"""Inviting a colleague, accepting, and who takes over."""

from wtforms import EmailField, SearchField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from marketplace.accounts.forms import NewPasswordForm
from marketplace.web.fields import CheckboxesField
from marketplace.web.forms import BaseForm, FilterForm, or_none


class ColleaguesFilter(FilterForm):
    namn = SearchField("Namn eller e-post", validators=[Length(max=200)])


class InviteForm(BaseForm):
    email = EmailField(
        "E-postadress",
        validators=[DataRequired("Skriv en e-postadress."), Length(max=254)],
        description="Dit skickas en länk som gäller i sju dagar.",
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
    )
    post = SelectField("Roll", validators=[DataRequired("Välj en roll.")])
    kommuner = CheckboxesField(
        "Kommuner för en samordnare",
        description="Bara för samordnare. Utan val gäller alla kommuner.",
    )


class AcceptForm(NewPasswordForm):
    name = StringField(
        "Ditt namn",
        validators=[DataRequired("Skriv för- och efternamn."), Length(max=200)],
        render_kw={"autocomplete": "name"},
    )


class EndForm(BaseForm):
    successor = SelectField(
        "Vem tar över?", validators=[DataRequired("Välj vem som tar över.")], coerce=or_none(int)
    )
