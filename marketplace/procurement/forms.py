"""What a procurement officer types: a system, and its terms with rows that can be added without script."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from marketplace.procurement.price_rules import (
    COMPONENT_SV,
    DAY_PART_SV,
    FEES,
    MONTH_BASIS_SV,
    RATES,
    Component,
    MonthBasis,
    PriceDraft,
    PriceSettings,
    with_settings,
)
from marketplace.procurement.rules import (
    CHECK_KIND_SV,
    PROOF_SV,
    REGIME_SV,
    CheckKind,
    DefaultRule,
    Proof,
    Regime,
    RequirementDraft,
    TermsRules,
)
from marketplace.web.fields import CheckboxesField, DateFieldSv, HoursField, OreField, PercentField
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none
from marketplace.web.messages import SwedishMessages

MAX_ROWS = 80
MAX_ORE = 100_000_000
_AMOUNT_SV = "Skriv ett belopp från 0 till 1 000 000 kronor."
_PAID = {kind: label for kind, label in COMPONENT_SV.items() if kind in RATES | FEES}

_PARTS = {part: label.capitalize() for part, label in DAY_PART_SV.items()}
_BASES = {basis: label.capitalize() for basis, label in MONTH_BASIS_SV.items()}


class SystemForm(BaseForm):
    name = StringField("Namn", validators=[DataRequired(), Length(max=120)])
    service_sv = TextAreaField(
        "Vad som köps",
        validators=[DataRequired(), Length(max=4000)],
        description="Beskriv tjänsten så att ett företag kan avgöra om den är något för dem.",
    )
    regime = RadioField(
        "Lag", choices=one_of(REGIME_SV), coerce=Regime, default=Regime.LOV, validators=[DataRequired()]
    )
    kommun_codes = CheckboxesField(
        "Kommuner som omfattas", validators=[DataRequired("Välj minst en kommun.")]
    )


class DecidersForm(BaseForm):
    needs_two_deciders = BooleanField(
        "Två upphandlare behövs: en föreslår beslutet och en annan fattar det",
        description="Gäller beslut om ansökningar från och med nu. Ni behöver vara minst två upphandlare.",
    )


class ClosingForm(BaseForm):
    reason_sv = TextAreaField(
        "Varför systemet stängs",
        validators=[DataRequired(), Length(max=1000)],
        description="Skälet visas för alla på systemets sida.",
        render_kw={"rows": 3},
    )


class SystemFilter(FilterForm):
    kommun = SelectField("Kommun", coerce=or_none(str))
    lag = SelectField("Lag", choices=one_of(REGIME_SV, blank="Alla"), coerce=or_none(Regime))


class VersionFilter(FilterForm):
    mot = SelectField("Jämför med", coerce=or_none(int))


class _Row(Form):
    class Meta:
        def get_translations(self, _form: Form) -> SwedishMessages:
            return SwedishMessages()

    def is_blank(self) -> bool:
        raise NotImplementedError


class RequirementRow(_Row):
    text_sv = TextAreaField("Krav", validators=[Length(max=4000)], render_kw={"rows": 3})
    proof = SelectField(
        "Så visar företaget det", choices=one_of(PROOF_SV), coerce=Proof, default=Proof.ANSWER
    )

    def is_blank(self) -> bool:
        return not (self.text_sv.data or "").strip()


class PriceLine(_Row):
    component = SelectField(
        "Ersättning", choices=one_of(_PAID, blank="Välj"), coerce=or_none(Component), default=None
    )
    support_level = StringField("Nivå", validators=[Length(max=40)])
    day_part = SelectField("Del av dag", choices=one_of(_PARTS, blank="Alla"), coerce=or_none(str))
    amount = OreField("Kronor")

    def is_blank(self) -> bool:
        typed = [self.component.data, (self.support_level.data or "").strip(), self.amount.raw_data]
        return not any(value for value in typed if value != [""])

    def validate_component(self, field: SelectField) -> None:
        if field.data is None and not self.is_blank():
            raise ValidationError("Välj ersättning.")

    def validate_amount(self, field: OreField) -> None:
        if field.data is None and not self.is_blank() and not field.errors:
            raise ValidationError("Skriv beloppet.")
        if field.data is not None and not 0 <= field.data <= MAX_ORE:
            raise ValidationError(_AMOUNT_SV)

    def validate_day_part(self, field: SelectField) -> None:
        if field.data and self.component.data is not Component.DAY_RATE:
            raise ValidationError("Bara dagersättning har del av dag.")

    def validate_support_level(self, field: StringField) -> None:
        if (field.data or "").strip() and self.component.data not in RATES:
            raise ValidationError("Lämna nivån tom.")


class IndexStep(_Row):
    from_day = DateFieldSv("Från och med")
    percent = PercentField("Procent")

    def is_blank(self) -> bool:
        return not any(raw not in ([], [""], None) for raw in (self.from_day.raw_data, self.percent.raw_data))

    def validate_from_day(self, field: DateFieldSv) -> None:
        if field.data is None and not self.is_blank() and not field.errors:
            raise ValidationError("Skriv dagen.")

    def validate_percent(self, field: PercentField) -> None:
        if field.data is None and not self.is_blank() and not field.errors:
            raise ValidationError("Skriv procentsatsen.")
        if field.data is not None and not -50 <= field.data <= 50:
            raise ValidationError("Skriv en procentsats från -50 till 50.")


def _days(label: str, description: str) -> IntegerField:
    return IntegerField(label, validators=[InputRequired(), NumberRange(1, 120)], description=description)


def _months(kind: CheckKind) -> IntegerField:
    return IntegerField(f"{CHECK_KIND_SV[kind]}, månader", validators=_at_least(1, 60))


def _hours(label: str) -> HoursField:
    limits = NumberRange(Decimal("0.01"), 24, message="Skriv fler timmar än 0 och högst 24.")
    return HoursField(label, validators=[Optional(), limits])


def _at_least(least: int, most: int) -> list[Any]:
    return [Optional(), NumberRange(least, most)]


class PublishForm(BaseForm):
    read = HiddenField()
    """The mark of the text that was read before it is published."""


class TermsForm(BaseForm):
    begun_with = HiddenField()
    """The mark of the text that the writing began with."""
    requirements = FieldList(FormField(RequirementRow), "Krav", max_entries=MAX_ROWS)
    prices = FieldList(FormField(PriceLine), "Prislista", max_entries=MAX_ROWS)
    index_steps = FieldList(FormField(IndexStep), "Index", max_entries=MAX_ROWS)

    whole_from_hours = _hours("Heldag från, timmar")
    half_from_hours = _hours("Halvdag från, timmar")
    start_after_run_days = IntegerField(
        "Startersättning efter, dagar",
        validators=_at_least(0, 365),
        description="Hur länge placeringen ska ha pågått. 0 betyder när aktivitetsplanen är överenskommen.",
    )
    month_basis = RadioField(
        "Månader som ersätts", choices=one_of(_BASES), coerce=MonthBasis, default=MonthBasis.STARTED
    )
    is_month_prorated = BooleanField("Ersätt i proportion till dagarna när månaden inte är hel")
    month_from_run_day = IntegerField("Månadsersättning från dag", validators=_at_least(1, 365))
    late_report_ore = OreField(
        "Slutersättning när slutdokumentationen är sen, kronor",
        validators=[Optional(), NumberRange(0, MAX_ORE, message=_AMOUNT_SV)],
    )
    result_after_months = IntegerField("Resultatersättning efter, månader", validators=_at_least(1, 60))
    is_absence_paid = BooleanField("Giltig frånvaro ersätts med dagersättningen")
    absence_max_in_a_row = IntegerField("Högst dagar i rad", validators=_at_least(1, 365))
    absence_max_in_a_month = IntegerField("Högst dagar i månaden", validators=_at_least(1, 31))
    is_absence_reported_same_day = BooleanField("Bara frånvaro som anmäls samma dag")

    start_within_days = _days(
        "Tid till start, dagar", "Från det att en handläggare söker plats till starten."
    )
    answer_within = _days(
        "Svar på förfrågan, arbetsdagar", "Så länge hålls en plats medan leverantören svarar."
    )
    plan_within = _days("Aktivitetsplan, arbetsdagar", "Från starten.")
    report_within = _days("Slutdokumentation, arbetsdagar", "Från placeringens slut.")
    decision_within = _days("Beslut om ansökan, arbetsdagar", "Det som ni lovar den som ansöker.")
    capacity_floor = IntegerField(
        "Minsta antal platser",
        validators=_at_least(1, 1000),
        description="Så många platser ska en leverantör minst erbjuda. Tomt är ingen gräns.",
    )
    capacity_cap = IntegerField(
        "Kapacitetstak, platser",
        validators=_at_least(1, 10_000),
        description="Så många platser används som mest samtidigt hos en leverantör. Tomt är inget tak.",
    )
    default_rule = RadioField(
        "Den som inte väljer placeras",
        coerce=DefaultRule,
        validators=[DataRequired()],
    )
    own_provision_sv = TextAreaField(
        "Myndighetens egen verksamhet",
        validators=[Length(max=4000)],
        description="Bara om den som inte väljer placeras där: vad det är, var den finns och vad man gör.",
        render_kw={"rows": 3},
    )
    tax_check_months = _months(CheckKind.TAX)
    debt_check_months = _months(CheckKind.DEBT)
    status_check_months = _months(CheckKind.STATUS)
    insurance_check_months = _months(CheckKind.INSURANCE)
    contract_text_sv = TextAreaField(
        "Villkorens text",
        validators=[Length(max=40_000)],
        description="Det som gäller utöver krav, priser och tider, som kommer med i avtalet av sig självt.",
        render_kw={"rows": 12},
    )

    def add_rows(self, which: str, how_many: int = 3) -> None:
        """More empty rows in one of the lists, as long as there is room."""
        rows = self[{"krav": "requirements", "priser": "prices", "index": "index_steps"}[which]]
        for _ in range(min(how_many, MAX_ROWS - len(rows.entries))):
            rows.append_entry()

    def requirement_drafts(self) -> list[RequirementDraft]:
        rows = [entry.form for entry in self.requirements if not entry.form.is_blank()]
        return [RequirementDraft((row.text_sv.data or "").strip(), row.proof.data) for row in rows]

    def price_drafts(self) -> list[PriceDraft]:
        rows = [entry.form for entry in self.prices if not entry.form.is_blank()]
        lines = [
            PriceDraft(
                row.component.data,
                (row.support_level.data or "").strip() or None,
                row.day_part.data,
                row.amount.data,
            )
            for row in rows
        ]
        return with_settings(lines, self._settings())

    def rules(self) -> TermsRules:
        return TermsRules(**{rule.name: self[rule.name].data for rule in fields(TermsRules)})

    def _settings(self) -> PriceSettings:
        """What is typed; what is left empty is as usual."""
        steps = [entry.form for entry in self.index_steps if not entry.form.is_blank()]
        typed = {name: self[name].data for name in _SETTINGS if self[name].data is not None}
        days = [(step.from_day.data, step.percent.data) for step in steps if step.from_day.data is not None]
        return PriceSettings(**typed, index_steps=tuple(days))


_SETTINGS = frozenset(setting.name for setting in fields(PriceSettings)) - {"index_steps"}
