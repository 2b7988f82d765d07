"""Reads targets, and how each stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sqlalchemy import bindparam, select

from indicators.checkpoints import queries as checkpoints
from indicators.checkpoints.rules import Period, Step
from indicators.definitions.keys import Indicator
from indicators.measures.queries import cells
from indicators.measures.rules import Dimension
from indicators.outcomes.models import Target
from indicators.outcomes.target_rules import (
    FIRST_LEVEL,
    OF_YEAR,
    SAID,
    Aim,
    Level,
    Progress,
    progress_of_count,
    progress_of_share,
)
from indicators.reports.models import ReportCell
from indicators.reports.rules import ALL_SYSTEMS
from indicators.rules import Share
from marketplace.reference.rules import SEX_PLURAL_SV, Sex
from marketplace.statements import Prepared
from placements.checkpoints.models import SurveyQuestion, SurveyVersion, SurveyWording
from placements.checkpoints.rules import SWEDISH, QuestionKind, SurveyState

ALL_SV: Final = "Alla"


@dataclass(frozen=True)
class Standing:
    """How far it is to one target, for everyone or for each sex; a share that may not be shown is None."""

    level: Level
    name_sv: str
    share: Share | None = None
    count: int | None = None

    @property
    def progress(self) -> Progress:
        if self.level.is_share:
            return progress_of_share(self.share, self.level)
        return progress_of_count(self.count, self.level)


@dataclass(frozen=True)
class Standings:
    """A target with where it stands, what it is told by, and why nothing is told."""

    level: Level
    told: list[Standing]
    basis_sv: str = ""
    nothing_sv: str = ""


_LEVELS = Prepared(
    select(Target.aim, Target.value, Target.series).where(Target.authority_id == bindparam("authority_id")),
    is_planned_once=True,
)
_QUESTIONS = Prepared(
    select(SurveyQuestion.series, SurveyWording.text)
    .join(SurveyVersion, SurveyVersion.id == SurveyQuestion.version_id)
    .join(SurveyWording, SurveyWording.question_id == SurveyQuestion.id)
    .where(
        SurveyVersion.authority_id == bindparam("authority_id"),
        SurveyVersion.state == SurveyState.PUBLISHED,
        SurveyQuestion.kind == QuestionKind.SCALE,
        SurveyWording.language == SWEDISH,
    )
    .order_by(SurveyQuestion.position),
    is_planned_once=True,
)
_NEWCOMERS = Prepared(
    select(ReportCell.year, ReportCell.sex, ReportCell.persons).where(
        ReportCell.authority_id == bindparam("authority_id"),
        ReportCell.year <= bindparam("year"),
        ReportCell.indicator == Indicator.NEW_PARTICIPANTS,
        ReportCell.system_id == ALL_SYSTEMS,
    ),
    is_planned_once=True,
)


def levels(authority_id: int) -> list[Level]:
    """Every aim, at the level that the authority has set or that targets begin with."""
    rows = {row.aim: row for row in _LEVELS.rows(authority_id=authority_id)}
    return [
        Level(aim, row.value, row.series) if (row := rows.get(aim)) else Level(aim, first)
        for aim, first in FIRST_LEVEL.items()
    ]


def questions(authority_id: int) -> dict[str, str]:
    """What the authority asks on a scale now, by series: what an aim can be told by."""
    return dict(_QUESTIONS.rows(authority_id=authority_id))


def standings(authority_id: int, year: int, aims: Sequence[Level]) -> list[Standings]:
    """Each target at the end of the year."""
    of_year = cells(authority_id, year, list(OF_YEAR.values()), (Dimension.ALL, Dimension.SEX))
    newcomers = _newcomers(authority_id, year)
    said = _Said(authority_id, year)
    return [
        said.of(level)
        if level.aim in SAID
        else _of_newcomers(level, newcomers)
        if level.aim in (Aim.PARTICIPANTS, Aim.WOMEN)
        else _of_year(level, of_year[OF_YEAR[level.aim]], year)
        for level in aims
    ]


def _of_year(
    level: Level, found: Mapping[Dimension, Mapping[str, tuple[int, int] | None]], year: int
) -> Standings:
    if not found:
        return Standings(level, [], nothing_sv=f"Ingen placering som tog slut {year} är räknad än.")
    wanted = {(Dimension.ALL, ""): ALL_SV} | {
        (Dimension.SEX, sex.value): SEX_PLURAL_SV[sex].capitalize() for sex in (Sex.WOMAN, Sex.MAN)
    }
    told = [
        Standing(level, name_sv, Share(*parts) if (parts := found[by].get(key)) else None)
        for (by, key), name_sv in wanted.items()
    ]
    return Standings(level, told, f"Placeringar som tog slut {year}")


def _newcomers(authority_id: int, year: int) -> dict[int, dict[Sex, int | None]]:
    """By year, how many of each sex were new."""
    found: dict[int, dict[Sex, int | None]] = {}
    for of_year, sex, persons in _NEWCOMERS.rows(authority_id=authority_id, year=year):
        found.setdefault(of_year, {})[Sex(sex)] = persons
    return found


def _of_newcomers(level: Level, newcomers: Mapping[int, Mapping[Sex, int | None]]) -> Standings:
    """Summed over the years. What is hidden of a year is left out, so that the sum is rather too small."""
    if not newcomers:
        return Standings(level, [], nothing_sv="Ingen deltagare är räknad än.")
    years = f"Nya deltagare {min(newcomers)}–{max(newcomers)}, år som är för små för att visas oräknade"
    if level.aim is Aim.PARTICIPANTS:
        shown = [number for of_sex in newcomers.values() for number in of_sex.values() if number is not None]
        return Standings(level, [Standing(level, ALL_SV, count=sum(shown) if shown else None)], years)
    pairs = [(of_sex.get(Sex.WOMAN), of_sex.get(Sex.MAN)) for of_sex in newcomers.values()]
    both = [(women, men) for women, men in pairs if women is not None and men is not None]
    women = sum(number for number, _ in both)
    share = Share(women, women + sum(number for _, number in both)) if both else None
    return Standings(level, [Standing(level, ALL_SV, share)], f"{years}. Av kvinnor och män")


class _Said:
    """Steps forward in the latest half-year that is told up to the year's end: of each sex, never together. Read when
    an aim has a question."""

    def __init__(self, authority_id: int, year: int) -> None:
        self.authority_id = authority_id
        self.year = year

    @cached_property
    def questions(self) -> dict[str, str]:
        return questions(self.authority_id)

    @cached_property
    def period(self) -> Period | None:
        periods = checkpoints.periods(self.authority_id)
        return next((one for one in periods if one.year <= self.year), None)

    @cached_property
    def shares(self) -> dict[str, dict[Sex, Share | None]]:
        tables = checkpoints.tables(self.authority_id, self.period) if self.period else []
        return {
            table.question.series: row.shares
            for table in tables
            for row in table.rows
            if row.step is Step.FORWARD
        }

    def of(self, level: Level) -> Standings:
        if level.series is None or level.series not in self.questions:
            return Standings(level, [], nothing_sv="Ingen fråga i enkäten är vald för målet.")
        question_sv = self.questions[level.series]
        shares = self.shares.get(level.series)
        if self.period is None or shares is None:
            return Standings(
                level, [], question_sv, "Ingen har svarat två gånger under ett halvår som är slut."
            )
        told = [Standing(level, SEX_PLURAL_SV[sex].capitalize(), share) for sex, share in shares.items()]
        return Standings(level, told, f"Steg framåt på ”{question_sv}” {self.period.name_sv}")
