"""The form of the default assignment."""

from wtforms import RadioField
from wtforms.validators import DataRequired

from marketplace.web.forms import BaseForm


class AssignForm(BaseForm):
    system_id = RadioField(
        "System", coerce=int, validators=[DataRequired("Välj vilket system beviljandet gäller.")]
    )
