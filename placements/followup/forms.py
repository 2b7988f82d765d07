"""Forms of follow-ups."""

from dataclasses import replace
from datetime import date
from typing import Any

from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from marketplace.web.fields import CheckboxesField, DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none
from placements.followup.rules import PARTY_SV, Agreed, Minutes, Party
from placements.plan.content_rules import LONGEST_LINE, LONGEST_TEXT

ROWS = (1, 2, 3)
"""What is agreed at the most follow-ups; more is added afterwards."""
_LINE = [Length(max=LONGEST_LINE)]
_MISSING_SV = {
    "text_sv": "Skriv vad som ska göras.",
    "who": "Välj vem som gör det.",
    "due_on": "Skriv när det ska vara klart.",
}


def _who(label: str, *, is_required: bool = False) -> SelectField:
    return SelectField(
        label,
        choices=one_of(PARTY_SV, blank="Välj"),
        coerce=or_none(Party),
        validators=[DataRequired("Välj vem som gör det.")] if is_required else [Optional()],
    )


class MinutesForm(BaseForm):
    saves = IntegerField(widget=HiddenInput(), validators=[Optional()])
    held_on = DateFieldSv("När träffades ni?", validators=[DataRequired()])
    took_part = CheckboxesField(
        "Vilka var med?",
        choices=one_of(PARTY_SV),
        validators=[DataRequired("Kryssa för vilka som var med.")],
    )
    notes_sv = TextAreaField(
        "Vad kom ni fram till?",
        validators=[DataRequired(), Length(max=LONGEST_TEXT)],
        description="Hur går det med målen? Vad fungerar, och vad behöver ändras? Skriv inget om diagnoser. "
        "Deltagaren har rätt att läsa det.",
    )

    def minutes(self) -> Minutes:
        """What was typed, for a form that is valid."""
        took_part = [Party(one) for one in self.took_part.data or ()]
        return Minutes(self.held_on.data or date.max, took_part, self.notes_sv.data or "")


class HoldForm(MinutesForm):
    """With room for what was agreed. Empty rows are passed over."""

    agreed_1_text_sv = StringField("Vad ska göras?", validators=_LINE)
    agreed_1_who = _who("Vem gör det?")
    agreed_1_due_on = DateFieldSv("Klart senast", validators=[Optional()])
    agreed_2_text_sv = StringField("Vad ska göras? (2)", validators=_LINE)
    agreed_2_who = _who("Vem gör det? (2)")
    agreed_2_due_on = DateFieldSv("Klart senast (2)", validators=[Optional()])
    agreed_3_text_sv = StringField("Vad ska göras? (3)", validators=_LINE)
    agreed_3_who = _who("Vem gör det? (3)")
    agreed_3_due_on = DateFieldSv("Klart senast (3)", validators=[Optional()])

    def _filled(self) -> list[str]:
        """What the names of the boxes begin with, in rows where anything is written."""
        boxes = [f"agreed_{number}_" for number in ROWS]
        return [
            box
            for box in boxes
            if any(str(text).strip() for name in _MISSING_SV for text in self[f"{box}{name}"].raw_data or ())
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        for box in self._filled():
            for name, message_sv in _MISSING_SV.items():
                field = self[f"{box}{name}"]
                if not field.data and not field.errors:
                    field.errors, is_valid = [message_sv], False
        return is_valid

    def minutes(self) -> Minutes:
        rows = [
            _agreed(self[f"{box}text_sv"], self[f"{box}who"], self[f"{box}due_on"], box)
            for box in self._filled()
        ]
        return replace(super().minutes(), agreed=rows)


class ActionForm(BaseForm):
    text_sv = StringField("Vad ska göras?", validators=[DataRequired(_MISSING_SV["text_sv"]), *_LINE])
    who = _who("Vem gör det?", is_required=True)
    due_on = DateFieldSv("Klart senast", validators=[DataRequired(_MISSING_SV["due_on"])])

    def agreed(self) -> Agreed:
        return _agreed(self.text_sv, self.who, self.due_on)


def _agreed(text_sv: Field, who: Field, due_on: Field, box: str = "") -> Agreed:
    return Agreed(text_sv.data or "", who.data, due_on.data, box)


class DayForm(BaseForm):
    due_on = DateFieldSv("Dag", validators=[DataRequired()])


class MissForm(BaseForm):
    due_on = DateFieldSv(
        "Ny dag", validators=[Optional()], description="Lämna tomt om ni inte ska ses i stället."
    )


LATE, ALL = "sena", "alla"


class FollowUpFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of(
            {
                LATE: "Sena",
                "held": "Hållna",
                "missed": "Blev inte av",
                ALL: "Alla",
            },
            blank="Kommande och sena",
        ),
    )
    mina = BooleanField("Bara mina deltagare")
