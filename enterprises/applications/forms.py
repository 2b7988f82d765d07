"""Forms of the application, its files, its judgement and the decision."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField, MultipleFileField
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from enterprises.applications.attachment_rules import LIMITS_SV, TYPE_OF_SUFFIX
from enterprises.applications.exclusion_rules import GROUND_SV, Ground
from enterprises.applications.rules import (
    APPLICATION_STATE_SV,
    JUDGEMENT_SV,
    AnswerDraft,
    Asked,
    Judgement,
    JudgementDraft,
)
from marketplace.procurement.rules import Proof
from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none

UNDECIDED = "oavgjorda"
_ACCEPTED = {"accept": ",".join(f".{suffix}" for suffix in TYPE_OF_SUFFIX)}


class ApplicationFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of({UNDECIDED: "Inte avgjorda", **APPLICATION_STATE_SV}, blank="Alla"),
        coerce=or_none(str),
    )
    system = SelectField("System", coerce=or_none(int))


class StartForm(BaseForm):
    reuse = BooleanField("Utgå från svaren där", default=True)


class AnswersForm(BaseForm):
    """A box or a tick per requirement, files, and a tick for each file to take away; see `answers_form`."""

    def answers(self, asked: Iterable[Asked]) -> dict[int, AnswerDraft]:
        """What is typed, by requirement."""
        found = {}
        for one in asked:
            typed = self[f"krav_{one.position}"].data
            is_tick = isinstance(typed, bool)
            found[one.requirement_id] = AnswerDraft(
                "" if is_tick else typed or "", is_declared=is_tick and typed
            )
        return found

    def uploads(self, one: Asked) -> list[tuple[str, bytes]]:
        """Name and content of the files that are sent for a requirement."""
        field = self._fields.get(f"filer_{one.position}")
        sent = [file for file in field.data or () if file and file.filename] if field else []
        return [(file.filename, file.stream.read()) for file in sent]

    def removals(self, one: Asked) -> list[int]:
        """The files of a requirement that are ticked to be taken away."""
        return [
            file.id
            for file in one.files
            if f"ta_bort_{file.id}" in self._fields and self[f"ta_bort_{file.id}"].data
        ]


def answers_form(asked: Iterable[Asked]) -> AnswersForm:
    """For a draft: a box for each requirement that is answered in text, a tick for each that is declared."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for one in asked:
        name = f"krav_{one.position}"
        if one.proof is Proof.DECLARATION:
            fields[name] = BooleanField(f"Vi intygar att vi uppfyller krav {one.position}")
            data[name] = one.answer.is_declared
            continue
        is_answer = one.proof is Proof.ANSWER
        label = (
            f"Svar på krav {one.position}" if is_answer else f"Kommentar till krav {one.position} (frivillig)"
        )
        fields[name] = _text(label, rows=6 if is_answer else 2)
        data[name] = one.answer.answer_sv
        file_label = f"Filer till krav {one.position}" + (" (frivilliga)" if is_answer else "")
        _add_files(fields, one, file_label)
    return _made(fields, data)


def completion_form(asked: Iterable[Asked]) -> AnswersForm:
    """For a completion: a box and files for each requirement that is asked of."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for one in asked:
        completion = one.open_completion
        name = f"krav_{one.position}"
        fields[name] = _text(f"Komplettering av krav {one.position}", rows=6)
        data[name] = completion.answer_sv if completion else ""
        _add_files(fields, one, f"Nya filer till krav {one.position} (frivilliga)")
    return _made(fields, data)


def _text(label: str, *, rows: int) -> Any:
    return TextAreaField(label, validators=[Optional(), Length(max=8000)], render_kw={"rows": rows})


def _add_files(fields: dict[str, Any], one: Asked, label: str) -> None:
    for file in one.files:
        if not file.is_handed_in:
            fields[f"ta_bort_{file.id}"] = BooleanField(f"Ta bort {file.name}")
    fields[f"filer_{one.position}"] = MultipleFileField(label, description=LIMITS_SV, render_kw=_ACCEPTED)


def _made(fields: dict[str, Any], data: dict[str, Any]) -> AnswersForm:
    form: AnswersForm = type("AnswersFormOfTerms", (AnswersForm,), fields)(data=data)
    return form


class JudgementsForm(BaseForm):
    """A verdict, a reason and perhaps a day per requirement; see `judgements_form`."""

    def judgements(self, asked: Iterable[Asked]) -> dict[int, JudgementDraft]:
        """What is typed, by requirement."""
        return {
            one.requirement_id: JudgementDraft(
                self[f"bedomning_{one.position}"].data,
                self[f"skal_{one.position}"].data or "",
                self[f"senast_{one.position}"].data,
            )
            for one in asked
        }


def judgements_form(asked: Iterable[Asked]) -> JudgementsForm:
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for one in asked:
        fields[f"bedomning_{one.position}"] = RadioField(
            f"Är krav {one.position} uppfyllt?",
            choices=one_of(JUDGEMENT_SV),
            coerce=or_none(Judgement),
            validators=[Optional()],
            validate_choice=False,
        )
        fields[f"skal_{one.position}"] = TextAreaField(
            f"Skäl för krav {one.position}",
            description="Varför det är uppfyllt eller inte, eller vad som ska kompletteras.",
            validators=[Optional(), Length(max=4000)],
            render_kw={"rows": 3},
        )
        fields[f"senast_{one.position}"] = DateFieldSv(
            f"Krav {one.position} ska vara kompletterat senast", validators=[Optional()]
        )
        data[f"bedomning_{one.position}"] = one.judged.judgement
        data[f"skal_{one.position}"] = one.judged.reason_sv
        data[f"senast_{one.position}"] = one.judged.complete_by
    form: JudgementsForm = type("JudgementsFormOfTerms", (JudgementsForm,), fields)(data=data)
    return form


class CompletionForm(BaseForm):
    text_sv = TextAreaField(
        "Meddelande",
        validators=[Optional(), Length(max=4000)],
        description="Står överst i begäran. Vad som ska kompletteras står vid varje krav.",
        render_kw={"rows": 3},
    )


class FindingForm(BaseForm):
    ground = RadioField(
        "Grund",
        choices=one_of(GROUND_SV),
        coerce=or_none(Ground),
        validators=[DataRequired("Välj grund.")],
        validate_choice=False,
    )
    evidence_sv = TextAreaField(
        "Vad som visar det",
        validators=[DataRequired("Skriv vad som visar det."), Length(max=4000)],
        description="Till exempel vilket register och vilken dag. Skriv inga uppgifter om enskilda personer i onödan.",
    )
    file = FileField("Underlag som fil", description=LIMITS_SV, render_kw=_ACCEPTED)


class ReasonForm(BaseForm):
    reason_sv = TextAreaField(
        "Skäl", validators=[DataRequired("Skriv skälet."), Length(max=2000)], render_kw={"rows": 3}
    )


class DecisionForm(BaseForm):
    reasons_sv = TextAreaField(
        "Skäl för beslutet",
        validators=[DataRequired("Skriv skälen för beslutet."), Length(max=8000)],
        description="Skälen står i beslutet, före bedömningen av varje krav.",
        render_kw={"rows": 6},
    )
    diary_number = StringField(
        "Diarienummer", validators=[DataRequired("Skriv diarienumret."), Length(max=60)]
    )
