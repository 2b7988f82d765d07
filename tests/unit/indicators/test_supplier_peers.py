"""What an enterprise is told to better: what is behind the median by more than chance, the worst first."""

import pytest

from indicators.definitions.keys import Indicator
from indicators.definitions.rules import INDICATORS
from indicators.definitions.suppliers_rules import SUPPLIERS
from indicators.suppliers.peer_rules import ADVICE_SV, Median, Mirrored, to_improve
from indicators.suppliers.rules import Value


def mirrored(indicator: Indicator, numerator: int, denominator: int, median: float | None) -> Mirrored:
    own = Value(INDICATORS[indicator], numerator, denominator)
    return Mirrored(own, None if median is None else Median(median, 9))


@pytest.mark.parametrize(
    ("indicator", "numerator", "denominator", "median", "is_behind"),
    [
        (Indicator.PLAN_IN_TIME, 5, 10, 0.9, True),
        (Indicator.PLAN_IN_TIME, 4, 5, 0.9, False),  # four of five may well be nine of ten
        (Indicator.PLAN_IN_TIME, 10, 10, 0.5, False),
        (Indicator.ATTENDANCE, 80, 100, 0.86, True),
        (Indicator.ATTENDANCE, 80, 100, 0.83, False),
        (Indicator.ANSWER_TIME, 30, 10, 2.0, True),
        (Indicator.ANSWER_TIME, 24, 10, 2.0, False),
        (Indicator.ANSWER_TIME, 5, 10, 2.0, False),
        (Indicator.ATTENDANCE, 0, 0, 0.9, False),
        (Indicator.ATTENDANCE, 0, 40, None, False),
    ],
)
def test_behind_is_more_than_chance(
    indicator: Indicator, numerator: int, denominator: int, median: float | None, is_behind: bool
) -> None:
    assert (mirrored(indicator, numerator, denominator, median).gap > 0) == is_behind


def test_the_three_farthest_behind_come_first() -> None:
    four = [
        mirrored(Indicator.ATTENDANCE, 70, 100, 0.8),
        mirrored(Indicator.PLAN_IN_TIME, 2, 20, 0.9),
        mirrored(Indicator.ANSWER_TIME, 60, 10, 2.0),
        mirrored(Indicator.OCCUPANCY, 50, 100, 0.6),
    ]
    assert [one.own.definition.key for one in to_improve(four)] == [
        Indicator.PLAN_IN_TIME,
        Indicator.ANSWER_TIME,
        Indicator.OCCUPANCY,
    ]
    assert to_improve([]) == []


def test_every_number_has_its_advice_and_says_its_median() -> None:
    assert set(ADVICE_SV) == {definition.key for definition in SUPPLIERS}
    assert mirrored(Indicator.ATTENDANCE, 1, 2, 0.86).median_sv == "86\u00a0%"
    assert mirrored(Indicator.ANSWER_TIME, 1, 2, 2.25).median_sv == "2,3"
    assert mirrored(Indicator.ANSWER_TIME, 1, 2, None).median_sv == "–"
