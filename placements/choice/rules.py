"""The choice round: what was shown, what the participant thinks of it, and what she chose."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, Invalid
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
    SHORTLIST = "shortlist"
    DECLINE = "refuse"
    WISH = "wish_wider"
    CHOOSE = "choose"
    ASSIGN = "assign"
    CLOSE = "close"


_OFFICER = by(Role.CASE_OFFICER)
_EITHER = by(Role.CASE_OFFICER, Role.PARTICIPANT)
"""The participant by her code, or the officer who writes down what she says at the table."""

CHOICE_TRANSITIONS: TransitionTable = {
    (ChoiceState.OPEN, ChoiceAction.SHOW): Transition(
        ChoiceState.OPEN,
        _OFFICER,
        "Visa fler platser",
        needs_sv="Deltagaren har redan valt, eller så är valomgången avslutad.",
    ),
    (ChoiceState.OPEN, ChoiceAction.SHORTLIST): Transition(
        ChoiceState.OPEN, _EITHER, "Spara en plats", needs_sv="Det går inte längre att spara platser här."
    ),
    (ChoiceState.OPEN, ChoiceAction.DECLINE): Transition(
        ChoiceState.OPEN, _EITHER, "Säg nej till en plats", needs_sv="Det går inte längre att säga nej här."
    ),
    (ChoiceState.OPEN, ChoiceAction.WISH): Transition(
        ChoiceState.OPEN,
        _EITHER,
        "Be att få se fler sorters platser",
        needs_sv="Det går inte längre att be om fler platser här.",
    ),
    (ChoiceState.OPEN, ChoiceAction.CHOOSE): Transition(
        ChoiceState.CHOSEN,
        _EITHER,
        "Registrera deltagarens val",
        needs_sv="Valet är redan registrerat, eller så är valomgången avslutad.",
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
        by(Role.CASE_OFFICER, Role.SYSTEM),  # the system when the grant is over
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

MOST_RESERVES = 2
"""Places chosen in reserve: with the chosen one, as many as can be requested at once."""


class ChoiceBy(StrEnum):
    """Who wrote down what the participant thinks."""

    PARTICIPANT = "participant"
    OFFICER = "officer"


CHOICE_BY_SV = {ChoiceBy.PARTICIPANT: "av deltagaren, med kod", ChoiceBy.OFFICER: "vid bordet"}


class RefusalReason(StrEnum):
    """Why the participant says no to a place. Kept apart from a supplier's decline and from what came too late."""

    FAR_AWAY = "far_away"
    HOURS = "hours"
    TASKS = "tasks"
    DEMANDS = "demands"
    WORKPLACE = "workplace"
    STARTS = "starts"
    OTHER = "other"


REFUSAL_SV = {
    RefusalReason.FAR_AWAY: "Det är för långt bort",
    RefusalReason.HOURS: "Tiderna passar inte",
    RefusalReason.TASKS: "Vill göra något annat",
    RefusalReason.DEMANDS: "Arbetet är för tungt eller svårt",
    RefusalReason.WORKPLACE: "Vill inte vara på det stället",
    RefusalReason.STARTS: "Det börjar vid fel tid",
    RefusalReason.OTHER: "Annat skäl",
}


def check_choice(
    place_id: int, reserve_ids: Sequence[int], *, shown: Collection[int], declined: Collection[int]
) -> None:
    """Raises Invalid where the choice or what is in reserve, in rank, is not among what can be chosen."""
    if place_id not in shown:
        raise Invalid("Välj en av platserna som har visats.", field="place_id")
    if place_id in declined:
        raise Invalid("Det står nej till den platsen. Ta tillbaka nejet först.", field="place_id")
    if len(reserve_ids) > MOST_RESERVES:
        raise Invalid(f"Välj högst {MOST_RESERVES} reserver.", field="first_reserve")
    if place_id in reserve_ids or len(set(reserve_ids)) < len(reserve_ids):
        raise Invalid("Välj olika platser. En plats kan bara väljas en gång.", field="first_reserve")
    if not set(reserve_ids) <= set(shown) - set(declined):
        raise Invalid("En reserv måste ha visats, och det får inte stå nej till den.", field="first_reserve")


def check_not_all_declined(*, shown: int, declined: int) -> None:
    """Whoever has said no to everything has answered: that is not abstaining from the choice (LOV 9:2)."""
    if shown and shown == declined:
        raise Conflict(
            "Deltagaren har sagt nej till alla platser som har visats. Det är ett svar, inte ett uteblivet val. "
            "Visa fler platser, eller avsluta valomgången utan val."
        )


def wish_waits(wished_at: datetime | None, last_shown_at: datetime | None) -> bool:
    """Whether a wish to see more kinds of places has not been followed by anything shown."""
    return wished_at is not None and (last_shown_at is None or last_shown_at <= wished_at)
