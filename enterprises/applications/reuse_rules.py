"""Which earlier answers can be used again: for an unchanged requirement as they are, for a reworded one with a mark."""

from collections.abc import Sequence
from dataclasses import dataclass

from enterprises.applications.rules import Asked
from marketplace.procurement.comparison_rules import matched
from marketplace.procurement.rules import Proof


@dataclass(frozen=True)
class Carried:
    """An earlier answer, and the requirement it is to answer now."""

    old: Asked
    new: Asked
    is_unchanged: bool

    @property
    def keeps_answer(self) -> bool:
        """A declaration is made anew: what is declared holds on the day that it is declared."""
        has_any = bool(self.old.answer.answer_sv.strip() or self.old.files)
        return has_any and self.new.proof is not Proof.DECLARATION


def carried(old: Sequence[Asked], new: Sequence[Asked]) -> list[Carried]:
    """Requirement by requirement, those that are in both lists."""
    pairs = matched([one.text_sv for one in old], [one.text_sv for one in new])
    return [
        Carried(old[pair.old], new[pair.new], pair.is_unchanged)
        for pair in pairs
        if pair.old is not None and pair.new is not None
    ]
