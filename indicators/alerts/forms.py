"""What a strategist asks to be told of."""

from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired

from indicators.alerts.rules import ALERT_KIND_SV, AlertKind, Watch
from marketplace.web.forms import BaseForm, one_of, or_none


class AlertForm(BaseForm):
    """Kommuner and trades come from the view."""

    kind = RadioField(
        "Vad ska bevakas?", choices=one_of(ALERT_KIND_SV), coerce=AlertKind, validators=[DataRequired()]
    )
    kommun = SelectField("Kommun", coerce=or_none(str))
    trade = SelectField("Yrke", coerce=or_none(str))
    threshold = IntegerField(
        "Gräns",
        validators=[InputRequired()],
        description="Antal platser som det minst ska finnas, eller antal dagar. Med 1 plats får ni veta när ingen är"
        " ledig.",
    )

    def watch(self) -> Watch:
        """Raises Invalid beside the threshold."""
        return Watch(self.kind.data, self.threshold.data or 0, self.kommun.data, self.trade.data)
