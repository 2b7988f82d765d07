"""How each kind of letter is taken: a choice for each."""

from collections.abc import Mapping

from wtforms import SelectField
from wtforms.validators import DataRequired

from marketplace.letters.rules import KINDS, WAY_SV, LetterKind, Way, ways_for
from marketplace.web.forms import BaseForm, one_of


def letters_form(ways: Mapping[LetterKind, Way]) -> BaseForm:
    """A form with a field for each of the kinds, which says how it is taken now."""
    fields = {
        kind.value: SelectField(
            KINDS[kind].label_sv,
            description=KINDS[kind].about_sv,
            choices=one_of({way: WAY_SV[way] for way in ways_for(kind)}),
            coerce=Way,
            validators=[DataRequired()],
        )
        for kind in ways
    }
    form: BaseForm = type("LettersForm", (BaseForm,), fields)(data=ways)
    return form
