"""What is typed to prove who one is, and to have something to prove it with."""

from wtforms import HiddenField, IntegerField, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired, Length, NumberRange

from marketplace.second_factor.rules import (
    MOST_PROOF_MINUTES,
    REQUIRED_OF_SV,
    Policy,
    RequiredOf,
)
from marketplace.web.forms import BaseForm, one_of


class _OneOfThem:
    """Not marked as optional, and not required either: another of the ways may be used."""

    field_flags = {"required": True}

    def __call__(self, form: object, field: object) -> None:
        pass


_ONE_TIME: dict[str, object] = {
    "autocomplete": "one-time-code",
    "autocapitalize": "none",
    "spellcheck": "false",
}


class ProofForm(BaseForm):
    """One of them is enough. The names are no other form's: a form that was sent in too late is carried along."""

    proof_password = PasswordField(
        "Lösenord",
        validators=[_OneOfThem(), Length(max=1000)],
        render_kw={"autocomplete": "current-password", "required": False},
    )
    proof_code = StringField(
        "Engångskod",
        validators=[_OneOfThem(), Length(max=60)],
        description="De sex siffrorna i appen, eller en av dina reservkoder.",
        render_kw=_ONE_TIME | {"required": False},
    )
    proof_passkey = HiddenField(validators=[Length(max=10_000)])

    @property
    def is_tried(self) -> bool:
        return any(field.raw_data for field in self)

    def keep(self, *names: str) -> None:
        """Asks only for these."""
        for name in [field.name for field in self if field.name not in names]:
            del self[name]


class AppForm(BaseForm):
    code = StringField(
        "Kod från appen",
        validators=[DataRequired("Skriv de sex siffrorna som appen visar."), Length(max=20)],
        render_kw=_ONE_TIME | {"inputmode": "numeric"},
    )


class PasskeyForm(BaseForm):
    name = StringField(
        "Namn på passnyckeln",
        validators=[DataRequired("Skriv ett namn, så att du känner igen den."), Length(max=60)],
        description="Så att du känner igen den, till exempel Min telefon eller Nyckeln på kontoret.",
    )
    passkey = HiddenField(validators=[Length(max=10_000)])


class PolicyForm(BaseForm):
    required_of = RadioField(
        "Vem ska ha tvåstegsinloggning?",
        choices=one_of(REQUIRED_OF_SV),
        coerce=RequiredOf,
        validators=[DataRequired()],
    )
    proof_minutes = IntegerField(
        "Hur många minuter räcker inloggningen för att skriva under och attestera?",
        validators=[DataRequired("Skriv ett antal minuter."), NumberRange(1, MOST_PROOF_MINUTES)],
    )

    def policy(self) -> Policy:
        return Policy(self.required_of.data, self.proof_minutes.data or 0)
