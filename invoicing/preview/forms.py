"""The shape of the question: a GET form, so that the answer can be shared as a link."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask import request
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import DataRequired, NumberRange, Optional

from invoicing.preview.rules import REPORT_SV, Example, Report
from invoicing.remuneration.facts import Month
from marketplace.web.fields import DateFieldSv, HoursField
from marketplace.web.forms import BaseForm, one_of
from placements.participants.rules import support_level_sv


class ExampleForm(BaseForm):
    """Filled in with a whole month of full days until something is asked. What cannot be used is said, and kept."""

    niva = SelectField("Stödnivå")
    manad = SelectField("Månad att räkna", coerce=Month.parse)
    fran = DateFieldSv("Placeringens första dag", validators=[DataRequired()])
    till = DateFieldSv("Placeringens sista dag", validators=[DataRequired()])
    dagar = IntegerField("Dagar i veckan", validators=[DataRequired(), NumberRange(1, 5)])
    timmar = HoursField("Timmar om dagen", validators=[DataRequired(), NumberRange(Decimal("0.25"), 24)])
    franvaro = IntegerField(
        "Dagar med giltig frånvaro",
        description="Anmälda samma dag. De räknas i rad, sist i månaden.",
        validators=[Optional(), NumberRange(0, 31)],
    )
    plan = BooleanField("Aktivitetsplanen blir överenskommen den här månaden")
    slut = SelectField("Slutdokumentationen", choices=one_of(REPORT_SV), coerce=Report)
    resultat = IntegerField(
        "Månader med arbete eller studier",
        description="Om det styrks den här månaden. Placeringen kan vara slut sedan länge.",
        validators=[Optional(), NumberRange(1, 60)],
    )

    def __init__(
        self, months: Sequence[Month], levels: Sequence[str], *, has_result_fee: bool, **defaults: Any
    ) -> None:
        super().__init__(formdata=request.args if request.args else None, data=defaults)
        self.manad.choices = one_of({month: month.text_sv for month in months})
        if levels:
            self.niva.choices = one_of({level: support_level_sv(level) for level in levels})
        else:
            del self.niva
        if not has_result_fee:
            del self.resultat

    def example(self) -> Example:
        """What is asked, when it is valid."""
        assert self.fran.data is not None
        assert self.till.data is not None
        assert self.dagar.data is not None
        return Example(
            month=self.manad.data,
            first_day=self.fran.data,
            last_day=self.till.data,
            days_per_week=self.dagar.data,
            hours_per_day=self.timmar.data,
            level=self.niva.data if "niva" in self else None,
            absence_days=self.franvaro.data or 0,
            is_plan_agreed=self.plan.data,
            report=self.slut.data,
            result_months=self.resultat.data if "resultat" in self else None,
        )
