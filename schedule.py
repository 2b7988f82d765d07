"""All that happens by the clock."""

from collections.abc import Sequence
from dataclasses import dataclass

from marketplace.accounts.rules import OrganisationKind


@dataclass(frozen=True)
class Scheduled:
    """What happens at set times (crontab's five fields, Swedish time). One of:

    `kind`: the message `name` to every organisation of that kind; `function`: a function without arguments, by path,
    which finds out by itself what there is to do. Either may run twice without harm.
    """

    name: str
    cron: str
    why: str
    kind: OrganisationKind | None = None
    function: str = ""


SCHEDULE: Sequence[Scheduled] = (
    Scheduled(
        "contracts.day",
        "5 0 * * *",
        "an amendment comes in force, a contract that is over ends, the parties are reminded",
        function="enterprises.contracts.jobs.dispatch_day",
    ),
    Scheduled(
        "placements.follow_up",
        "30 0 * * *",
        "suppliers are reminded, late answers told of, seats that nobody answered for freed; moves come to their end",
        function="placements.booking.jobs.dispatch_follow_up",
    ),
    Scheduled(
        "participants.lapse",
        "45 0 * * *",
        "a grant whose period has ended without a place lapses",
        function="placements.participants.jobs.dispatch_lapse",
    ),
    Scheduled(
        "waiting_list.day",
        "55 0 * * *",
        "an offer that nobody answered goes to the next in line; a free seat that was missed is offered",
        function="placements.waiting_list.jobs.dispatch_day",
    ),
    Scheduled(
        "followup.day",
        "5 1 * * *",
        "supervisors and case officers are reminded of follow-ups that come and of those that nobody has written",
        function="placements.followup.jobs.dispatch_day",
    ),
    Scheduled(
        "checkpoints.day",
        "15 1 * * *",
        "participants are asked at the start, every third month and at the end; what nobody answered lapses",
        function="placements.checkpoints.jobs.dispatch_day",
    ),
    Scheduled(
        "accounts.night",
        "25 1 * * *",
        "sessions, invitations and links that are long over are forgotten",
        function="marketplace.accounts.jobs.dispatch_night",
    ),
    Scheduled(
        "audit.seal",
        "* * * * *",
        "what has happened is sealed in each authority's chain",
        function="marketplace.audit_chain.jobs.seal",
    ),
    Scheduled(
        "audit.check",
        "30 1 * * *",
        "each chain is read from its beginning; controllers are told when one does not hold",
        function="marketplace.audit_chain.jobs.check",
    ),
    Scheduled(
        "audit.heads",
        "45 6 1 * *",
        "controllers get the hash of their chain by letter, outside the reach of whoever could rewrite it",
        function="marketplace.audit_chain.jobs.send_heads",
    ),
    Scheduled(
        "indicators.compute",
        "0 2 * * *",
        "capacity and choices up to yesterday",
        kind=OrganisationKind.AUTHORITY,
    ),
    Scheduled(
        "indicators.compute_supplier",
        "0 3 * * *",
        "an enterprise's own, which build on the capacity counted before",
        kind=OrganisationKind.ENTERPRISE,
    ),
    Scheduled(
        "indicators.compute_region",
        "15 3 * * *",
        "the sums of what the authorities of a region have published",
        function="indicators.region.jobs.dispatch_night",
    ),
    Scheduled(
        "budget.expect",
        "30 3 * * *",
        "what the booked placements are expected to cost, for the budget's forecast",
        kind=OrganisationKind.AUTHORITY,
    ),
    Scheduled(
        "reports.tell",
        "15 6 5 * *",
        "those who subscribe to a report are told that it has a new month, once",
        kind=OrganisationKind.AUTHORITY,
    ),
    Scheduled(
        "letters.digest",
        "30 6 * * *",
        "on working days, what waits for each person and the letters kept since the day before",
        function="marketplace.letters.jobs.dispatch_digests",
    ),
    Scheduled(
        "invoices.deliver",
        "*/5 * * * *",
        "e-invoices that could not be handed over are tried again",
        function="invoicing.delivery.jobs.dispatch_due",
    ),
    Scheduled(
        "invoices.remind",
        "0 6 * * *",
        "on working days, controllers are reminded of what is overdue, once a working week",
        kind=OrganisationKind.AUTHORITY,
    ),
    Scheduled(
        "invoice_run",
        "0 4 1 * *",
        "drafts of the past month's invoices",
        kind=OrganisationKind.AUTHORITY,
    ),
)
"""All that happens by the clock. A missed time (nobody was running) is made up for once, at start."""
