"""How one version of a plan differs from another, part by part and word by word."""

from collections.abc import Mapping
from dataclasses import dataclass

from enterprises.places.rules import WEEKDAY_SV
from marketplace.procurement.comparison_rules import Kind, Pair, Piece, matched, words_changed
from marketplace.swedish import counted, full_stop, plain_number
from placements.plan.content_rules import ContactPerson, Goal, PlanContent, TaskPeriod
from placements.plan.staircase_rules import Step


@dataclass(frozen=True)
class Line:
    """What a line of the plan was and what it will be; empty where it is new, or gone."""

    was: tuple[Piece, ...]
    now: tuple[Piece, ...]


@dataclass(frozen=True)
class PartChange:
    title_sv: str
    lines: tuple[Line, ...]


def weekdays_sv(weekdays: tuple[int, ...]) -> str:
    """(1, 2, 3) → "måndag, tisdag och onsdag"; empty when none are settled."""
    *head, last = [WEEKDAY_SV[day] for day in weekdays] or [""]
    return f"{', '.join(head)} och {last}" if head else last


def step_sv(step: Step) -> str:
    hours = plain_number(step.hours_per_week, 2, is_trimmed=True)
    days = weekdays_sv(step.weekdays)
    return (
        f"Från {step.from_day}: {hours} timmar i veckan på {counted(step.days_per_week, 'dag', 'dagar')}"
        f"{f' ({days})' if days else ''}"
    )


def goal_sv(goal: Goal) -> str:
    """As sentences: whoever writes a goal in a line seldom ends it."""
    text = full_stop(goal.text_sv)
    return f"{text} Så märker vi det: {full_stop(goal.sign_sv)}" if goal.sign_sv else text


def period_sv(period: TaskPeriod) -> str:
    return f"Från {period.from_day}: {period.text_sv}"


def contact_sv(contact: ContactPerson) -> str:
    parts = (contact.name, contact.role_sv, contact.phone, contact.email)
    return ", ".join(part for part in parts if part)


def parts_of(content: PlanContent) -> Mapping[str, list[str]]:
    """The plan's parts as lines, by title, in the order in which it is read."""
    return {
        "Omfattning": [step_sv(step) for step in content.steps],
        "Arbetsuppgifter": lines_of(content.tasks_sv),
        "Byten av uppgifter": [period_sv(period) for period in content.periods],
        "Mål": [goal_sv(goal) for goal in content.goals],
        "Anpassningar": lines_of(content.adaptations_sv),
        "Kontaktpersoner": [contact_sv(contact) for contact in content.contacts],
        "Uppföljningar": [day.isoformat() for day in content.follow_up_dates],
        "Vid frånvaro": lines_of(content.absence_sv),
    }


def differences(before: PlanContent, after: PlanContent) -> list[PartChange]:
    return part_changes(parts_of(before), parts_of(after))


def part_changes(was: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> list[PartChange]:
    """The parts that are not as they were: of a line worded otherwise, the words that go and those that come."""
    return [
        PartChange(title, tuple(_changed(was[title], now[title])))
        for title in was
        if was[title] != now[title]
    ]


def _changed(old: list[str], new: list[str]) -> list[Line]:
    lines = []
    for pair in _side_by_side([pair for pair in matched(old, new) if not pair.is_unchanged]):
        before = old[pair.old] if pair.old is not None else ""
        after = new[pair.new] if pair.new is not None else ""
        pieces = words_changed(before, after)
        lines.append(
            Line(
                tuple(piece for piece in pieces if piece.kind is not Kind.ADDED),
                tuple(piece for piece in pieces if piece.kind is not Kind.GONE),
            )
        )
    return lines


def _side_by_side(pairs: list[Pair]) -> list[Pair]:
    """As many lines that go as come stand for each other, however unlike they are."""
    gone = [pair.old for pair in pairs if pair.new is None]
    come = [pair.new for pair in pairs if pair.old is None]
    if len(gone) != len(come):
        return pairs
    both = [pair for pair in pairs if pair.old is not None and pair.new is not None]
    return [*both, *(Pair(old, new) for old, new in zip(gone, come, strict=True))]


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
