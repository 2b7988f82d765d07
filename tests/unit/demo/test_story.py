"""The demo's input: what the sources give, the rows that do not hold, and people who cannot be anyone."""

import csv
from datetime import date
from pathlib import Path
from random import Random

import pytest
from stdnum import luhn
from stdnum.se import orgnr

from demo import terms
from demo.people import full_name, personal_number, personal_numbers, unique_names
from demo.simulate.offers import told_beyond
from demo.story import DATA, Story, apportioned, read_story
from enterprises.places.offer_rules import Told, told_problems
from marketplace.procurement.price_rules import price_problems
from marketplace.reference.rules import Sex
from placements.participants.rules import read_personal_number

BEGINS_ON = date(2024, 11, 25)
NACKA, VARMDO = "0182", "0120"
SODRA_ROSLAGEN = {"0160", "0117"}


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story()


def test_the_two_numbers_that_fail_luhn_are_named_and_kept_out(story: Story) -> None:
    assert [(row.name, row.reason) for row in story.bad_rows] == [
        ("Österåkers kommun", "the check digit of organisation number 212000-2892 is wrong"),
        (
            "Österåkers kommun, arbetsmarknadsenheten",
            "the check digit of organisation number 212100-2114 is wrong",
        ),
    ]
    assert str(story.bad_rows[0]).endswith("(members.csv, line 20)")
    assert not {row.name for row in story.bad_rows} & {member.name for member in story.members}


def test_the_rest_of_the_project_is_as_the_sources_give_it(story: Story) -> None:
    assert [authority.participants for authority in story.authorities] == [715, 523, 533, 355, 170, 204]
    assert sum(len(authority.kommuner) for authority in story.authorities) == 12
    unknown = [authority.name for authority in story.authorities if authority.orgnr is None]
    assert unknown == ["Samordningsförbundet Stockholms stad"]
    assert len(story.enterprises) == 18
    assert len({place.ssyk for place in story.places}) == 36
    assert 80 <= len(story.places) <= 100


def test_enterprises_lie_as_the_sources_say(story: Story) -> None:
    kommuner = [site.kommun for site in story.sites]
    assert VARMDO not in kommuner
    assert kommuner.count(NACKA) == 1
    assert sum(kommun in SODRA_ROSLAGEN for kommun in kommuner) == 1


def test_some_enterprises_are_approved_by_several(story: Story) -> None:
    assert sum(len(enterprise.authorities) > 1 for enterprise in story.enterprises) >= 8
    known = {authority.key for authority in story.authorities}
    assert all(set(enterprise.authorities) <= known for enterprise in story.enterprises)


def test_enterprises_numbers_hold_and_are_invented(story: Story) -> None:
    for enterprise in story.enterprises:
        assert orgnr.is_valid(enterprise.orgnr)
        assert enterprise.orgnr[:6] in {"799990", "559990"}
        assert luhn.is_valid(enterprise.bankgiro)


def test_every_place_can_be_offered(story: Story) -> None:
    for place in story.places:
        told = Told(
            name=place.name,
            tasks_sv=place.tasks_sv,
            hours_per_week_min=place.hours_min,
            hours_per_week_max=place.hours_max,
            lead_time_days=place.lead_days,
            adaptations=place.adaptations,
            languages=place.languages,
            **told_beyond(place),
        )
        assert not told_problems(told), place.name
    demanding = [place for place in story.places if told_beyond(place)["demands"]]
    assert len(demanding) > len(story.places) / 2


def test_price_lists_can_be_published_and_name_the_levels(story: Story) -> None:
    for kind in {authority.price_list for authority in story.authorities}:
        rows = terms.price_list(kind)
        assert not price_problems(rows), kind
        named = {row.support_level for row in rows if row.support_level}
        assert named == set(terms.SUPPORT_LEVELS[kind])


def test_a_bad_row_of_any_kind_keeps_out_what_hangs_on_it(tmp_path: Path) -> None:
    for original in DATA.glob("*.csv"):
        (tmp_path / original.name).write_bytes(original.read_bytes())
    with (tmp_path / "enterprises.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    rows[1][2] = "799990-0018"
    rows[2][6] = "snart"
    with (tmp_path / "enterprises.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    story = read_story(tmp_path)
    assert len(story.bad_rows) == 4
    assert len(story.enterprises) == 16
    assert "handen" not in {site.key for site in story.sites}
    assert "handen" not in {place.site for place in story.places}


@pytest.mark.parametrize("total", [0, 1, 6, 20, 99, 2499, 2500, 10_000])
def test_apportioned_sums_and_is_near_the_weights(total: int) -> None:
    weights = [715, 523, 533, 355, 170, 204]
    shares = apportioned(total, weights)
    assert sum(shares) == total
    assert all(abs(share - total * weight / 2500) < 1 for share, weight in zip(shares, weights, strict=True))


def test_personal_numbers_hold_and_differ() -> None:
    rng = Random(1)
    numbers = [
        number for sex in (Sex.WOMAN, Sex.MAN) for number in personal_numbers(rng, sex, BEGINS_ON, 1500)
    ]
    assert len(set(numbers)) == 3000
    for number in numbers:
        read = read_personal_number(number, BEGINS_ON)
        assert 18 <= BEGINS_ON.year - read.birth_year <= 63


def test_personal_numbers_are_coordination_numbers_of_the_test_series() -> None:
    assert personal_number(date(1970, 10, 3), Sex.MAN) == "19701063-2391"  # Skatteverket's own example
    assert personal_number(date(1970, 10, 3), Sex.WOMAN)[9:12] == "238"


def test_names_are_different_and_read_well() -> None:
    names = list(unique_names(Random(1), iter([Sex.WOMAN, Sex.MAN] * 1250)))
    assert len(set(names)) == 2500
    rng = Random(2)
    for _ in range(500):
        family = full_name(rng, Sex.WOMAN).split()[1].lower()
        assert not any(a == b == c for a, b, c in zip(family, family[1:], family[2:], strict=False)), family
