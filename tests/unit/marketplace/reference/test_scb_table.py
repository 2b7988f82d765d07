from pathlib import Path

import pytest

import marketplace.reference
from marketplace.errors import Invalid
from marketplace.reference.scb import TradeFigures, decode, parse_table, read_table

OWN_FILE = Path(marketplace.reference.__file__).parent / "data" / "trades.csv"


def figures(text: str) -> dict[str, tuple[int, int, int]]:
    return {row.ssyk: (row.women, row.men, row.year) for row in parse_table(text).figures}


def test_own_form_is_read_whole() -> None:
    table = read_table(OWN_FILE)
    assert len(table.figures) == 36
    assert table.bad_rows == ()
    kitchen = next(row for row in table.figures if row.ssyk == "9412")
    assert (kitchen.women, kitchen.men, kitchen.year) == (51167, 36882, 2024)


def test_title_notes_and_years_as_columns() -> None:
    text = (
        "Anställda 16-64 år i riket efter yrke (SSYK 2012), kön och år\n"
        "\n"
        '"yrke (SSYK 2012)","kön","2024","2025"\n'
        '"9412 Restaurang- och köksbiträden m.fl.","kvinnor",51167,52000\n'
        '"9412 Restaurang- och köksbiträden m.fl.","män",36882,37000\n'
        "\n"
        '"Uppgifterna avser november respektive år."\n'
    )
    assert figures(text) == {"9412": (52000, 37000, 2025)}
    assert parse_table(text).bad_rows == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiters_and_encodings(delimiter: str, encoding: str) -> None:
    rows = [
        ["yrke", "kön", "2025"],
        ['"5223 Butikssäljare, fackhandel"', "kvinnor", "70 600"],
        ['"5223 Butikssäljare, fackhandel"', "män", "43\u00a0473"],
    ]
    text = decode("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    assert parse_table(text).figures == (
        TradeFigures("5223", "Butikssäljare, fackhandel", 70600, 43473, 2025, 2),
    )


def test_sexes_as_columns() -> None:
    text = "yrke;Anställda kvinnor 2025;Anställda män 2025\n7531 Skräddare;760;286\n"
    assert figures(text) == {"7531": (760, 286, 2025)}


def test_years_as_rows_takes_the_newest() -> None:
    text = (
        "yrke;kön;år;Antal anställda\n"
        "7531 Skräddare;kvinnor;2024;760\n7531 Skräddare;män;2024;286\n"
        "7531 Skräddare;kvinnor;2025;700\n7531 Skräddare;män;2025;300\n"
    )
    assert figures(text) == {"7531": (700, 300, 2025)}


def test_age_classes_are_added_up_to_64() -> None:
    text = (
        "yrke;ålder;kön;2025\n"
        "7531 Skräddare;16-24 år;kvinnor;60\n7531 Skräddare;25-64 år;kvinnor;700\n"
        "7531 Skräddare;65-69 år;kvinnor;40\n7531 Skräddare;16-24 år;män;6\n"
        "7531 Skräddare;25-64 år;män;280\n7531 Skräddare;65-69 år;män;9\n"
    )
    assert figures(text) == {"7531": (760, 286, 2025)}


def test_the_whole_span_is_not_added_to_its_classes() -> None:
    text = (
        "yrke;ålder;kön;2025\n"
        "7531 Skräddare;totalt 16-64 år;kvinnor;760\n7531 Skräddare;16-24 år;kvinnor;60\n"
        "7531 Skräddare;totalt 16-64 år;män;286\n7531 Skräddare;16-24 år;män;6\n"
    )
    assert figures(text) == {"7531": (760, 286, 2025)}


def test_both_sexes_together_are_left_out() -> None:
    text = "yrke;kön;2025\n7531 S;totalt;1046\n7531 S;kvinnor;760\n7531 S;män;286\n"
    assert figures(text) == {"7531": (760, 286, 2025)}
    assert parse_table(text).bad_rows == ()


def test_bad_rows_are_named_and_the_rest_loads() -> None:
    text = (
        "yrke;kön;2025\n"
        "7531 Skräddare;kvinnor;760\n"
        "7531 Skräddare;män;286\n"
        "7231 Mekaniker;kvinnor;mycket\n"
        "7231 Mekaniker;män;34862\n"
        "Okänt yrke;kvinnor;5\n"
        "9111 Städare;kvinnor;65911\n"
        "6210 Skogsarbetare;kvinnor;-4\n"
        "6210 Skogsarbetare;män;3160\n"
        "5120 Kockar;kvinnor\n"
        "6112 Odlare;kvinnor;0\n"
        "6112 Odlare;män;0\n"
        "7111 Snickare;kvinnor;..\n"
        "7111 Snickare;män;..\n"
        "9610 Sortera;hen;3\n"
        "9320 Packa;kvinnor;5\n"
        "9320 Packa;kvinnor;6\n"
        "9320 Packa;män;6\n"
    )
    table = parse_table(text)
    assert [row.ssyk for row in table.figures] == ["7531"]
    assert [str(row) for row in table.bad_rows] == [
        "rad 4 (7231 Mekaniker): ”mycket” är inte ett antal anställda",
        "rad 6 (Okänt yrke kvinnor 5): raden har ingen fyrsiffrig SSYK-kod",
        "rad 7 (9111 Städare): antalet män saknas för 2025",
        "rad 8 (6210 Skogsarbetare): ”-4” är inte ett antal anställda",
        "rad 10 (5120 Kockar): raden har 2 fält men rubriken 3",
        "rad 11 (6112 Odlare): ingen är anställd i yrket 2025, så andelen kvinnor är okänd",
        "rad 13 (7111 Snickare): inga antal för åldern 16–64 år (SCB har dolt eller saknar värdena)",
        "rad 15 (9610 Sortera): okänt kön ”hen”",
        "rad 17 (9320 Packa): samma yrke, kön, ålder och år står redan på rad 16",
    ]


@pytest.mark.parametrize("text", ["", "hej\n", "yrke;kön\n1234 A;män\n", "namn,antal\nx,1\n", "\x00\x00"])
def test_another_kind_of_file_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid, match="känns inte igen"):
        parse_table(text)
