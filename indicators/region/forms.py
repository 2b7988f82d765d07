"""What a region is called, and who is asked to be in it."""

from wtforms import StringField
from wtforms.validators import DataRequired, Length

from marketplace.web.fields import CheckboxesField
from marketplace.web.forms import BaseForm


class AskForm(BaseForm):
    """Shape only: who may be asked comes from the view."""

    authorities = CheckboxesField("Myndigheter att fråga")


class FoundForm(AskForm):
    name = StringField("Namn", validators=[DataRequired(), Length(max=100)])
