"""What is typed to sign in."""

from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, Length

from marketplace.web.forms import BaseForm


class SignInForm(BaseForm):
    email = EmailField(
        "E-postadress",
        validators=[DataRequired("Skriv din e-postadress."), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        "Lösenord",
        # The longest password is bounded so that hashing one cannot be made costly.
        validators=[DataRequired("Skriv ditt lösenord."), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
