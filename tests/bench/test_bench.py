"""The measurements at a tiny size: that they measure, and that what does not hang on speed holds."""

from pathlib import Path

import pytest

from bench.__main__ import ALL, measure
from bench.data import ground, prepare
from bench.report import Finding, table
from bench.sizes import Sizes

_TINY = Sizes(
    places=600,
    clients=2,
    seconds=0.3,
    rounds=1,
    bookings=120,
    rush=12,
    requests=20,
    days=1000,
    users=8,
    load_seconds=2.0,
    placements=120,
)


@pytest.mark.slow
def test_every_measure_finds_something_and_the_rush_is_lawful(tmp_path: Path) -> None:
    said: list[str] = []
    with ground(tmp_path / "data") as where:
        prepare(where, _TINY, said.append, checked=True)  # so that triggers and keys look at every row
        findings = {finding.name: finding for finding in measure(where, _TINY, list(ALL))}
        told = len(said)
        prepare(where, _TINY, said.append)
        assert len(said) == told, "the data is made once a day"
    pages = {name for name in findings if name.startswith("page /")}
    assert len(findings.keys() - pages) == 19
    assert {"page /kapacitet", "page /resultat", "page /val-och-kon"} <= pages
    lawful = [name for name in findings if "lawful" in name or "queries" in name]
    assert len(lawful) == 2
    lawful += [name for name in findings if "errors" in name]
    for name in lawful:
        assert findings[name].holds, findings[name]


def test_a_finding_holds_by_its_bound() -> None:
    most, least = Finding("pages", "31 ms", 3.1, 3.0), Finding("bookings", "250/s", 0.25, 0.25, is_least=True)
    assert not most.holds
    assert least.holds
    assert [line.split()[-1] for line in table([most, least]).splitlines()[2:]] == ["NO", "yes"]
