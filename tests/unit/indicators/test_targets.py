"""Whether a target is reached: said only where the whole interval is on one side of it."""

import pytest

from indicators.outcomes.target_rules import (
    AIM_SV,
    FIRST_LEVEL,
    OF_YEAR,
    PROGRESS_SV,
    PROGRESS_TONE,
    SAID,
    Aim,
    Level,
    Progress,
    progress_of_count,
    progress_of_share,
)
from indicators.rules import Share

WORK, WOMEN = Level(Aim.WORK_OR_STUDIES, 30), Level(Aim.WOMEN, 60)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Share(5, 17), Progress.UNDECIDED),  # 29.4 per cent, 13–53
        (Share(400, 1000), Progress.REACHED),
        (Share(100, 1000), Progress.BELOW),
        (Share(0, 0), Progress.UNKNOWN),
        (None, Progress.UNKNOWN),
    ],
)
def test_a_share(share: Share | None, expected: Progress) -> None:
    assert progress_of_share(share, WORK) is expected


def test_the_women_are_counted_not_estimated() -> None:
    assert progress_of_share(Share(6, 10), WOMEN) is Progress.REACHED
    assert progress_of_share(Share(599, 1000), WOMEN) is Progress.BELOW
    assert progress_of_share(Share(0, 0), WOMEN) is Progress.UNKNOWN


def test_a_count() -> None:
    level = Level(Aim.PARTICIPANTS, 2500)
    assert progress_of_count(2500, level) is Progress.REACHED
    assert progress_of_count(2499, level) is Progress.BELOW
    assert progress_of_count(None, level) is Progress.UNKNOWN
    assert (level.value_sv, WORK.value_sv) == ("2\u00a0500", "30\u00a0%")


def test_every_aim_has_words_a_first_level_and_a_source() -> None:
    assert set(AIM_SV) == set(FIRST_LEVEL) == set(Aim)
    assert {*OF_YEAR, *SAID, Aim.PARTICIPANTS, Aim.WOMEN} == set(Aim)
    assert set(PROGRESS_SV) == set(PROGRESS_TONE) == set(Progress)
