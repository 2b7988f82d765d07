"""`python -m bench [measure …]`: makes the data, measures, prints a table and writes JSON; all measures where none is
named. Fails when something does not hold.
"""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

from bench import measures
from bench.data import LARGE, SMALL, WORK, Ground, ground, prepare
from bench.load import Clients, clients
from bench.many import load_findings
from bench.measures import People, Signed
from bench.month import month_findings
from bench.night import indicator_findings
from bench.report import Finding, table, write
from bench.serving import ROOT, Served, Visitor, floor, product
from bench.sizes import Sizes, from_environment

ALL = ("search", "queries", "memory", "booking", "rush", "load", "invoicing", "indicators")


def main(wanted: list[str]) -> int:
    sizes = from_environment()
    data = Path(os.environ.get("BENCH_DATA") or ROOT / ".bench")
    unknown = set(wanted) - set(ALL)
    if unknown:
        _say(f"There is no measure {', '.join(sorted(unknown))}: choose of {', '.join(ALL)}.")
        return 2
    with ground(data) as where:
        prepare(where, sizes, _say)
        findings = measure(where, sizes, wanted or list(ALL))
    _say("\n" + table(findings))
    _say(f"\n{write(findings, sizes, ROOT / 'bench' / 'results')}")
    return 0 if all(finding.holds for finding in findings) else 1


def measure(where: Ground, sizes: Sizes, wanted: list[str]) -> list[Finding]:
    findings = []
    if "invoicing" in wanted:
        _say("The month's run …")
        findings += month_findings(where, sizes.days)
    if "indicators" in wanted:
        _say("A night's indicators …")
        findings += indicator_findings(where)
    if not set(wanted) - {"invoicing", "indicators"}:
        return findings
    who = measures.people(where, LARGE)
    paths = measures.searches(where, LARGE)
    with clients(sizes.clients) as ready:
        if {"search", "memory"} & set(wanted):
            findings += _pages(where, sizes, wanted, who, paths, ready)
        if "queries" in wanted:
            _say("Queries …")
            findings.append(measures.queries(where, who.officers[0], paths))
        if {"booking", "rush"} & set(wanted):
            findings += _bookings(where, sizes, wanted, who, ready)
    if "load" in wanted:
        _say("Many at once …")
        unasked = measures.waiting(where, is_rush=False)[
            ::-1
        ]  # taken from its end, after what the bookings took
        findings += load_findings(where, sizes, who, unasked[: len(unasked) // 2])
    return findings


def _pages(
    where: Ground, sizes: Sizes, wanted: list[str], who: People, paths: list[str], ready: Clients
) -> list[Finding]:
    findings = []
    with ExitStack() as stack:
        by_hand = stack.enter_context(floor(where, LARGE, who.authority_id))
        large = stack.enter_context(product(where, LARGE))
        small = stack.enter_context(product(where, SMALL))
        visitor, other = _signed_in(large, who.officers[0]), _signed_in(small, who.officers[0])
        if "search" in wanted:
            _say("Search pages …")
            measures.check_same(by_hand, visitor, paths)
            targets = {
                "floor": (by_hand, ""),
                "product": (large, visitor.cookie),
                "small": (small, other.cookie),
            }
            findings += measures.page_findings(measures.search(ready, targets, paths, sizes))
        if "memory" in wanted:
            _say("Memory …")
            findings.append(measures.memory(ready, large, visitor.cookie, paths, sizes))
    return findings


def _bookings(where: Ground, sizes: Sizes, wanted: list[str], who: People, ready: Clients) -> list[Finding]:
    findings = []
    waiting, rushing = measures.waiting(where, is_rush=False), measures.waiting(where, is_rush=True)
    with floor(where, WORK, who.authority_id) as by_hand, product(where, WORK) as own:
        signed = []
        for membership_id in who.officers:
            visitor = _signed_in(own, membership_id)
            token = visitor.token(f"/placeringar/begar/{waiting[0].choice_round_id}")
            signed.append(Signed(visitor.cookie, token))
        if "booking" in wanted:
            _say("Bookings …")
            found = measures.booking(ready, by_hand, own, sizes, waiting, signed)
            findings.append(measures.booking_finding(*found))
        if "rush" in wanted:
            _say("The rush …")
            findings += measures.rush(where, ready, own, rushing, signed)
    return findings


def _signed_in(served: Served, membership_id: int) -> Visitor:
    visitor = Visitor(served.port)
    visitor.sign_in(membership_id)
    return visitor


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it is what the command is for


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
