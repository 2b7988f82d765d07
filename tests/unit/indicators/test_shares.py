import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.rules import NOTHING_TO_COUNT_SV, Share, wilson_interval


def test_five_of_seventeen() -> None:
    share = Share(5, 17)
    assert share.percent_sv == "29,4\u00a0%"
    assert share.interval_sv == "13–53\u00a0%"
    assert share.count_sv == "5 av 17"


def test_known_intervals() -> None:
    # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29 by the score method.
    for numerator, denominator, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        interval = wilson_interval(numerator, denominator)
        assert interval == pytest.approx((low, high), abs=0.00006)


def test_nothing_to_count_is_said_in_words() -> None:
    share = Share(0, 0)
    assert share.is_empty
    assert share.value is None
    assert share.interval is None
    assert share.count_sv == NOTHING_TO_COUNT_SV
    assert share.percent_sv == share.interval_sv == "–"


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 3), (4, 3), (0, -1)])
def test_what_is_not_a_share_is_refused(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        Share(numerator, denominator)


@given(st.integers(min_value=1, max_value=10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_interval_holds_the_share_and_stays_inside(pair: tuple[int, int]) -> None:
    share = Share(*pair)
    interval, value = share.interval, share.value
    assert interval is not None
    assert value is not None
    low, high = interval
    assert 0 <= low <= value <= high <= 1
    assert low < high
    mirrored = Share(pair[1] - pair[0], pair[1]).interval
    assert mirrored == pytest.approx((1 - high, 1 - low))


@given(st.integers(1, 500), st.integers(2, 20))
def test_more_of_the_same_narrows_the_interval(denominator: int, times: int) -> None:
    small, large = Share(1, denominator).interval, Share(times, denominator * times).interval
    assert small is not None
    assert large is not None
    assert large[1] - large[0] < small[1] - small[0]
