"""How long what is kept, the number of a decision, and why somebody is left out."""

from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from marketplace.web.forms import BaseForm


class RuleForm(BaseForm):
    years = IntegerField(
        "Antal år",
        validators=[InputRequired()],  # 0 is written too, and refused for what it is
        description="Räknas från slutet av det kalenderår då ärendet avslutades.",
    )
    decision_sv = StringField(
        "Beslut",
        validators=[DataRequired(), Length(max=200)],
        description="Till exempel: Dokumenthanteringsplanen 2026, § 14, dnr 2026-31.",
    )


class DecisionForm(BaseForm):
    diary_number = StringField("Beslutets diarienummer", validators=[DataRequired(), Length(max=60)])


class HoldForm(BaseForm):
    reason_sv = StringField(
        "Varför uppgifterna behövs",
        validators=[DataRequired(), Length(max=300)],
        description="Till exempel: överklagat beslut, mål 123-26. Skriv inget om hälsa.",
    )
