"""Forms of the application, its judgement and the decision."""

from collections.abc import Iterable
from typing import Any

from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from enterprises.applications.rules import (
    APPLICATION_STATE_SV,
    JUDGEMENT_SV,
    AnswerDraft,
    Asked,
    Judgement,
    JudgementDraft,
)
from marketplace.procurement.rules import Proof
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none

UNDECIDED = "oavgjorda"


class ApplicationFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of({UNDECIDED: "Inte avgjorda", **APPLICATION_STATE_SV}, blank="Alla"),
        coerce=or_none(str),
    )
    system = SelectField("System", coerce=or_none(int))


class AnswersForm(BaseForm):
    """One field per requirement; see `answers_form`."""

    def answers(self, asked: Iterable[Asked]) -> dict[int, AnswerDraft]:
        """What is typed, by the requirement's position."""
        return {
            one.position: (
                AnswerDraft(self[f"krav_{one.position}"].data or "", is_declared=False)
                if one.proof is Proof.ANSWER
                else AnswerDraft("", is_declared=bool(self[f"krav_{one.position}"].data))
            )
            for one in asked
        }


def answers_form(asked: Iterable[Asked]) -> AnswersForm:
    """A form with a box for each requirement that asks for text and a tick for each that is declared."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for one in asked:
        name = f"krav_{one.position}"
        if one.proof is Proof.ANSWER:
            fields[name] = TextAreaField(
                f"Svar på krav {one.position}",
                validators=[Optional(), Length(max=8000)],
                render_kw={"rows": 6},
            )
            data[name] = one.answer.answer_sv
        else:
            fields[name] = BooleanField(f"Vi intygar att vi uppfyller krav {one.position}")
            data[name] = one.answer.is_declared
    form: AnswersForm = type("AnswersFormOfTerms", (AnswersForm,), fields)(data=data)
    return form


class JudgementsForm(BaseForm):
    """A verdict and a reason per requirement; see `judgements_form`."""

    def judgements(self, asked: Iterable[Asked]) -> dict[int, JudgementDraft]:
        """What is typed, by the requirement's position."""
        return {
            one.position: JudgementDraft(
                self[f"bedomning_{one.position}"].data, self[f"skal_{one.position}"].data or ""
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
            f"Skäl för krav {one.position}", validators=[Optional(), Length(max=4000)], render_kw={"rows": 3}
        )
        data[f"bedomning_{one.position}"] = one.judged.judgement
        data[f"skal_{one.position}"] = one.judged.reason_sv
    form: JudgementsForm = type("JudgementsFormOfTerms", (JudgementsForm,), fields)(data=data)
    return form


class CompletionForm(BaseForm):
    text_sv = TextAreaField(
        "Vad som behöver kompletteras",
        validators=[DataRequired("Skriv vad som behöver kompletteras."), Length(max=4000)],
        description="Skriv så att företaget vet exakt vad som saknas. Begäran visas för företaget.",
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
