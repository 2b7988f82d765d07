"""The table of ASVS 5.0, level 2: every number is in it once, and each test that it names is there."""

import re

from app import ROOT

TABLE = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
# How many requirements of levels 1 and 2 each section has; those of level 3 come after them, but for 1.2.10 and 1.3.12.
SECTIONS = """
    1.1=2 1.2=9 1.3=11 1.4=3 1.5=2 2.1=3 2.2=3 2.3=4 2.4=1 3.2=2 3.3=4 3.4=6 3.5=5 3.7=2 4.1=3 4.2=1 4.3=2
    4.4=4 5.1=1 5.2=3 5.3=2 5.4=3 6.1=3 6.2=12 6.3=4 6.4=4 6.5=5 6.6=3 6.8=4 7.1=3 7.2=4 7.3=2 7.4=5 7.5=2
    7.6=2 8.1=2 8.2=3 8.3=1 8.4=1 9.1=3 9.2=4 10.1=2 10.2=2 10.3=4 10.4=11 10.5=5 10.6=2 10.7=3 11.1=2 11.2=3
    11.3=3 11.4=4 11.5=1 11.6=1 12.1=3 12.2=2 12.3=4 13.1=1 13.2=5 13.3=2 13.4=5 14.1=2 14.2=4 14.3=3 15.1=3
    15.2=3 15.3=7 16.1=1 16.2=5 16.3=4 16.4=3 16.5=3 17.1=1 17.2=4 17.3=2
"""
ROW = re.compile(r"^\| (\d[^|]*) \|[^|]*\| ?([^|]*) ?\| ?([^|]*) ?\|$", re.MULTILINE)


def numbers(cell: str) -> list[str]:
    found = []
    for part in cell.split(", "):
        first, _, last = part.strip().partition("–")
        section, _, number = first.rpartition(".")
        until = int((last or first).rpartition(".")[2])
        found += [f"{section}.{one}" for one in range(int(number), until + 1)]
    return found


def test_every_requirement_is_answered_once() -> None:
    expected = [
        f"{section}.{number + 1}"
        for section, count in (pair.split("=") for pair in SECTIONS.split())
        for number in range(int(count))
    ]
    assert [number for cell, _, _ in ROW.findall(TABLE) for number in numbers(cell)] == expected
    assert all(how.strip() for _, how, _ in ROW.findall(TABLE))


def test_every_test_that_is_named_exists() -> None:
    named = [test.strip() for _, _, test in ROW.findall(TABLE) if test.strip()]
    assert len(named) > 100
    for name in named:
        path, _, function = name.partition("::")
        file = ROOT / "tests" / path
        assert file.is_file(), name
        if function:
            assert f"\ndef {function}(" in file.read_text(encoding="utf-8"), name
