"""The choice round: what was shown, and what the participant chose."""

from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.rules import Transition, TransitionTable, by


class ChoiceState(StrEnum):
    OPEN = "open"
    CHOSEN = "chosen"
    ASSIGNED = "assigned"
    CLOSED = "closed"


CHOICE_STATE_SV = {
    ChoiceState.OPEN: "Deltagaren väljer",
    ChoiceState.CHOSEN: "Valt",
    ChoiceState.ASSIGNED: "Tilldelat utan val",
    ChoiceState.CLOSED: "Avslutad utan val",
}


class ChoiceAction(StrEnum):
    SHOW = "show"
    CHOOSE = "choose"
    ASSIGN = "assign"
    CLOSE = "close"


_OFFICER = by(Role.CASE_OFFICER)

CHOICE_TRANSITIONS: TransitionTable = {
    (ChoiceState.OPEN, ChoiceAction.SHOW): Transition(
        ChoiceState.OPEN, _OFFICER, "Visa fler platser", needs_sv="Deltagaren har redan valt."
    ),
    (ChoiceState.OPEN, ChoiceAction.CHOOSE): Transition(
        ChoiceState.CHOSEN,
        _OFFICER,
        "Registrera deltagarens val",
        needs_sv="Valet är redan registrerat.",
        causes_sv="Valet sparas med vad som visades. Sedan kan platsen begäras.",
    ),
    (ChoiceState.OPEN, ChoiceAction.ASSIGN): Transition(
        ChoiceState.ASSIGNED,
        _OFFICER,
        "Deltagaren väljer inte",
        needs_sv="Valomgången är redan avslutad.",
        causes_sv="Det som är bestämt i förväg gäller: egen verksamhet eller den leverantör som står i tur.",
    ),
    (ChoiceState.OPEN, ChoiceAction.CLOSE): Transition(
        ChoiceState.CLOSED,
        _OFFICER,
        "Avsluta utan val",
        needs_sv="Valomgången är redan avslutad.",
        causes_sv="Det som visades sparas. En ny valomgång kan öppnas.",
    ),
}

MAX_COMPARED = 4
"""Places compared side by side."""

CHOICE_TONE = {
    ChoiceState.OPEN: "waits",
    ChoiceState.CHOSEN: "good",
    ChoiceState.ASSIGNED: "neutral",
    ChoiceState.CLOSED: "muted",
}

MOST_SHOWN = 20
"""Places shown in one round: more is not a choice but a list."""
