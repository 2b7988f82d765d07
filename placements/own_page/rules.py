"""What is said to a participant on her own page: short sentences, one thing at a time."""

from collections.abc import Mapping
from datetime import date

from marketplace.reference.rules import spoken_day
from placements.booking.rules import PlacementState
from placements.choice.rules import ChoiceState, RefusalReason

OWN_REFUSAL_SV = {
    RefusalReason.FAR_AWAY: "Det är för långt bort",
    RefusalReason.HOURS: "Tiderna passar inte mig",
    RefusalReason.TASKS: "Jag vill göra något annat",
    RefusalReason.DEMANDS: "Arbetet är för tungt eller svårt",
    RefusalReason.WORKPLACE: "Jag vill inte vara på det stället",
    RefusalReason.STARTS: "Det börjar vid fel tid",
    RefusalReason.OTHER: "Något annat",
}

RESERVE_SV = {1: "Din första reserv", 2: "Din andra reserv"}

LATE_SV: Mapping[ChoiceState, str] = {
    ChoiceState.OPEN: "Det går inte att välja just nu. Prata med din handläggare.",
    ChoiceState.CHOSEN: "Du har redan valt. Ditt val är sparat. Vill du ändra dig? Prata med din handläggare.",
    ChoiceState.ASSIGNED: "Du har redan fått en plats. Du kan byta. Prata med din handläggare.",
    ChoiceState.CLOSED: "Din handläggare har avslutat valet. Det du har sparat finns kvar. Prata med din handläggare.",
}
"""Why nothing can be changed any more: another tab, the officer at the table, or a round that was closed."""

REFUSED_FIRST_SV = "Du har sagt nej till den här platsen. Ta tillbaka ditt nej först."

GONE_TIME_SV = "Den tiden finns inte längre. Välj en annan tid."


_NEWS_SV: Mapping[PlacementState, str] = {
    PlacementState.REQUESTED: "Din handläggare har frågat {workplace}. Vi väntar på svar.",
    PlacementState.ACCEPTED: "Du har fått platsen hos {workplace}. Du börjar {first_day}.",
    PlacementState.RUNNING: "Du tränar hos {workplace}. Sista dagen är {last_day}.",
    PlacementState.DECLINED: "{workplace} kunde inte ta emot dig. Din handläggare hör av sig.",
    PlacementState.EXPIRED: "{workplace} svarade inte i tid. Din handläggare hör av sig.",
    PlacementState.CANCELLED: "Vi frågar inte {workplace} längre.",
    PlacementState.NEVER_STARTED: "Du började inte hos {workplace}. Prata med din handläggare.",
}


def news_sv(state: PlacementState, workplace: str, first_day: date, last_day: date) -> str:
    """What has come of a choice, as sentences, also where the workplace's name ends with a full stop."""
    told = _NEWS_SV.get(state, "Du har slutat hos {workplace}.").format(
        workplace=workplace, first_day=spoken_day(first_day), last_day=spoken_day(last_day)
    )
    return told.replace("..", ".")
