"""The form where a participant types her code."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from marketplace.web.forms import BaseForm


class CodeForm(BaseForm):
    code = StringField(
        "Din kod",
        validators=[
            DataRequired("Skriv koden."),
            Length(max=60, message="Koden är för lång. Den har tio tecken."),
        ],
        description="Koden har tio tecken, till exempel ABCDE-23456. Stora eller små bokstäver spelar ingen roll.",
        render_kw={
            "autocomplete": "one-time-code",
            "autocapitalize": "characters",
            "spellcheck": "false",
        },
    )
