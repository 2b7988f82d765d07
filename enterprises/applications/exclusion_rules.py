"""Grounds on which an applicant may be excluded (LOV 7 kap. 1 §), in our words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from marketplace.errors import Conflict
from marketplace.procurement.rules import Regime


class Ground(StrEnum):
    INSOLVENT = "insolvent"
    INSOLVENCY_APPLIED = "insolvency_applied"
    CONVICTED = "convicted"
    MISCONDUCT = "misconduct"
    UNPAID = "unpaid"
    UNTRUTHFUL = "untruthful"


GROUND_SV = {
    Ground.INSOLVENT: "Konkurs, likvidation, ackord, inställda betalningar eller näringsförbud",
    Ground.INSOLVENCY_APPLIED: "Ansökan om konkurs, tvångslikvidation, ackord eller liknande",
    Ground.CONVICTED: "Dom som har vunnit laga kraft för brott i yrkesutövningen",
    Ground.MISCONDUCT: "Allvarligt fel i yrkesutövningen, som myndigheten kan visa",
    Ground.UNPAID: "Obetalda skatter eller socialförsäkringsavgifter",
    Ground.UNTRUTHFUL: "Begärda upplysningar om detta har inte lämnats, eller är felaktiga i något väsentligt",
}


@dataclass(frozen=True)
class Finding:
    """A ground that has been found, as the rules and the decision read it."""

    ground: Ground
    evidence_sv: str
    found_on: date
    is_standing: bool = True


def standing(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.is_standing]


def check_excludable(regime: Regime) -> None:
    """Raises Conflict where another act than LOV says who is excluded."""
    if regime is not Regime.LOV:
        raise Conflict(
            "Grunderna för uteslutning här är de i 7 kap. LOV. I ett annat slags upphandling prövas uteslutning enligt "
            "13 kap. lagen (2016:1145) om offentlig upphandling."
        )
