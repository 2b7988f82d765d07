"""What a final report says, and what it must say before the participant reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from marketplace.errors import Invalid
from marketplace.swedish import plain_number
from placements.plan.content_rules import Goal, PlanContent, storable
from placements.plan.difference_rules import PartChange, goal_sv, lines_of, part_changes, period_sv

LONGEST_TEXT = 10_000
LONGEST_WORDS = 2000
"""Of the words about a goal, a comment and a correction asked for."""


class ExitReason(StrEnum):
    WORK = "work"
    STUDIES = "studies"
    JOB_SEEKING = "job_seeking"
    ORDINARY_PROGRAMME = "ordinary_programme"
    REHABILITATION = "rehabilitation"
    ILLNESS = "illness"
    PARENTAL_LEAVE = "parental_leave"
    MOVED = "moved"
    OTHER = "other"


EXIT_REASON_SV = {
    ExitReason.WORK: "Arbete",
    ExitReason.STUDIES: "Studier",
    ExitReason.JOB_SEEKING: "Arbetssökande",
    ExitReason.ORDINARY_PROGRAMME: "Ordinarie program",
    ExitReason.REHABILITATION: "Fortsatt rehabilitering",
    ExitReason.ILLNESS: "Sjukdom",
    ExitReason.PARENTAL_LEAVE: "Föräldraledighet",
    ExitReason.MOVED: "Flytt",
    ExitReason.OTHER: "Annat",
}


EXIT_REASON_EASY_SV = {
    ExitReason.WORK: "Du har fått ett arbete.",
    ExitReason.STUDIES: "Du ska studera.",
    ExitReason.JOB_SEEKING: "Du ska söka arbete.",
    ExitReason.ORDINARY_PROGRAMME: "Du ska vara med i ett annat program.",
    ExitReason.REHABILITATION: "Du ska få mer rehabilitering.",
    ExitReason.ILLNESS: "Du är sjuk.",
    ExitReason.PARENTAL_LEAVE: "Du är föräldraledig.",
    ExitReason.MOVED: "Du har flyttat.",
    ExitReason.OTHER: "Något annat.",
}
"""To the participant."""


class GoalResult(StrEnum):
    MET = "met"
    PARTLY = "partly"
    NOT = "not"


GOAL_RESULT_SV = {
    GoalResult.MET: "Nått",
    GoalResult.PARTLY: "Delvis nått",
    GoalResult.NOT: "Inte nått",
}


@dataclass(frozen=True)
class ReachedGoal:
    """A goal as the agreed plan words it, and what came of it."""

    goal: Goal
    result: GoalResult | None = None
    words_sv: str = ""


@dataclass(frozen=True)
class ReportContent:
    """A draft may leave anything out, and may be too long: it is kept as it was written."""

    done_sv: str = ""
    abilities_sv: str = ""
    goals: tuple[ReachedGoal, ...] = ()
    adaptations_sv: str = ""
    recommended_sv: str = ""
    exit_reason: ExitReason | None = None

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts by the box where they are written."""
        return {
            "done_sv": self.done_sv,
            "abilities_sv": self.abilities_sv,
            "adaptations_sv": self.adaptations_sv,
            "recommended_sv": self.recommended_sv,
        }


_NEEDED = {
    "done_sv": "Skriv vad deltagaren har gjort.",
    "abilities_sv": "Skriv vilka förmågor deltagaren har visat i arbetet.",
    "recommended_sv": "Skriv vilket nästa steg ni rekommenderar.",
}


def goal_box(position: int, part: str) -> str:
    return f"goals-{position}-{part}"


def tidy(content: ReportContent) -> ReportContent:
    """The same report without space around its texts."""
    texts = {name: storable(text).strip() for name, text in content.texts.items()}
    goals = tuple(replace(one, words_sv=storable(one.words_sv).strip()) for one in content.goals)
    return ReportContent(**texts, goals=goals, exit_reason=content.exit_reason)


def missing_parts(content: ReportContent) -> Mapping[str, str]:
    """What a draft lacks before it can be shown: what to do, by the box where it is done."""
    missing = {box: what for box, what in _NEEDED.items() if not content.texts[box].strip()}
    for position, one in enumerate(content.goals):
        if one.result is None:
            missing[goal_box(position, "result")] = f"Välj om mål {position + 1} är nått."
        if not one.words_sv.strip():
            missing[goal_box(position, "words_sv")] = f"Skriv vad ni har sett av mål {position + 1}."
    if content.exit_reason is None:
        missing["exit_reason"] = "Välj varför placeringen avslutades."
    return missing


def too_long(content: ReportContent) -> Mapping[str, str]:
    """Texts that have to be shorter before it can be shown, by box."""
    goals = {goal_box(number, "words_sv"): one.words_sv for number, one in enumerate(content.goals)}
    return {
        box: f"Texten har {plain_number(len(text))} tecken. Korta den till {plain_number(most)}; allt är sparat."
        for texts, most in ((content.texts, LONGEST_TEXT), (goals, LONGEST_WORDS))
        for box, text in texts.items()
        if len(text) > most
    }


def check_whole(content: ReportContent) -> None:
    """Raises Invalid with the first thing that has to be mended, by its box."""
    for box, what in {**too_long(content), **missing_parts(content)}.items():
        raise Invalid(what, field=box)


def check_words(text_sv: str, *, field: str) -> str:
    """A comment, or what to correct, as it is kept. Raises Invalid."""
    text_sv = storable(text_sv).strip()
    if len(text_sv) > LONGEST_WORDS:
        raise Invalid(f"Skriv kortare, högst {LONGEST_WORDS} tecken.", field=field)
    return text_sv


def prefilled(plan: PlanContent | None) -> ReportContent:
    """What the agreed plan already says, to go on from."""
    if plan is None:
        return ReportContent()
    done = (plan.tasks_sv, *(period_sv(period) for period in plan.periods))
    return ReportContent(
        done_sv="\n".join(filter(None, done)),
        goals=tuple(ReachedGoal(goal) for goal in plan.goals),
        adaptations_sv=plan.adaptations_sv,
    )


def goal_result_sv(one: ReachedGoal) -> str:
    result = GOAL_RESULT_SV[one.result] if one.result else "Inte bedömt"
    return f"{goal_sv(one.goal)} {result}. {one.words_sv}".strip()


def parts_of(content: ReportContent) -> Mapping[str, list[str]]:
    """The report's parts as lines, by title, in the order in which it is read."""
    return {
        "Det här har deltagaren gjort": lines_of(content.done_sv),
        "Förmågor i arbetet": lines_of(content.abilities_sv),
        "Målen i planen": [goal_result_sv(one) for one in content.goals],
        "Anpassningar som fungerade": lines_of(content.adaptations_sv),
        "Rekommenderat nästa steg": lines_of(content.recommended_sv),
        "Varför placeringen avslutades": [EXIT_REASON_SV[content.exit_reason]] if content.exit_reason else [],
    }


def differences(before: ReportContent, after: ReportContent) -> list[PartChange]:
    return part_changes(parts_of(before), parts_of(after))
