"""Sentences for plans and final reports, put together by chance. They say nothing about anyone's health."""

from random import Random

from placements.plan.content_rules import Goal
from placements.report.content_rules import ExitReason, GoalResult, ReachedGoal

_TASKS = (
    "Börjar med enklare uppgifter tillsammans med handledaren och går sedan runt mellan stationerna.",
    "Följer en bestämd rutin de första veckorna. Därefter egna uppgifter efter intresse.",
    "Arbetar i par med en erfaren deltagare. Prövar en ny uppgift varannan vecka.",
    "Egna uppgifter från start, med avstämning varje morgon och eftermiddag.",
    "Prövar två olika arbeten under perioden för att se vilket som passar bäst.",
)
_GOALS = (
    Goal("Komma i tid och hålla rutinerna fyra veckor i rad.", "Närvaron visar högst en sen ankomst."),
    Goal("Klara hela arbetspass utan att behöva avbryta.", "Handledaren ser tre hela pass i följd."),
    Goal("Lära ut en uppgift till en ny deltagare.", "Den nya klarar uppgiften utan hjälp."),
    Goal("Pröva minst två olika arbetsuppgifter.", "Två uppgifter är provade minst en vecka var."),
    Goal("Ta egna kontakter med kunder.", "Handledaren har sett fem samtal."),
    Goal("Öka från två till tre dagar i veckan.", "Tre dagar i veckan under en månad."),
    Goal("Skriva ett cv med det som har gjorts här.", "Cv:t är utskrivet och genomläst av handledaren."),
    Goal("Göra ett studiebesök på en arbetsplats.", "Besöket är gjort och vi har pratat om det."),
    Goal("Öva svenska i arbetet varje dag.", "Deltagaren tar emot instruktioner utan att någon tolkar."),
)
_DONE = (
    "Deltagaren har arbetat med alla delar av verksamheten och ansvarat för egna uppgifter mot slutet.",
    "Deltagaren har arbetat i ett av våra lag och prövat ytterligare en station.",
    "Deltagaren har följt sin plan och utökat tiden under perioden.",
    "Deltagaren har tränat på att hålla tider och på att ta emot och ge instruktioner.",
)
_ABILITIES = (
    "Håller tider, arbetar självständigt och säger till när något är oklart.",
    "Arbetstakten har ökat. Tar emot och ger instruktioner i laget.",
    "Rutinerna sitter. Behöver pauser och en uppgift i taget.",
    "Kortare pass i liten grupp fungerar. Är noggrann och omtänksam mot de andra.",
)
_SEEN = {
    GoalResult.MET: ("Det har vi sett flera veckor i rad.", "Nått redan efter halva tiden."),
    GoalResult.PARTLY: ("Går de flesta dagar, men inte alla.", "Är på väg och behöver mer tid."),
    GoalResult.NOT: ("Det hann vi inte pröva.", "Vi valde att vänta med det."),
}
_COMMENTS = (
    "Jag håller med. Det bästa var att få ett eget ansvar.",
    "Bra skrivet. Jag vill gärna fortsätta med mer tid.",
    "Jag tycker att jag klarade mer än vad som står om tempot.",
    "",
)
RECOMMENDED = (
    "Fortsatt arbetsträning med fler timmar.",
    "Anställning med stöd hos en arbetsgivare i samma yrke.",
    "Studier på deltid tillsammans med praktik.",
    "Aktivt arbetssökande med stöd av Arbetsförmedlingen.",
    "Fortsatt rehabilitering innan nästa steg mot arbete.",
    "Praktik på en ordinarie arbetsplats.",
)
_EXITS = {
    ExitReason.WORK: 15,
    ExitReason.STUDIES: 8,
    ExitReason.JOB_SEEKING: 20,
    ExitReason.ORDINARY_PROGRAMME: 24,
    ExitReason.REHABILITATION: 15,
    ExitReason.ILLNESS: 6,
    ExitReason.PARENTAL_LEAVE: 2,
    ExitReason.MOVED: 2,
    ExitReason.OTHER: 8,
}
_EARLY_EXITS = {
    ExitReason.WORK: 22,
    ExitReason.STUDIES: 8,
    ExitReason.REHABILITATION: 18,
    ExitReason.ILLNESS: 24,
    ExitReason.PARENTAL_LEAVE: 5,
    ExitReason.MOVED: 8,
    ExitReason.OTHER: 15,
}


def tasks_for(rng: Random) -> str:
    return rng.choice(_TASKS)


def goals_for(rng: Random) -> list[Goal]:
    return rng.sample(_GOALS, rng.randint(2, 4))


def report_texts(rng: Random) -> tuple[str, str, str]:
    """What was done, which abilities were seen, what is recommended."""
    return rng.choice(_DONE), rng.choice(_ABILITIES), rng.choice(RECOMMENDED)


def reached(goal: Goal, rng: Random) -> ReachedGoal:
    result = rng.choices(list(_SEEN), (5, 3, 2))[0]
    return ReachedGoal(goal, result, rng.choice(_SEEN[result]))


def comment(rng: Random) -> str:
    """What a participant says of her report."""
    return rng.choice(_COMMENTS)


def exit_reason(rng: Random, *, is_early: bool) -> ExitReason:
    weights = _EARLY_EXITS if is_early else _EXITS
    return rng.choices(list(weights), list(weights.values()))[0]
