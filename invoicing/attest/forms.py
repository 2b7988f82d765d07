"""Shapes of the forms about a sent invoice."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from invoicing.attest.rules import WAITS_SV, SaidOfLine, Waits
from marketplace.web.fields import OreField, QuantityField
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none

NO_PERSONS_SV = "Skriv inga namn eller andra uppgifter om en person."
YES = "ja"


class InboxFilter(FilterForm):
    vantar = SelectField(
        "Väntar på", choices=one_of(WAITS_SV, blank="Allt som inte är klart"), coerce=or_none(Waits)
    )
    leverantor = SelectField("Leverantör", coerce=or_none(int))
    forfallna = SelectField("Förfaller", choices=one_of({YES: "Har förfallit"}, blank="Alla dagar"))


class KeepForm(BaseForm):
    reason = TextAreaField(
        "Varför står ni fast?",
        description=f"Köparen läser svaret. {NO_PERSONS_SV}",
        validators=[DataRequired(), Length(max=1000)],
    )


class CreditForm(BaseForm):
    reason = TextAreaField(
        "Varför krediteras fakturan?",
        description=f"Köparen läser skälet. {NO_PERSONS_SV}",
        validators=[DataRequired(), Length(max=1000)],
    )


class DisputeForm(BaseForm):
    """Three fields for each line; see `dispute_form`."""

    def said(self) -> list[SaidOfLine]:
        """Of the lines that something is written about."""
        positions = sorted(int(name.removeprefix("reason_")) for name in self._fields if "reason_" in name)
        found = [
            SaidOfLine(
                position,
                self[f"reason_{position}"].data or "",
                self[f"quantity_{position}"].data,
                self[f"amount_{position}"].data,
            )
            for position in positions
        ]
        return [
            one for one in found if one.reason_sv or one.quantity is not None or one.amount_ore is not None
        ]


def dispute_form(positions: Iterable[int]) -> DisputeForm:
    fields: dict[str, Any] = {}
    for position in positions:
        fields[f"reason_{position}"] = TextAreaField("Vad är fel?", validators=[Length(max=1000)])
        fields[f"quantity_{position}"] = QuantityField("Rätt antal, om du vet", validators=[Optional()])
        fields[f"amount_{position}"] = OreField("Rätt belopp i kronor, om du vet", validators=[Optional()])
    form: DisputeForm = type("DisputeOfLines", (DisputeForm,), fields)()
    return form


def limits_form(controllers: Iterable[tuple[int, str, int | None]]) -> BaseForm:
    """A field for each controller: membership, name, and what she may attest now."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for membership_id, name, limit_ore in controllers:
        fields[f"limit_{membership_id}"] = OreField(
            name,
            description="Högsta beloppet i kronor. Tomt: får inte attestera.",
            validators=[Optional(), NumberRange(1, message="Skriv ett belopp som är större än noll.")],
        )
        data[f"limit_{membership_id}"] = limit_ore
    form: BaseForm = type("LimitsForm", (BaseForm,), fields)(data=data)
    return form
