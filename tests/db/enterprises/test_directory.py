"""Who is told of, what of them, and in how many queries."""

from datetime import date

import pytest

from enterprises.directory import queries
from enterprises.places.services import set_seats
from marketplace.clock import travelling
from marketplace.db import db, transaction
from marketplace.errors import NotFound
from marketplace.tenancy import acting_as
from tests.support.directory_town import TODAY, Town, add_supplier
from tests.support.statements import statements_of


@pytest.fixture
def town(ready_town: Town) -> Town:
    return ready_town


def test_those_under_contract_are_told_of_and_nobody_else(town: Town) -> None:
    found = {one.id: one for one in queries.suppliers_of(town.system_id)}
    assert set(found) == {town.greenhouse, town.joinery}
    assert not found[town.greenhouse].is_suspended
    assert found[town.joinery].is_suspended
    for absent in (town.unsigned, town.ended, town.expired, town.uncontracted):
        with pytest.raises(NotFound):
            queries.supplier_of(town.system_id, absent)


def test_a_contract_counts_to_the_last_day_of_its_text(town: Town) -> None:
    with travelling(date(2026, 3, 1)):
        assert queries.supplier_of(town.system_id, town.expired).ends_on == date(2026, 3, 1)


def test_everything_published_of_a_supplier_is_told(town: Town) -> None:
    greenhouse = queries.supplier_of(town.system_id, town.greenhouse)
    assert greenhouse.name == "Växthuset"
    assert greenhouse.about_sv == "Vi finns bara i prov."
    assert greenhouse.contact_email == "info@example.org"
    assert [site.name for site in greenhouse.sites] == ["Ateljén i huset", "Växthuset i huset"]
    assert [place.name for place in greenhouse.places] == ["Växthuset plats", "Syateljén"]
    assert greenhouse.hours_sv == "5–40 timmar"


def test_seats_are_those_in_service(town: Town) -> None:
    """The sewing place had three and has two from today: what is retired is known to everyone, what is taken is not."""
    sewing = queries.supplier_of(town.system_id, town.greenhouse).places[1]
    assert sewing.seats == 2
    with acting_as(town.manager), transaction():
        set_seats(sewing.id, 4, TODAY)
    db.session.expire_all()
    assert queries.supplier_of(town.system_id, town.greenhouse).places[1].seats == 4


def test_a_system_that_is_not_open_has_no_list(town: Town) -> None:
    assert queries.open_system(town.system_id).authority.name == "Samordningsförbundet Åsen"
    with acting_as(town.officer), pytest.raises(NotFound):
        queries.open_system(town.unopened_system_id)
    assert {system.id for system in queries.open_systems()} == {town.system_id, town.other_system_id}


def test_the_list_takes_four_queries_however_long(town: Town) -> None:
    few = statements_of(lambda: queries.suppliers_of(town.system_id))
    for number in range(5):
        add_supplier(town, f"Till {number}", places=2)
    many = statements_of(lambda: queries.suppliers_of(town.system_id))
    assert len(queries.suppliers_of(town.system_id)) == 7
    assert len(few) == len(many) == 4


def test_places_are_those_that_can_be_chosen_page_by_page(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of a supplier whose every contract rests are not among them."""
    monkeypatch.setattr(queries, "PLACES_PER_PAGE", 2)
    more = add_supplier(town, "Till", places=3)
    pages = [queries.place_page(number) for number in (1, 2, 3)]
    assert [len(page.items) for page in pages] == [2, 2, 1]
    items = [item for page in pages for item in page.items]
    assert [item.place.id for item in items] == sorted(item.place.id for item in items)
    assert {item.place.enterprise_id for item in items} == {town.greenhouse, more}
    assert {item.system_ids for item in items} == {(town.system_id,)}
    assert {item.site.kommun.name for item in items} == {"Haninge", "Huddinge"}
    assert len(statements_of(lambda: queries.place_page(1))) == 5
