"""Forms of those who write surveys. What a participant answers is read question by question."""

from wtforms import IntegerField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from marketplace.web.fields import CheckboxesField
from marketplace.web.forms import BaseForm, one_of
from placements.checkpoints.rules import (
    KIND_SV,
    LEAST_POINTS,
    MOST_POINTS,
    OCCASION_SV,
    Language,
    Occasion,
    QuestionDraft,
    QuestionKind,
    Wording,
)

_LONG = Length(max=500)


class SurveyForm(BaseForm):
    name_sv = StringField("Enkätens namn", validators=[DataRequired(), Length(max=200)])


class WordingForm(BaseForm):
    """A question in one language."""

    text = StringField("Fråga", validators=[DataRequired(), _LONG])
    easy_text = TextAreaField(
        "Lättläst förklaring",
        validators=[_LONG],
        description="En mening till, med enkla ord och gärna ett exempel.",
    )
    low_label = StringField("Skalans låga ände", validators=[Length(max=100)])
    high_label = StringField("Skalans höga ände", validators=[Length(max=100)])
    choices = TextAreaField(
        "Svar att välja mellan", validators=[Length(max=2000)], description="Ett svar på varje rad."
    )

    def keep_only(self, kind: QuestionKind) -> None:
        """Leaves out what a question of that kind has not."""
        if kind is not QuestionKind.SCALE:
            del self.low_label, self.high_label
        if kind is not QuestionKind.CHOICE:
            del self.choices

    def write_in(self, language: Language) -> None:
        """The boxes, and not their labels, are in the language."""
        for name in _SAID:
            if name in self._fields:
                self._fields[name].render_kw = {"lang": language.code, "dir": language.direction}

    def fill(self, wording: Wording) -> None:
        self.process(data=vars(wording) | {"choices": "\n".join(wording.choices)})

    @property
    def wording(self) -> Wording:
        said = {name: field.data or "" for name, field in self._fields.items() if name in _SAID}
        lines = [line.strip() for line in said.pop("choices", "").splitlines()]
        return Wording(choices=tuple(line for line in lines if line), **said)


_SAID = ("text", "easy_text", "low_label", "high_label", "choices")


class QuestionForm(WordingForm):
    kind = RadioField("Svaren är", choices=one_of(KIND_SV), coerce=QuestionKind, validators=[InputRequired()])
    points = IntegerField(
        "Antal steg",
        validators=[Optional(), NumberRange(LEAST_POINTS, MOST_POINTS)],
        description=f"För en skala: {LEAST_POINTS} till {MOST_POINTS}.",
    )
    occasions = CheckboxesField("Frågas vid", choices=one_of(OCCASION_SV))

    def fill_question(self, draft: QuestionDraft) -> None:
        wording = vars(draft.wording) | {"choices": "\n".join(draft.wording.choices)}
        occasions = [occasion.value for occasion in draft.occasions]
        self.process(data=wording | {"kind": draft.kind, "points": draft.points, "occasions": occasions})

    @property
    def draft(self) -> QuestionDraft:
        """What is left over from another kind of answers is not part of it."""
        said, kind = self.wording, self.kind.data
        is_scale, is_choice = kind is QuestionKind.SCALE, kind is QuestionKind.CHOICE
        wording = Wording(
            said.text,
            said.easy_text,
            said.low_label if is_scale else "",
            said.high_label if is_scale else "",
            said.choices if is_choice else (),
        )
        occasions = [Occasion(value) for value in self.occasions.data or ()]
        return QuestionDraft(kind, wording, occasions, self.points.data if is_scale else None)
