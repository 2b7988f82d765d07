"""Which month to run."""

from wtforms import SelectField
from wtforms.validators import DataRequired

from invoicing.remuneration.facts import Month
from marketplace.web.forms import BaseForm


class RunForm(BaseForm):
    month = SelectField("Månad", coerce=Month.parse, validators=[DataRequired()])
