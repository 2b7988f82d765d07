"""What happens to a contract while it lasts: signed by both, checked each year, amended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from demo.simulate.agenda import Agenda, Phase
from enterprises.contracts import services as contracts
from enterprises.contracts.check_rules import CheckOutcome
from enterprises.contracts.edition_rules import Amendment, next_month
from enterprises.contracts.queries import checks, edition_of, editions
from marketplace.clock import today
from marketplace.procurement.rules import CheckKind
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor, system_actor

_YEAR = timedelta(days=365)
_EVIDENCE_SV = {
    CheckKind.TAX: "Skatteverket: registrerad för F-skatt och som arbetsgivare.",
    CheckKind.DEBT: "Kronofogden: inga skulder.",
    CheckKind.STATUS: "Bolagsverket: ingen konkurs eller likvidation.",
    CheckKind.INSURANCE: "Försäkringsbrev för verksamheten, gäller till årets slut.",
}


@dataclass(frozen=True)
class Signatories:
    """Who acts for the two parties."""

    manager: Actor
    officer: Actor


def plan_contract(agenda: Agenda, contract_id: int, both: Signatories) -> None:
    """Both sign within two days, and the officer checks the supplier when a year has passed."""
    signed_on = add_working_days(today(), 2)
    agenda.add(add_working_days(today(), 1), Phase.SUPPLY, both.manager, lambda: sign(contract_id))
    agenda.add(signed_on, Phase.PROCUREMENT, both.officer, lambda: sign(contract_id))
    agenda.add(
        add_working_days(signed_on + _YEAR, 0),
        Phase.PROCUREMENT,
        both.officer,
        lambda: _check(contract_id),
    )


def plan_amendments(
    agenda: Agenda, contract_id: int, both: Signatories, reference: str, days: Sequence[date]
) -> None:
    """A new reference is offered on each of the days, and signed by both while there is time."""
    for number, day in enumerate(days, start=2):
        offered_on = add_working_days(day, 0)
        if offered_on <= today():
            continue
        agenda.add(
            offered_on,
            Phase.PROCUREMENT,
            both.officer,
            lambda number=number: _offer(contract_id, f"{reference}-{number}"),  # type: ignore[misc]
        )
        for later, (phase, signer) in enumerate(
            ((Phase.SUPPLY, both.manager), (Phase.PROCUREMENT, both.officer)), start=4
        ):
            agenda.add(
                add_working_days(offered_on, later), phase, signer, lambda: _sign_amendment(contract_id)
            )
        agenda.add(
            next_month(offered_on + timedelta(days=14)),
            Phase.JOBS,
            system_actor(both.officer.authority_id, both.manager.enterprise_id),
            lambda: contracts.keep_contract(contract_id),
        )


def sign(contract_id: int) -> None:
    """Reads the contract and signs what was read."""
    contracts.sign_contract(contract_id, text_sha256=edition_of(contract_id, 1).text_sha256)


def _offer(contract_id: int, reference: str) -> None:
    agreed = editions(contract_id)[0].facts
    from_day = next_month(today() + timedelta(days=14))
    reason = "Myndigheten har bytt referens på fakturorna."
    contracts.propose_amendment(
        contract_id, Amendment(from_day, reason, replace(agreed, buyer_reference=reference))
    )


def _sign_amendment(contract_id: int) -> None:
    latest = editions(contract_id)[0]
    contracts.sign_amendment(contract_id, latest.number, text_sha256=latest.text_sha256)


def _check(contract_id: int) -> None:
    for check in checks(contract_id):
        if check.done_on is None:
            contracts.record_check(
                check.id, outcome=CheckOutcome.OK, evidence_sv=f"{_EVIDENCE_SV[check.kind]} Sett {today()}."
            )
