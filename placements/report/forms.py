"""Forms of the final report."""

from typing import Any, ClassVar

from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none
from placements.report.rules import EXIT_REASON_SV, REPORT_STATE_SV, ExitReason, ReportContent, ReportState

_TEXT = [Length(max=10_000)]


class NeededToFile:
    """Marks a field that a draft may leave empty and a filed report may not; the service holds it."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: object, field: object) -> None:
        """Says nothing of a draft."""


class ReportForm(BaseForm):
    """A draft may be saved half written; what is missing is told before it is filed."""

    done_sv = TextAreaField(
        "Vad har deltagaren gjort?",
        validators=[*_TEXT, NeededToFile()],
        description="Arbetsuppgifter, och hur de har ändrats under tiden.",
    )
    reached_sv = TextAreaField(
        "Vad har deltagaren nått?",
        validators=[*_TEXT, NeededToFile()],
        description="Gå igenom målen i planen: nått, delvis nått eller inte nått, och vad ni har sett.",
    )
    adaptations_sv = TextAreaField(
        "Vilka anpassningar fungerade?",
        validators=_TEXT,
        description="Sådant som nästa arbetsplats har nytta av. Skriv inget om diagnoser.",
    )
    recommended_sv = TextAreaField(
        "Vilket nästa steg rekommenderar ni?",
        validators=[*_TEXT, NeededToFile()],
        description="Till exempel arbete, studier, mer arbetsträning eller annat stöd.",
    )
    exit_reason = SelectField(
        "Varför avslutades placeringen?",
        choices=one_of(EXIT_REASON_SV, blank="Välj orsak"),
        coerce=or_none(ExitReason),
        validators=[Optional(), NeededToFile()],
    )

    def answers(self) -> dict[str, Any]:
        """What was typed, by the names of the service."""
        return {
            "done_sv": self.done_sv.data or "",
            "reached_sv": self.reached_sv.data or "",
            "adaptations_sv": self.adaptations_sv.data or "",
            "recommended_sv": self.recommended_sv.data or "",
            "exit_reason": self.exit_reason.data,
        }


class FileForm(BaseForm):
    is_read = BooleanField(
        "Jag har läst igenom slutdokumentationen och deltagaren vet vad som står i den.",
        validators=[DataRequired(message="Bocka i rutan när ni har läst igenom den.")],
    )


class ReceiveForm(BaseForm):
    next_step_sv = TextAreaField(
        "Beslut om nästa steg",
        validators=[DataRequired(), Length(max=5000)],
        description="Vad Resursrådet har bestämt, och vem som gör vad härnäst. Handläggaren läser det.",
    )


class ReportFilter(FilterForm):
    lage = SelectField(
        "Läge",
        choices=one_of(
            {state: REPORT_STATE_SV[state] for state in (ReportState.FILED, ReportState.RECEIVED)},
            blank="Alla",
        ),
        coerce=or_none(ReportState),
    )


def prefilled(content: ReportContent) -> dict[str, Any]:
    return {**content.texts, "exit_reason": content.exit_reason}
