"""What is compared with what, and the levels of targets."""

from wtforms import IntegerField, SelectField
from wtforms.validators import DataRequired, NumberRange

from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.measures.rules import DIMENSION_SV, Dimension
from indicators.outcomes.section_rules import SHOWN
from indicators.outcomes.target_rules import AIM_SV, MOST_PARTICIPANTS, SAID, Aim, Level
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none

_DIMENSIONS = {by: label for by, label in DIMENSION_SV.items() if by is not Dimension.ALL}


class CompareForm(FilterForm):
    ar = SelectField("År", coerce=or_none(int))
    tal = SelectField(
        "Tal",
        choices=one_of({key: INDICATORS[key].name_sv for key in SHOWN}),
        coerce=Indicator,
        default=Indicator.WORK_OR_STUDIES,
    )
    per = SelectField("Per", choices=one_of(_DIMENSIONS), coerce=Dimension, default=Dimension.SUPPLIER)


def _percent(aim: Aim) -> IntegerField:
    return IntegerField(
        f"{AIM_SV[aim]}, procent",
        validators=[DataRequired(), NumberRange(1, 100, message="Skriv ett tal från 1 till 100.")],
    )


def _question(aim: Aim) -> SelectField:
    return SelectField(f"{AIM_SV[aim]}: fråga", coerce=or_none(str))


class TargetsForm(BaseForm):
    """The fields are named as the aims are."""

    work_or_studies = _percent(Aim.WORK_OR_STUDIES)
    ordinary_programme = _percent(Aim.ORDINARY_PROGRAMME)
    influence = _percent(Aim.INFLUENCE)
    influence_question = _question(Aim.INFLUENCE)
    closer = _percent(Aim.CLOSER)
    closer_question = _question(Aim.CLOSER)
    participants = IntegerField(
        AIM_SV[Aim.PARTICIPANTS],
        validators=[
            DataRequired(),
            NumberRange(1, MOST_PARTICIPANTS, message="Skriv ett tal från 1 till 1 000 000."),
        ],
    )
    women = _percent(Aim.WOMEN)

    @property
    def levels(self) -> list[Level]:
        return [
            Level(aim, self[aim.value].data, self[f"{aim.value}_question"].data if aim in SAID else None)
            for aim in Aim
        ]
