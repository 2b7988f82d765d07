from datetime import date

from indicators.definitions.keys import Audience, Indicator, Measure
from indicators.definitions.rules import INDICATORS
from indicators.definitions.suppliers_rules import SUPPLIERS
from indicators.rules import NOTHING_TO_COUNT_SV
from indicators.suppliers.rules import months_back, summed


def test_every_indicator_is_defined_once_with_every_field() -> None:
    assert set(INDICATORS) == set(Indicator)
    for definition in INDICATORS.values():
        texts = (
            definition.name_sv,
            definition.question_sv,
            definition.numerator_sv,
            definition.denominator_sv,
            definition.exclusions_sv,
            definition.period_sv,
            definition.unit_sv,
            definition.source_sv,
        )
        assert all(texts), definition.key
        assert not definition.has_interval or definition.measure in (Measure.SHARE, Measure.INDEX)
        assert (
            (definition.measure is Measure.MEAN) == bool(definition.case_sv) == bool(definition.case_one_sv)
        )
        is_in_words = definition.audience is Audience.SUPPLIER and definition.measure is Measure.SHARE
        assert definition.unit_one_sv or not is_in_words, definition.key
    names = [definition.name_sv for definition in INDICATORS.values()]
    assert len(names) == len(set(names)), "a page of definitions has a heading for each"
    assert {definition.audience for definition in SUPPLIERS} == {Audience.SUPPLIER}


def test_a_share_is_summed_not_averaged() -> None:
    value = summed(INDICATORS[Indicator.PLAN_IN_TIME], [(1, 1), (0, 3)])
    assert (value.numerator, value.denominator, value.short_sv) == (1, 4, "25,0\u00a0%")
    assert value.basis_sv == "1 av 4 placeringar"
    assert value.interval is not None


def test_one_of_one_is_said_in_the_singular() -> None:
    assert summed(INDICATORS[Indicator.PLAN_IN_TIME], [(1, 1)]).basis_sv == "1 av 1 placering"
    assert summed(INDICATORS[Indicator.OCCUPANCY], [(0, 1)]).basis_sv == "0 av 1 platsdag"
    assert (
        summed(INDICATORS[Indicator.ANSWER_TIME], [(3, 1)]).basis_sv
        == "arbetsdagar i snitt: 3 på 1 förfrågan"
    )


def test_days_of_the_same_people_have_no_interval() -> None:
    assert summed(INDICATORS[Indicator.ATTENDANCE], [(30, 40)]).interval is None


def test_a_mean_is_written_with_what_it_is_of() -> None:
    value = summed(INDICATORS[Indicator.ANSWER_TIME], [(7, 5)])
    assert (value.short_sv, value.share) == ("1,4", None)
    assert value.basis_sv == "arbetsdagar i snitt: 7 på 5 förfrågningar"


def test_nothing_is_said_in_words() -> None:
    for definition in SUPPLIERS:
        value = summed(definition, [])
        assert (value.value, value.interval, value.short_sv) == (None, None, "–")
        assert value.count_sv == NOTHING_TO_COUNT_SV


def test_months_cross_the_year() -> None:
    assert months_back(date(2026, 2, 28), 4) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
