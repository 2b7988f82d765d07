"""Publishes what women and men were shown and chose, as far as it may be shown."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from indicators.changes.services import is_made_of, publish, sealed
from indicators.choices.breadth_rules import Breadth, Funnel, published
from indicators.choices.count_queries import count_year, trade_kinds
from indicators.choices.models import BreadthNumber, ChoiceCell, ChoiceSegregation
from indicators.choices.rules import KIND_STEPS, Parts, comparable, counted_until
from indicators.segregation.rules import segregation
from marketplace import clock
from marketplace.reference.rules import Dominance, Sex


def compute_choices(authority_id: int, years: Collection[int]) -> None:
    """Counts the years' choice rounds, up to the last whole month, and publishes what may be shown."""
    until = counted_until(clock.today())
    kinds = trade_kinds()
    for year in years:
        _compute_year(authority_id, year, until, kinds)


def _compute_year(authority_id: int, year: int, until: date, kinds: Mapping[str, Dominance]) -> None:
    counted = count_year(authority_id, year, until, kinds)
    of = {"authority_id": authority_id, "year": year}
    # What was chosen goes on for a year at most. A difference after that puts something right.
    settled = min(until, date(year + 2, 1, 1))
    made_of = sealed((counted, settled))
    if is_made_of(ChoiceCell, of, made_of):
        return  # finding what may be shown takes longer than counting
    # Of both sexes, also when there was nobody of the one: that would tell nobody from somebody.
    tables = {
        sex: published(counted.funnel.get(sex, {}), counted.parts, counted.breadth.get(sex, Breadth()))
        for sex in (Sex.WOMAN, Sex.MAN)
        if counted.funnel
    }
    funnels = {sex: funnel for sex, (funnel, _) in tables.items()}
    publish(
        ChoiceCell,
        of,
        settled,
        (
            {"sex": sex, **cell._asdict(), "choices": choices}
            for sex, funnel in funnels.items()
            for cell, choices in funnel.items()
        ),
        made_of=made_of,
    )
    publish(
        BreadthNumber,
        of,
        settled,
        (
            {"sex": sex, **cell._asdict(), "number": number}
            for sex, (_, facts) in tables.items()
            for cell, number in facts.items()
        ),
    )
    publish(ChoiceSegregation, of, settled, _segregation_rows(funnels, counted.parts))


def _segregation_rows(funnels: Mapping[Sex, Funnel], parts: Parts) -> Iterator[dict[str, Any]]:
    for step in KIND_STEPS if funnels else ():
        outcome = segregation(comparable(funnels[Sex.WOMAN], funnels[Sex.MAN], step, parts))
        if outcome is not None:
            yield {"step": step, **asdict(outcome)}
