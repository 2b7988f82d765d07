import csv
from pathlib import Path

import pytest
from stdnum.se import orgnr

import marketplace.reference
from marketplace.reference.rules import (
    Dominance,
    OwnSexDominance,
    Sex,
    dominance,
    is_kommun_code,
    is_ssyk4,
    own_sex_dominance,
)

DATA = Path(marketplace.reference.__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("women", "men", "expected"),
    [
        (60, 40, Dominance.EVEN),
        (61, 39, Dominance.WOMEN),
        (40, 60, Dominance.EVEN),
        (39, 61, Dominance.MEN),
        (60_001, 39_999, Dominance.WOMEN),
        (1, 0, Dominance.WOMEN),
        (0, 1, Dominance.MEN),
        (0, 0, None),
    ],
)
def test_bounds_count_as_even(women: int, men: int, expected: Dominance | None) -> None:
    assert dominance(women, men) is expected


def test_negative_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        dominance(-1, 2)


@pytest.mark.parametrize(
    ("sex", "trade", "expected"),
    [
        (Sex.WOMAN, Dominance.WOMEN, OwnSexDominance.OWN),
        (Sex.WOMAN, Dominance.MEN, OwnSexDominance.OTHER),
        (Sex.MAN, Dominance.MEN, OwnSexDominance.OWN),
        (Sex.MAN, Dominance.WOMEN, OwnSexDominance.OTHER),
        (Sex.MAN, Dominance.EVEN, OwnSexDominance.EVEN),
        (Sex.OTHER, Dominance.WOMEN, None),
    ],
)
def test_seen_from_one_person(sex: Sex, trade: Dominance, expected: OwnSexDominance | None) -> None:
    assert own_sex_dominance(sex, trade) is expected


def test_every_shipped_trade_has_valid_figures() -> None:
    fields = {row["concept_id"] for row in rows("occupation_fields.csv")}
    trades = rows("trades.csv")
    assert len(fields) == 21
    assert len(trades) == len({row["ssyk"] for row in trades}) == 36
    for row in trades:
        assert is_ssyk4(row["ssyk"]), row
        assert row["field_id"] in fields, row
        assert dominance(int(row["women"]), int(row["men"])) is not None, row


def test_trades_known_to_be_dominated() -> None:
    by_ssyk = {row["ssyk"]: dominance(int(row["women"]), int(row["men"])) for row in rows("trades.csv")}
    assert by_ssyk["7531"] is Dominance.WOMEN
    assert by_ssyk["7231"] is Dominance.MEN
    assert by_ssyk["2172"] is Dominance.EVEN


def test_every_shipped_kommun_has_valid_numbers() -> None:
    kommuner = rows("kommuner.csv")
    assert len(kommuner) == 13
    assert all(is_kommun_code(row["code"]) for row in kommuner)
    assert all(orgnr.is_valid(row["forbund_orgnr"]) for row in kommuner if row["forbund_orgnr"])
    hassleholm = next(row for row in kommuner if row["code"] == "1293")
    assert hassleholm["forbund"] == ""
