"""Forms of the final report."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import request
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from marketplace.errors import Invalid
from marketplace.web.fields import CheckboxesField, DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, FormError, one_of, or_none
from placements.plan.content_rules import Goal
from placements.report.content_rules import (
    EXIT_REASON_SV,
    GOAL_RESULT_SV,
    ExitReason,
    GoalResult,
    ReachedGoal,
    ReportContent,
    missing_parts,
    too_long,
)
from placements.report.outcome_rules import (
    EDUCATION_SV,
    OCCUPATION_SV,
    SUPPORT_SV,
    YEARS_SV,
    Education,
    Occupation,
    OutcomeContent,
    Support,
    YearsInSupport,
)
from placements.report.rules import (
    FILED_STATES,
    REPORT_STATE_SV,
    UNREAD_REASON_SV,
    ReportState,
    UnreadReason,
)


class GoalRow(Form):
    """What came of one of the plan's goals."""

    result = RadioField(
        "Är målet nått?",
        choices=one_of(GOAL_RESULT_SV),
        coerce=or_none(GoalResult),
        validators=[Optional()],
        validate_choice=False,
    )
    words_sv = TextAreaField("Vad har ni sett?")


class ReportForm(BaseForm):
    """A draft is saved as it is, half-written or too long; what is to be mended is told beside the boxes."""

    saves = HiddenField()
    done_sv = TextAreaField(
        "Vad har deltagaren gjort?", description="Arbetsuppgifter, och hur de har ändrats under tiden."
    )
    goals = FieldList(FormField(GoalRow))
    abilities_sv = TextAreaField(
        "Vilka förmågor har deltagaren visat i arbetet?",
        description="Det ni har sett: vad som går bra och vad som är svårt. Skriv inget om diagnoser.",
    )
    adaptations_sv = TextAreaField(
        "Vilka anpassningar fungerade?",
        description="Sådant som nästa arbetsplats har nytta av. Skriv inget om diagnoser.",
    )
    recommended_sv = TextAreaField(
        "Vilket nästa steg rekommenderar ni?",
        description="Till exempel arbete, studier, mer arbetsträning eller annat stöd.",
    )
    exit_reason = SelectField(
        "Varför avslutades placeringen?",
        choices=one_of(EXIT_REASON_SV, blank="Välj orsak"),
        coerce=or_none(ExitReason),
        validators=[Optional()],
    )

    def __init__(self, content: ReportContent, saves: int, **kwargs: Any) -> None:
        """Begins with the draft. Raises Invalid for a post with other goals than the report has."""
        self._goals = [one.goal for one in content.goals]
        words = {f"goals-{number}-words_sv" for number in range(len(self._goals))}
        results = {f"goals-{number}-result" for number in range(len(self._goals))}
        posted = {name for name in request.form if name.startswith("goals-")}
        if posted and not words <= posted <= words | results:  # the form would count them anew
            raise Invalid("Målen på sidan är inte de som slutdokumentationen har. Läs om sidan.")
        goals = [{"result": one.result, "words_sv": one.words_sv} for one in content.goals]
        super().__init__(
            data={
                **content.texts,
                "exit_reason": content.exit_reason,
                "goals": goals,
                "saves": str(saves),
            },
            **kwargs,
        )
        for goal in goals[len(self.goals) :]:
            self.goals.append_entry(goal)
        for box in self._boxes.values():
            if box is not self.adaptations_sv:
                box.flags.required = True

    @property
    def goal_rows(self) -> list[tuple[Goal, Any]]:
        return [(goal, entry.form) for goal, entry in zip(self._goals, self.goals.entries, strict=True)]

    @property
    def _boxes(self) -> Mapping[str, Field]:
        """Every box by the name that the rules give it, as they stand on the page."""
        goals = [box for _, row in self.goal_rows for box in row]
        texts = (self.abilities_sv, self.adaptations_sv, self.recommended_sv, self.exit_reason)
        return {box.name: box for box in (self.done_sv, *goals, *texts)}

    def content(self) -> ReportContent:
        """What was typed."""
        return ReportContent(
            done_sv=self.done_sv.data or "",
            abilities_sv=self.abilities_sv.data or "",
            goals=tuple(
                ReachedGoal(goal, row.result.data, row.words_sv.data or "") for goal, row in self.goal_rows
            ),
            adaptations_sv=self.adaptations_sv.data or "",
            recommended_sv=self.recommended_sv.data or "",
            exit_reason=self.exit_reason.data,
        )

    def tell_what_is_long(self, *, and_missing: bool = False) -> None:
        """Says it beside the boxes."""
        content = self.content()
        found = {**(missing_parts(content) if and_missing else {}), **too_long(content)}
        for box, what in found.items():
            self._boxes[box].errors = [*self._boxes[box].errors, what]

    def error_list(self) -> list[FormError]:
        """Every error with its own box, also those of the goals."""
        found = [FormError("", "", message) for message in self.form_errors]
        for label, box in self._labelled():
            control = f"{box.id}-0" if isinstance(box, RadioField) else str(box.id)
            found += [FormError(control, label, message) for message in box.errors]
        return found

    def _labelled(self) -> Iterator[tuple[str, Field]]:
        numbers = {box.name: f"Mål {n}" for n, (_, row) in enumerate(self.goal_rows, start=1) for box in row}
        for name, box in self._boxes.items():
            yield numbers.get(name, box.label.text), box


class CommentForm(BaseForm):
    """The participant has read, on her own page; a comment is hers to leave or not."""

    comment_sv = TextAreaField("Din kommentar", validators=[Optional()])


class WitnessForm(BaseForm):
    """The witness says how the participant read."""

    comment_sv = TextAreaField(
        "Deltagarens kommentar",
        validators=[Optional()],
        description="Skriv med deltagarens egna ord, på vilket språk som helst. Den kan inte ändras efteråt.",
    )
    is_read = BooleanField(
        "Vi har läst slutdokumentationen tillsammans, och kommentaren är deltagarens egen.",
        validators=[DataRequired(message="Bocka i rutan när ni har läst tillsammans.")],
    )


class FileForm(BaseForm):
    unread_reason = RadioField(
        "Deltagaren har inte läst. Varför?",
        choices=one_of(
            {reason: UNREAD_REASON_SV[reason] for reason in (UnreadReason.DECLINED, UnreadReason.NOT_REACHED)}
        ),
        coerce=or_none(UnreadReason),
        validators=[Optional()],
        validate_choice=False,
    )


class CorrectionForm(BaseForm):
    text_sv = TextAreaField(
        "Vad behöver rättas?",
        validators=[DataRequired(message="Skriv vad som behöver rättas.")],
        description="Handledaren läser det. Det sparas tillsammans med den här versionen.",
    )


class ReceiveForm(BaseForm):
    next_step_sv = TextAreaField(
        "Beslut om nästa steg",
        validators=[DataRequired()],
        description="Vad Resursrådet har bestämt, och vem som gör vad härnäst. Alla som får läsa slutdokumentationen "
        "läser det, också deltagaren och arbetsplatsen. Skriv inget om diagnoser.",
    )


class OutcomeForm(BaseForm):
    occupation_before = SelectField(
        "Sysselsättning före", choices=one_of(OCCUPATION_SV, blank="Välj"), coerce=or_none(Occupation)
    )
    support_before = CheckboxesField("Försörjning före", choices=one_of(SUPPORT_SV))
    years_in_support = SelectField(
        "Tid i offentlig försörjning före",
        choices=one_of(YEARS_SV, blank="Välj"),
        coerce=or_none(YearsInSupport),
    )
    education = SelectField(
        "Högsta utbildning", choices=one_of(EDUCATION_SV, blank="Välj"), coerce=or_none(Education)
    )
    occupation_after = SelectField(
        "Sysselsättning efter", choices=one_of(OCCUPATION_SV, blank="Välj"), coerce=or_none(Occupation)
    )
    support_after = CheckboxesField("Försörjning efter", choices=one_of(SUPPORT_SV))
    result_began_on = DateFieldSv("Arbetet eller studierna började", validators=[Optional()])
    result_evidence_sv = StringField(
        "Det har jag sett som styrker det",
        validators=[Length(max=200)],
        description="Till exempel anställningsbevis och lönebesked, med datum. Skriv inte vem arbetsgivaren är.",
    )

    def __init__(self, known: OutcomeContent | None, *, has_result_fee: bool) -> None:
        super().__init__(data=vars(known) if known else None)
        for box in self:
            box.flags.required = not box.name.startswith("result_")
        if not has_result_fee and not (known and known.result_began_on):
            del self.result_began_on, self.result_evidence_sv

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        for box in self:
            if isinstance(box, SelectField) and box.data is None and not box.errors:
                box.errors, is_valid = ["Välj ett alternativ."], False
        return is_valid

    def content(self) -> OutcomeContent:
        """What was chosen, in a form that is valid."""
        began_on = self.result_began_on.data if "result_began_on" in self else None
        return OutcomeContent(
            occupation_before=self.occupation_before.data,
            support_before=tuple(Support(code) for code in self.support_before.data or ()),
            years_in_support=self.years_in_support.data,
            education=self.education.data,
            occupation_after=self.occupation_after.data,
            support_after=tuple(Support(code) for code in self.support_after.data or ()),
            result_began_on=began_on,
            result_evidence_sv=(self.result_evidence_sv.data or "") if began_on else "",
        )


class ReportFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of({state: REPORT_STATE_SV[state] for state in FILED_STATES}, blank="Alla"),
        coerce=or_none(ReportState),
    )
