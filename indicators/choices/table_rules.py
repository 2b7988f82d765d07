"""The page's tables, made of what is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from indicators.choices.breadth_rules import BREADTH_SV, KINDS, TRADES, BreadthCell, Fact
from indicators.choices.rules import (
    ALL,
    CHOICE_STEP_SV,
    STEPS_WITH_INTERVAL,
    Cell,
    ChoiceStep,
    Part,
    is_published,
)
from indicators.rules import Share
from marketplace.reference.rules import (
    OWN_SEX_DOMINANCE_SV,
    SEX_PLURAL_SV,
    Dominance,
    OwnSexDominance,
    Sex,
    own_sex_dominance,
)

OF_OWN_SEX: Final[dict[Sex, dict[OwnSexDominance, Dominance]]] = {
    sex: {own: kind for own in OwnSexDominance for kind in Dominance if own_sex_dominance(sex, kind) is own}
    for sex in (Sex.WOMAN, Sex.MAN)
}
"""Which dominance is the own sex's, even and the other's."""
Funnel = Mapping[Cell, int | None]


@dataclass(frozen=True)
class StepRow:
    """One step for one sex: the shares that may be shown, in the order own, even, other; none where a part has no
    such numbers."""

    label_sv: str
    total: int | None
    shares: tuple[Share | None, ...]
    of_shown: Share | None = None
    """Of what was shown, so much came here."""
    has_interval: bool = False
    is_national: bool = False


@dataclass(frozen=True)
class SexTable:
    sex: Sex
    rows: tuple[StepRow, ...]

    @property
    def name_sv(self) -> str:
        return SEX_PLURAL_SV[self.sex].capitalize()

    @property
    def is_all_hidden(self) -> bool:
        return all(row.total is None for row in self.rows if not row.is_national)


def sex_table(sex: Sex, funnel: Funnel, by: Part, key: str, national: StepRow | None) -> SexTable:
    shown = funnel.get(Cell(ChoiceStep.SHOWN, ALL, by, key))
    rows = []
    for step in ChoiceStep:
        whole = Cell(step, ALL, by, key)
        total = funnel.get(whole)
        rows.append(
            StepRow(
                CHOICE_STEP_SV[step],
                total,
                own_shares(sex, funnel, whole),
                None if shown is None or total is None else Share(total, shown),
                has_interval=step in STEPS_WITH_INTERVAL,
            )
        )
    return SexTable(sex, (*rows, *((national,) if national else ())))


def own_shares(sex: Sex, funnel: Funnel, whole: Cell) -> tuple[Share | None, ...]:
    """Of the cell's trades, those dominated by the own sex, even and the other; empty where that is not published."""
    kinds = OF_OWN_SEX[sex].values()
    if not all(is_published(whole._replace(dominance=kind)) for kind in kinds):
        return ()
    total = funnel.get(whole)
    # A dominance that nobody was shown has no number: it is known to be none.
    parts = [funnel.get(whole._replace(dominance=kind), 0) for kind in kinds]
    return tuple(None if total is None or part is None else Share(part, total) for part in parts)


def national_row(year: int, employed: Mapping[OwnSexDominance, int]) -> StepRow:
    total = sum(employed.values())
    shares = tuple(Share(employed[own], total) for own in OwnSexDominance)
    return StepRow(f"Anställda i landet {year}", total, shares, is_national=True)


@dataclass(frozen=True)
class BreadthRow:
    """One number by sex, as a share."""

    label_sv: str
    shares: tuple[Share | None, ...]


Told = Mapping[Sex, Mapping[BreadthCell, int | None]]


def seen_rows(told: Told) -> list[BreadthRow]:
    """Of the participants: who was shown a trade of each kind, and how many trades and kinds they were shown."""
    saw = [
        BreadthRow(
            f"Minst ett yrke som är {OWN_SEX_DOMINANCE_SV[own]}",
            tuple(
                _share(of_sex, BreadthCell(Fact.SAW, OF_OWN_SEX[sex][own]), Fact.PARTICIPANTS)
                for sex, of_sex in told.items()
            ),
        )
        for own in OwnSexDominance
    ]
    counted = [
        BreadthRow(
            BREADTH_SV[fact],
            tuple(_share(of_sex, BreadthCell(fact), Fact.PARTICIPANTS) for of_sex in told.values()),
        )
        for fact in (*TRADES, *KINDS)
        if any(BreadthCell(fact) in of_sex for of_sex in told.values())
    ]
    return saw + counted


@dataclass(frozen=True)
class OfferRow:
    """What became of a kind of trades in the rounds of one sex."""

    sex: Sex
    kind: OwnSexDominance
    shown: Share | None
    could_have: Share | None
    could_not: Share | None


def offer_rows(told: Told) -> list[OfferRow]:
    return [
        OfferRow(
            sex,
            own,
            *(
                _share(of_sex, BreadthCell(fact, OF_OWN_SEX[sex][own]), Fact.ROUNDS)
                for fact in (Fact.ROUND_SAW, Fact.COULD_HAVE, Fact.COULD_NOT)
            ),
        )
        for sex, of_sex in told.items()
        if of_sex
        for own in OwnSexDominance
    ]


def _share(of_sex: Mapping[BreadthCell, int | None], cell: BreadthCell, of: Fact) -> Share | None:
    part, whole = of_sex.get(cell, 0), of_sex.get(BreadthCell(of))
    return None if part is None or whole is None else Share(part, whole)


def found_sv(tables: list[SexTable], year: int) -> str:
    """The funnel's finding: how much of what was shown was chosen, as far as it may be told."""
    told = [
        f"{row.of_shown.percent_sv} ({table.name_sv.lower()})"
        for table in tables
        for row in table.rows
        if row.label_sv == CHOICE_STEP_SV[ChoiceStep.CHOSEN] and row.of_shown and not row.of_shown.is_empty
    ]
    return (
        f"Av det som visades {year} valdes {' och '.join(told)}"
        if told
        else f"Från visat till genomfört {year}"
    )


def spread_sv(tables: list[SexTable], year: int) -> str:
    """What was shown of trades dominated by the own sex, as far as it may be told."""
    told = [
        f"{share.percent_sv} ({table.name_sv.lower()})"
        for table in tables
        if (share := table.rows[0].shares[0]) is not None and not share.is_empty
    ]
    if not told:
        return f"Fördelningen över yrken {year}"
    return f"Av det som visades {year} var {' och '.join(told)} yrken dominerade av det egna könet"


def more_sv(rows: list[OfferRow]) -> str:
    """The what-if's finding: how often the other sex's trades could have been shown, and were not."""
    told = [
        f"{row.could_have.percent_sv} ({SEX_PLURAL_SV[row.sex]})"
        for row in rows
        if row.kind is OwnSexDominance.OTHER and row.could_have and not row.could_have.is_empty
    ]
    if not told:
        return "Vad hade mer kunnat visas?"
    return f"Yrken dominerade av det andra könet kunde ha visats i {' och '.join(told)} av valomgångarna"
