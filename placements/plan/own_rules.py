"""The plan in easy-to-read Swedish, for the participant's own page."""

from enterprises.places.rules import WEEKDAY_SV
from marketplace.reference.rules import spoken_day
from marketplace.swedish import counted, plain_number
from placements.plan.content_rules import PlanContent, TaskPeriod
from placements.plan.staircase_rules import Step


def summary_sv(content: PlanContent) -> list[str]:
    """The plan in a few sentences."""
    first, last = content.steps[0] if content.steps else None, content.steps[-1] if content.steps else None
    said = [f"Planen har {counted(len(content.goals), 'mål', 'mål')}."]
    if first is not None and last is not None:
        said.insert(0, f"Du är på arbetsplatsen {_much(first)} i veckan.")
        if last != first:
            more = "ökar" if last.hours_per_week > first.hours_per_week else "ändras"
            said.insert(1, f"Det {more} till {_much(last)} från {spoken_day(last.from_day)}.")
    if content.follow_up_dates:
        said.append(f"Ni ses och pratar om hur det går {spoken_day(content.follow_up_dates[0])}.")
    return said


def easy_step_sv(step: Step) -> str:
    days = [WEEKDAY_SV[day] for day in step.weekdays]
    when = f", på {_and(days)}" if days else ""
    return f"Från {spoken_day(step.from_day)}: {_much(step)} i veckan{when}."


def easy_period_sv(period: TaskPeriod) -> str:
    return f"Från {spoken_day(period.from_day)}: {period.text_sv}"


def _much(step: Step) -> str:
    hours = plain_number(step.hours_per_week, 2, is_trimmed=True)
    return f"{hours} timmar på {counted(step.days_per_week, 'dag', 'dagar')}"


def _and(words: list[str]) -> str:
    *head, last = words
    return f"{', '.join(head)} och {last}" if head else last
