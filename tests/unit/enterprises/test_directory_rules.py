"""The neutral order, and what is told of a supplier."""

from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from enterprises.directory.rules import (
    Kommun,
    Place,
    Site,
    Supplier,
    in_neutral_order,
    offering,
    order_start,
    publishable_orgnr,
)

TODAY = date(2026, 3, 2)
HANINGE, HUDDINGE = Kommun("0136", "Haninge"), Kommun("0126", "Huddinge")


def site(number: int, kommun: Kommun) -> Site:
    return Site(number, 1, f"Ställe {number}", "Gatan 1", "136 40", "Handen", "", kommun)


def place(number: int, site_id: int, **changes: object) -> Place:
    made = Place(
        id=number,
        site_id=site_id,
        enterprise_id=1,
        name=f"Plats {number}",
        ssyk="6112",
        trade_name="Trädgårdsodlare",
        plain_name="Odla",
        field_id="green",
        field_name="Naturbruk",
        tasks_sv="",
        hours_per_week_min=10,
        hours_per_week_max=40,
        lead_time_days=0,
        adaptations=["quiet"],
        languages=["sv"],
        confirmed_on=TODAY,
        seats=3,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def supplier(number: int, sites: list[Site] = [], places: list[Place] = []) -> Supplier:  # noqa: B006
    return Supplier(
        id=number,
        name=f"Leverantör {number}",
        orgnr=None,
        about_sv="",
        contact_email="",
        phone="",
        street="",
        postcode="",
        city="",
        is_suspended=False,
        starts_on=TODAY,
        ends_on=None,
        sites=sites,
        places=places,
    )


def test_the_order_begins_elsewhere_each_day_and_is_spread() -> None:
    starts = [order_start(TODAY + timedelta(days=n)) for n in range(1000)]
    assert len(set(starts)) == 1000
    assert all(-(2**31) <= start < 2**31 for start in starts)
    below = sum(start < 0 for start in starts)
    assert 430 < below < 570
    assert order_start(TODAY) == order_start(date(2026, 3, 2))


def test_every_supplier_is_first_on_its_share_of_the_days() -> None:
    everyone = [supplier(number) for number in range(1, 8)]
    first = Counter(in_neutral_order(everyone, TODAY + timedelta(days=n))[0].id for n in range(700))
    assert set(first) == {one.id for one in everyone}
    assert all(70 < count < 130 for count in first.values()), first


def test_the_order_is_the_same_however_the_suppliers_come() -> None:
    everyone = [supplier(number) for number in range(1, 20)]
    order = [one.id for one in in_neutral_order(everyone, TODAY)]
    assert order == [one.id for one in in_neutral_order(reversed(everyone), TODAY)]
    assert sorted(order) == list(range(1, 20))
    assert order != sorted(order)
    assert in_neutral_order([], TODAY) == []


def test_a_supplier_is_told_of_by_all_its_places() -> None:
    whole = supplier(
        1,
        [site(1, HUDDINGE), site(2, HANINGE), site(3, HANINGE)],
        [
            place(1, 1),
            place(
                2,
                2,
                plain_name="Åka med",
                hours_per_week_min=5,
                hours_per_week_max=20,
                adaptations=["step_free", "seated"],
                languages=["so"],
                confirmed_on=TODAY - timedelta(days=80),
                seats=2,
            ),
        ],
    )
    assert [kommun.name for kommun in whole.kommuner] == ["Haninge", "Huddinge"]
    assert whole.trades == ["Odla", "Åka med"]
    assert whole.seats == 5
    assert whole.hours_sv == "5–40 timmar"
    assert whole.adaptations_sv == ["Sittande arbete", "Tyst miljö", "Utan trappor"]
    assert whole.languages_sv == ["Svenska", "Somaliska"]
    assert whole.confirmed_on == TODAY - timedelta(days=80)
    assert [one.id for one in whole.places_at(2)] == [2]


def test_one_without_places_is_told_of_too() -> None:
    bare = supplier(1)
    assert (bare.kommuner, bare.trades, bare.seats, bare.hours_sv, bare.confirmed_on) == ([], [], 0, "", None)


def test_those_who_offer_something_in_a_kommun_and_a_field() -> None:
    split = supplier(1, [site(1, HANINGE), site(2, HUDDINGE)], [place(1, 1), place(2, 2, field_id="textile")])
    bare = supplier(2, [site(3, HANINGE)])
    both = [split, bare]
    assert offering(both, None, None) == both
    assert offering(both, "0136", None) == [split]
    assert offering(both, None, "textile") == [split]
    assert offering(both, "0126", "textile") == [split]
    assert offering(both, "0136", "textile") == []


@pytest.mark.parametrize(
    ("orgnr", "shown"),
    [("7999000016", "7999000016"), ("7010632391", None), ("7001010000", None), (None, None)],
)
def test_a_personal_number_is_not_published(orgnr: str | None, shown: str | None) -> None:
    assert publishable_orgnr(orgnr) == shown


def test_days_are_those_of_some_place_and_demands_those_of_all() -> None:
    one = place(1, 1, weekdays=(1, 2), demands=("standing", "noise"))
    other = place(2, 1, weekdays=(4,), demands=("standing", "dust"))
    told = supplier(1, [site(1, HANINGE)], [one, other])
    assert told.days_sv == "måndag, tisdag och torsdag"
    assert told.demands_sv == ["Stå och gå hela dagen"]
    assert (supplier(2).days_sv, supplier(2).demands_sv) == ("", [])
    assert replace(one, day_starts=time(8), day_ends=time(12)).days_sv == "måndag och tisdag, kl. 8.00–12.00"
