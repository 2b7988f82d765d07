"""Forms of the participant's own page."""

from wtforms import RadioField

from marketplace.web.forms import BaseForm, one_of, or_none
from placements.choice.forms import ReservesForm
from placements.choice.rules import RefusalReason
from placements.own_page.rules import OWN_REFUSAL_SV


class NoForm(BaseForm):
    reason = RadioField(
        "Varför? Du måste inte svara.",
        choices=one_of(OWN_REFUSAL_SV),
        coerce=or_none(RefusalReason),
        validate_choice=False,
    )


class OwnChoiceForm(ReservesForm):
    """The place stands in the address: what is left is what is in reserve."""
