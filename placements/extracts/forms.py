"""Which form an extract is wanted in."""

from wtforms import RadioField
from wtforms.validators import DataRequired

from marketplace.web.forms import BaseForm, one_of
from placements.extracts.rules import EXTRACT_FORMAT_SV, ExtractFormat


class ExtractForm(BaseForm):
    file_format = RadioField(
        "Som", validators=[DataRequired()], choices=one_of(EXTRACT_FORMAT_SV), coerce=ExtractFormat
    )
