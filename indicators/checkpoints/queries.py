"""Reads what is published of participants' answers; nothing else is stored."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from indicators.checkpoints.models import CheckpointCell
from indicators.checkpoints.rules import NOT_FORWARD, SEXES, WHOLE, Cell, Period, Step, options_of
from indicators.rules import Share
from marketplace.db import db
from marketplace.reference.rules import Sex
from marketplace.statements import Prepared
from placements.checkpoints.models import SurveyQuestion
from placements.checkpoints.rules import NO, SWEDISH, QuestionKind, shown_in


@dataclass(frozen=True)
class Row:
    """One occasion, and where there are several answers one of them: what may be told of each sex."""

    step: Step
    answer_sv: str
    cells: dict[Sex, Cell]
    shares: dict[Sex, Share | None]
    """Of those who answered; empty for a scale, which has its mean."""


@dataclass(frozen=True)
class QuestionTable:
    question: SurveyQuestion
    rows: list[Row]

    @property
    def is_all_hidden(self) -> bool:
        return all(cell.persons is None for row in self.rows for cell in row.cells.values())


_PERIODS = Prepared(
    select(CheckpointCell.period).where(CheckpointCell.authority_id == bindparam("authority_id")).distinct(),
    is_planned_once=True,
)


def periods(authority_id: int) -> list[Period]:
    """The latest first."""
    return sorted(map(Period.parse, _PERIODS.scalars(authority_id=authority_id)), reverse=True)


def tables(authority_id: int, period: Period) -> list[QuestionTable]:
    """Every question's, in the order of the survey."""
    found: dict[int, tuple[SurveyQuestion, dict[tuple[Step, Sex, int], Cell]]] = {}
    rows = db.session.scalars(
        select(CheckpointCell)
        .where(CheckpointCell.authority_id == authority_id, CheckpointCell.period == period.key)
        .options(joinedload(CheckpointCell.question))
    )
    for row in rows:
        cells = found.setdefault(row.question_id, (row.question, {}))[1]
        cells[row.step, row.sex, row.option] = Cell(row.persons, row.mean, row.median)
    ordered = sorted(found.values(), key=lambda one: (one[0].version_id, one[0].position))
    return [QuestionTable(question, _rows(question, cells)) for question, cells in ordered]


def _rows(question: SurveyQuestion, cells: dict[tuple[Step, Sex, int], Cell]) -> list[Row]:
    steps = {step for step, _, _ in cells}
    rows = []
    for step in (one for one in Step if one in steps):
        for option, answer_sv in _shown_options(question, step):
            of_option = {sex: cells.get((step, sex, option), Cell()) for sex in SEXES}
            whole = {sex: cells.get((step, sex, WHOLE), Cell()) for sex in SEXES}
            shares = {sex: _share(of_option[sex], whole[sex]) for sex in SEXES} if option != WHOLE else {}
            rows.append(Row(step, answer_sv, of_option, shares))
    return rows


def _shown_options(question: SurveyQuestion, step: Step) -> list[tuple[int, str]]:
    """What a share is shown of: its complement says nothing more."""
    if step is Step.FORWARD:
        return [(NOT_FORWARD + 1, "Högre än vid starten")]
    if question.kind is QuestionKind.SCALE:
        return [(WHOLE, "")]
    words = dict(shown_in(question.by_language, SWEDISH).options(question.kind, question.points))
    options = options_of(question.kind, len(question.swedish.choices))
    is_yes_no = question.kind is QuestionKind.YES_NO
    return [(option, words[str(option)]) for option in options if not (is_yes_no and option == NO)]


def _share(part: Cell, whole: Cell) -> Share | None:
    if part.persons is None or whole.persons is None:
        return None
    return Share(part.persons, whole.persons)
