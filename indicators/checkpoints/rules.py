"""What may be told of participants' answers: by half-year, sex, question and occasion, and never of a single person.

A half-year is told when it is over. What is answered stands, so its numbers never change: two nights' numbers have no
difference to read somebody's answer from. Women and men are never added together, nor half-years.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from statistics import median
from typing import Final

from indicators.disclosure.rules import LIMIT, suppressed
from marketplace.reference.rules import Sex
from placements.checkpoints.rules import NO, YES, Occasion, QuestionKind


class Step(StrEnum):
    """An occasion; or how the latest answer of the half-year stands to that at the start of the placement."""

    START = Occasion.START.value
    QUARTER = Occasion.QUARTER.value
    END = Occasion.END.value
    FORWARD = "forward"


STEP_SV: Mapping[Step, str] = {
    Step.START: "Vid starten",
    Step.QUARTER: "Var tredje månad",
    Step.END: "Vid slutet",
    Step.FORWARD: "Steg framåt sedan starten",
}
SEXES: Final = (Sex.WOMAN, Sex.MAN)
WHOLE: Final = -1
"""The option of everyone who answered."""
FORWARD, NOT_FORWARD = 1, 0
_APART: Final = 2
"""A mean is told where at least so many answered otherwise than most did: else it would be everyone's answer, or, to
the one who stood apart, everyone else's."""


@dataclass(frozen=True, order=True)
class Period:
    year: int
    half: int

    @classmethod
    def of(cls, day: date) -> Period:
        return cls(day.year, 1 if day.month <= 6 else 2)

    @classmethod
    def parse(cls, key: str) -> Period:
        year, _, half = key.partition("-")
        return cls(int(year), int(half))

    @classmethod
    def of_years(cls, years: Iterable[int]) -> list[Period]:
        return [cls(year, half) for year in sorted(years) for half in (1, 2)]

    @property
    def key(self) -> str:
        return f"{self.year}-{self.half}"

    @property
    def until(self) -> date:
        """The first day after it."""
        return date(self.year, 7, 1) if self.half == 1 else date(self.year + 1, 1, 1)

    @property
    def name_sv(self) -> str:
        return f"{'januari–juni' if self.half == 1 else 'juli–december'} {self.year}"


@dataclass(frozen=True)
class Cell:
    """What is published; None for what may not be."""

    persons: int | None = None
    mean: float | None = None
    median: float | None = None


@dataclass(frozen=True)
class Given:
    """One answer that was handed in, oldest first in a list of them."""

    participant_id: int
    placement_id: int
    sex: Sex
    occasion: Occasion
    day: date
    number: int


def scale_cells(numbers: Sequence[int]) -> dict[int, Cell]:
    """How many answered, and where they stand. Each person once."""
    if len(numbers) < LIMIT:
        return {WHOLE: Cell()}
    most_alike = Counter(numbers).most_common(1)[0][1]
    if len(numbers) - most_alike < _APART:
        return {WHOLE: Cell(len(numbers))}
    mean = float(Fraction(sum(numbers), len(numbers)))
    return {WHOLE: Cell(len(numbers), round(mean, 1), float(median(numbers)))}


def counted_cells(numbers: Sequence[int], options: Iterable[int]) -> dict[int, Cell]:
    """How many gave each answer, hidden so that no subtraction gives a small number back. Each person once."""
    found = Counter(numbers)
    counts = {WHOLE: len(numbers)} | {option: found[option] for option in options}
    parts = tuple(option for option in counts if option != WHOLE)
    hidden = set(suppressed(counts, [(WHOLE, parts)]))
    if len(numbers) >= LIMIT > len(numbers) - max(counts[part] for part in parts):
        # Nearly everyone gave the same answer: to tell it would be to tell each one's.
        hidden = set(parts)
    return {option: Cell(None if option in hidden else count) for option, count in counts.items()}


def options_of(kind: QuestionKind, choices: int) -> Sequence[int]:
    return (YES, NO) if kind is QuestionKind.YES_NO else range(choices)


def steps_of(kind: QuestionKind, occasions: Iterable[str]) -> list[Step]:
    """What is told of a question; a step forward of scales that are asked at the start and again."""
    asked = set(occasions)
    steps = [Step(occasion.value) for occasion in Occasion if occasion.value in asked]
    if kind is QuestionKind.SCALE and Occasion.START.value in asked and len(steps) > 1:
        steps.append(Step.FORWARD)
    return steps


def cells_of(
    kind: QuestionKind, choices: int, steps: Iterable[Step], answers: Sequence[Given], period: Period
) -> dict[tuple[Step, Sex, int], Cell]:
    """All that is published of a question for a half-year, of both sexes also where nobody answered."""
    cells: dict[tuple[Step, Sex, int], Cell] = {}
    for step in steps:
        for sex in SEXES:
            own = [answer for answer in answers if answer.sex is sex]
            if step is Step.FORWARD:
                of_step = counted_cells(list(_forward(own, period).values()), (FORWARD, NOT_FORWARD))
            else:
                numbers = list(_latest(own, Occasion(step.value), period).values())
                is_scale = kind is QuestionKind.SCALE
                of_step = (
                    scale_cells(numbers) if is_scale else counted_cells(numbers, options_of(kind, choices))
                )
            cells |= {(step, sex, option): cell for option, cell in of_step.items()}
    return cells


def _latest(answers: Iterable[Given], occasion: Occasion, period: Period) -> dict[int, int]:
    """By person, the last answer at the occasion."""
    return {
        answer.participant_id: answer.number
        for answer in answers
        if answer.occasion is occasion and Period.of(answer.day) == period
    }


def _forward(answers: Iterable[Given], period: Period) -> dict[int, int]:
    """By person, whether the last later answer of the half-year is above that at the start of the same placement."""
    started: dict[int, int] = {}
    found: dict[int, int] = {}
    for answer in answers:
        if answer.occasion is Occasion.START:
            started[answer.placement_id] = answer.number
        elif answer.placement_id in started and Period.of(answer.day) == period:
            is_above = answer.number > started[answer.placement_id]
            found[answer.participant_id] = FORWARD if is_above else NOT_FORWARD
    return found
