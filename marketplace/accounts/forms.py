"""What is typed to sign in."""

from wtforms import EmailField, PasswordField
from wtforms.validators import DataRequired, EqualTo, Length

from marketplace.accounts.password_rules import MIN_PASSWORD
from marketplace.web.forms import BaseForm


class NewPasswordForm(BaseForm):
    password = PasswordField(
        "Nytt lösenord",
        validators=[DataRequired("Välj ett lösenord."), Length(max=1000)],
        description=f"Minst {MIN_PASSWORD} tecken. Flera ord efter varandra är lättare att minnas och svårare att"
        " gissa.",
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


class ChangePasswordForm(NewPasswordForm):
    current_password = PasswordField(
        "Nuvarande lösenord",
        validators=[DataRequired("Skriv ditt lösenord."), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )


class ForgottenForm(BaseForm):
    email = EmailField(
        "E-postadress",
        validators=[DataRequired("Skriv din e-postadress."), Length(max=254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


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
