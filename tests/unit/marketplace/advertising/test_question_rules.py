"""Questions: every move in the table, what gives an asker away, what can be asked, and the feed's times."""

from datetime import UTC, date, datetime

import pytest

from marketplace.advertising.rules import (
    addresses,
    answer_by,
    asking_obstacle_sv,
    beginning_of,
    giveaways,
    modified_at,
    plain,
    waited_sv,
)


def test_an_answer_is_due_in_working_days() -> None:
    assert answer_by(date(2026, 3, 13)) == date(2026, 3, 20)
    assert answer_by(date(2026, 4, 1)) == date(2026, 4, 10)  # over Easter


@pytest.mark.parametrize(
    ("name", "question", "found"),
    [
        ("Växthuset AB", "Vi på Växthuset AB undrar en sak.", ["Växthuset AB"]),
        ("Växthuset AB", "Får deltagarna arbeta i växthuset?", []),
        ("Åsö Väv ek. för.", "Gäller kravet åsö  vävs ateljé?", ["Åsö Väv ek. för."]),
        ("Åsö Väv ekonomisk förening", "Gäller kravet Åsö väveri?", []),
        ("Snickeriet", "Är Snickeriets lokal godkänd?", ["Snickeriet"]),
        ("Snickeriet", "Räknas ett snickeri?", []),
        ("Växthuset AB", "Vi har nummer 769612-3459.", ["769612-3459"]),
        ("Växthuset AB", "Vi har nummer 16 7696123459.", ["769612-3459"]),
        ("A+B (svb)", "Kan A+B söka?", []),
        ("", "Vad gäller?", []),
    ],
)
def test_what_gives_the_asker_away(name: str, question: str, found: list[str]) -> None:
    assert giveaways(question, name=name, orgnr="7696123459") == found


def test_addresses_are_found_without_what_ends_the_sentence() -> None:
    assert addresses("Svara vera@vaxthuset.example. Eller a@b.se!") == ["vera@vaxthuset.example", "a@b.se"]
    assert addresses("Kostar det 5 kr @ timme?") == []


def test_how_long_a_question_has_waited() -> None:
    said = [waited_sv(days).replace("\u00a0", " ") for days in (0, 1, 12)]
    assert said == ["som ställdes i dag", "som har väntat 1 arbetsdag", "som har väntat 12 arbetsdagar"]


def test_what_can_be_asked_about() -> None:
    assert asking_obstacle_sv(has_terms=True, is_closed=False) == ""
    assert "listan över valfrihetssystem" in asking_obstacle_sv(has_terms=True, is_closed=True)
    assert "Vänta tills myndigheten" in asking_obstacle_sv(has_terms=False, is_closed=False)


def test_a_typed_text_keeps_its_lines_and_loses_what_xml_cannot_carry() -> None:
    assert plain("En\r\ntvå\rtre\tfyra\x0b\x00\ufffe\ud800 å 😀") == "En\ntvå\ntre\tfyra å 😀"


def test_a_day_begins_at_midnight_in_sweden() -> None:
    assert beginning_of(date(2026, 3, 11)) == datetime(2026, 3, 10, 23, tzinfo=UTC)
    assert beginning_of(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert beginning_of(date(2026, 7, 1)).isoformat() == "2026-07-01T00:00:00+02:00"


def test_a_reader_of_the_same_day_misses_nothing() -> None:
    day, noon = date(2026, 3, 11), datetime(2026, 3, 11, 11, tzinfo=UTC)
    evening, later = datetime(2026, 3, 11, 19, tzinfo=UTC), datetime(2026, 3, 20, tzinfo=UTC)
    assert modified_at(day, noon) == noon
    assert noon < modified_at(day, evening) < modified_at(day, later) < beginning_of(date(2026, 3, 12))
    assert modified_at(day, later) == modified_at(day, later.replace(day=25))
