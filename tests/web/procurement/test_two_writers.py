"""Two officers, or two tabs, with the same draft: nobody writes over or publishes what has not been read."""

from typing import Any

import pytest
from lxml import html

from marketplace.db import transaction
from marketplace.procurement import services
from marketplace.procurement.rules import Regime
from marketplace.tenancy import acting_as
from tests.factories import HANINGE
from tests.support import supply
from tests.support.clients import ClientFor
from tests.support.supply import Supply
from tests.web.procurement.test_system_pages import TERMS
from tests.web.reading import made_number, text_of

WRITTEN = TERMS | {"prices-1-support_level": "", "prices-1-day_part": ""}


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


def hidden(answer: Any, name: str) -> str:
    """What a page's form sends back of what it was made from."""
    (value,) = html.fromstring(answer.get_data(as_text=True)).xpath(f"//input[@name='{name}']/@value")
    return str(value)


def test_who_saves_second_is_told_keeps_what_was_typed_and_may_save_over(
    world: Supply, client_for: ClientFor
) -> None:
    address = f"/valfrihetssystem/{supply.open_system(world.officer)}/underlag"
    one, other = client_for(world.officer), client_for(world.officer)
    begun = hidden(one.get(address), "begun_with")
    assert hidden(other.get(address), "begun_with") == begun
    mine = WRITTEN | {"begun_with": begun, "contract_text_sv": "Skrivet först."}
    made_number(one.post(address, data=mine))
    late = WRITTEN | {"begun_with": begun, "contract_text_sv": "Skrivet sist."}
    refused = other.post(address, data=late)
    assert refused.status_code == 422
    assert "Någon annan har sparat underlaget" in text_of(refused)
    assert "Skrivet sist." in refused.get_data(as_text=True)
    assert "Skrivet först." in one.get(address).get_data(as_text=True)
    made_number(other.post(address, data=late | {"begun_with": hidden(refused, "begun_with")}))
    assert "Skrivet sist." in one.get(address).get_data(as_text=True)


def test_the_first_draft_is_not_written_over_either(world: Supply, client_for: ClientFor) -> None:
    with acting_as(world.officer), transaction():
        system_id = services.create_system(
            name="Nytt", service_sv="Tjänsten", regime=Regime.LOV, kommun_codes=[HANINGE]
        ).id
    address = f"/valfrihetssystem/{system_id}/underlag"
    officer = client_for(world.officer)
    begun = WRITTEN | {"begun_with": hidden(officer.get(address), "begun_with")}
    made_number(officer.post(address, data=begun))
    assert officer.post(address, data=begun | {"contract_text_sv": "Annat"}).status_code == 422


def test_rows_added_meanwhile_do_not_hide_that_another_has_saved(
    world: Supply, client_for: ClientFor
) -> None:
    address = f"/valfrihetssystem/{supply.open_system(world.officer)}/underlag"
    officer = client_for(world.officer)
    begun = WRITTEN | {"begun_with": hidden(officer.get(address), "begun_with")}
    made_number(officer.post(address, data=begun))
    more = officer.post(address, data=begun | {"gor": "krav"})
    assert hidden(more, "begun_with") == begun["begun_with"]


def test_what_is_published_is_what_was_read(world: Supply, client_for: ClientFor) -> None:
    system_id = supply.open_system(world.officer)
    officer = client_for(world.officer)
    terms_id = made_number(officer.post(f"/valfrihetssystem/{system_id}/underlag", data=WRITTEN))
    address = f"/valfrihetssystem/underlag/{terms_id}/publicera"
    read = hidden(officer.get(address), "read")
    officer.post(
        f"/valfrihetssystem/{system_id}/underlag", data=WRITTEN | {"contract_text_sv": "Ändrat sedan."}
    )
    refused = officer.post(address, data={"read": read})
    assert refused.status_code == 422
    assert "Läs igenom det som det står nu" in text_of(refused)
    assert "Ändrat sedan." in text_of(refused)
    assert officer.post(address, data={"read": hidden(refused, "read")}).status_code == 302
