"""What the page of results shows, in its order."""

from collections.abc import Mapping
from typing import Final

from indicators.definitions.keys import Indicator

SECTIONS: Final[Mapping[str, tuple[Indicator, ...]]] = {
    "Resultat": (
        Indicator.PARTICIPANTS,
        Indicator.COMPLETED,
        Indicator.WORK_OR_STUDIES,
        Indicator.EXIT_WORK,
        Indicator.EXIT_STUDIES,
        Indicator.EXIT_JOB_SEEKING,
        Indicator.EXIT_PROGRAMME,
        Indicator.EXIT_REHABILITATION,
        Indicator.EXIT_ILLNESS,
        Indicator.EXIT_PARENTAL_LEAVE,
        Indicator.EXIT_MOVED,
        Indicator.EXIT_OTHER,
        Indicator.EXIT_UNKNOWN,
    ),
    "Kvalitet": (
        Indicator.ATTENDANCE,
        Indicator.HOURS,
        Indicator.PLAN_IN_TIME,
        Indicator.FOLLOW_UPS_HELD,
        Indicator.REPORT_IN_TIME,
    ),
    "Tid": (
        Indicator.CHOICE_OF_TWO,
        Indicator.OFFER_TIME,
        Indicator.CHOICE_TIME,
        Indicator.START_TIME,
        Indicator.ANSWERED_IN_TIME,
        Indicator.ANSWER_TIME,
    ),
}
SHOWN: Final = tuple(indicator for indicators in SECTIONS.values() for indicator in indicators)
