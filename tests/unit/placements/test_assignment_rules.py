"""Who is next when a participant does not choose, and why the others were not."""

from datetime import date

from enterprises.directory.turn_rules import InLine, Turn
from placements.assignment.rules import Outcome, PassedOver, next_supplier, why_sv

_FARM = InLine(Turn(date(2026, 1, 1), 1), 10, "Gården")
_RESTS = InLine(Turn(date(2026, 1, 2), 2), 20, "Vilan", is_resting=True)
_BAKERY = InLine(Turn(date(2026, 1, 3), 3), 30, "Bageriet")


def test_the_first_that_has_a_place() -> None:
    assert next_supplier([_FARM, _BAKERY], {10: 7, 30: 8}) == Outcome(_FARM, 7)


def test_who_rests_or_has_no_place_is_passed_over() -> None:
    assert next_supplier([_RESTS, _FARM, _BAKERY], {20: 5, 30: 8}) == Outcome(
        _BAKERY, 8, ((_RESTS, PassedOver.RESTING), (_FARM, PassedOver.NO_PLACE))
    )


def test_nobody_has_a_place() -> None:
    outcome = next_supplier([_FARM], {})
    assert (outcome.supplier, outcome.place_id) == (None, None)
    assert outcome.passed_over == ((_FARM, PassedOver.NO_PLACE),)


def test_why() -> None:
    assert why_sv("Bageriet", None, []) == "Ingen har haft turen förut, och Bageriet står först i ordningen."
    assert why_sv("Bageriet", "Gården", [("Vilan", PassedOver.RESTING)]) == (
        "Gården fick den förra turen, och Bageriet står näst i ordningen. Vilan hoppades över: avtalet är vilande."
    )


def test_who_has_only_what_was_refused_is_passed_over_for_that() -> None:
    outcome = next_supplier([_FARM, _BAKERY], {30: 8}, refused={10})
    assert outcome == Outcome(_BAKERY, 8, ((_FARM, PassedOver.REFUSED),))
    reason = why_sv("Bageriet", None, [("Gården", PassedOver.REFUSED)])
    assert reason.endswith("Gården hoppades över: har bara platser som deltagaren har sagt nej till.")
