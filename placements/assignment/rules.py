"""Default assignment: what happens to a participant who does not choose (LOV 9:2). A rule decides, nobody else."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from enterprises.directory.turn_rules import InLine


class PassedOver(StrEnum):
    RESTING = "resting"
    NO_PLACE = "no_place"
    REFUSED = "refused"


PASSED_OVER_SV = {
    PassedOver.RESTING: "avtalet är vilande",
    PassedOver.NO_PLACE: "har ingen ledig plats som passar i tid",
    PassedOver.REFUSED: "har bara platser som deltagaren har sagt nej till",
}


@dataclass(frozen=True)
class Outcome:
    """Who is next, and who was passed over on the way there and why. Nobody when none has a place that fits."""

    supplier: InLine | None
    place_id: int | None
    passed_over: tuple[tuple[InLine, PassedOver], ...] = ()


def next_supplier(
    order: Sequence[InLine], places: Mapping[int, int], refused: Collection[int] = ()
) -> Outcome:
    """The first in the order that does not rest and has a place that fits; `places` is enterprise → place.

    `refused`: enterprises whose every place that fits the participant has said no to.
    """
    passed: list[tuple[InLine, PassedOver]] = []
    for supplier in order:
        if supplier.is_resting:
            passed.append((supplier, PassedOver.RESTING))
        elif supplier.enterprise_id not in places:
            is_refused = supplier.enterprise_id in refused
            passed.append((supplier, PassedOver.REFUSED if is_refused else PassedOver.NO_PLACE))
        else:
            return Outcome(supplier, places[supplier.enterprise_id], tuple(passed))
    return Outcome(None, None, tuple(passed))


def why_sv(supplier: str, last_supplier: str | None, passed_over: Sequence[tuple[str, PassedOver]]) -> str:
    """Why the turn came to this supplier, in words that are kept."""
    had = f"{last_supplier} fick den förra turen" if last_supplier else "Ingen har haft turen förut"
    skipped = [f"{name} hoppades över: {PASSED_OVER_SV[reason]}." for name, reason in passed_over]
    place = "näst" if last_supplier or skipped else "först"
    return " ".join([f"{had}, och {supplier} står {place} i ordningen.", *skipped])
