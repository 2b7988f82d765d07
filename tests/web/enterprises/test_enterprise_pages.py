"""An enterprise registers and tells of itself."""

import pytest

from tests.support import supply
from tests.support.clients import ClientFor
from tests.support.supply import Supply
from tests.web.reading import text_of

REGISTRATION = {
    "orgnr": "556012-5790",
    "name": "Ateljé Ängen",
    "contact_email": "info@angen.example",
    "manager_name": "Åsa Ängel",
    "manager_email": "asa@angen.example",
    "password": "tre ord som glöms",
    "password_again": "tre ord som glöms",
}


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


def test_an_enterprise_registers_and_is_signed_in(world: Supply, client_for: ClientFor) -> None:
    client = client_for()
    assert client.get("/registrera").status_code == 200
    done = client.post("/registrera", data=REGISTRATION)
    assert done.status_code == 302
    own = text_of(client.get("/foretaget"))
    assert "Ateljé Ängen" in own
    assert "556012-5790" in own
    assert "bankgiro" in own


@pytest.mark.parametrize(
    ("asked", "after"),
    [("/valfrihetssystem/7", "/valfrihetssystem/7"), ("https://ond.example/", "/foretaget")],
)
def test_whoever_registers_comes_back_to_the_system_it_read(
    world: Supply, client_for: ClientFor, asked: str, after: str
) -> None:
    done = client_for().post(f"/registrera?next={asked}", data=REGISTRATION)
    assert done.headers["Location"].endswith(after)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"orgnr": "556012-5791"}, "Organisationsnumret stämmer inte"),
        ({"orgnr": supply.ORGNRS[0]}, "redan registrerat"),
        ({"manager_email": "vera@vaxthuset.example"}, "E-postadressen används redan"),
        ({"contact_email": "ingen adress"}, "namn@exempel.se"),
        ({"password": "kort", "password_again": "kort"}, "minst 12 tecken"),
        ({"password_again": "ett annat lösenord"}, "Lösenorden är inte lika"),
        ({"name": ""}, "Skriv företagets namn"),
    ],
)
def test_a_registration_that_will_not_do_keeps_what_was_typed(
    world: Supply, client_for: ClientFor, typed: dict[str, str], said: str
) -> None:
    response = client_for().post("/registrera", data=REGISTRATION | typed)
    assert response.status_code in (409, 422)
    assert said.lower() in text_of(response).lower()
    html = response.get_data(as_text=True)
    assert 'value="Åsa Ängel"' in html
    assert f'value="{typed.get("orgnr", REGISTRATION["orgnr"])}"' in html
    assert "tre ord som glöms" not in html, "a password is never sent back"


def test_the_profile_checks_the_bankgiro(world: Supply, client_for: ClientFor) -> None:
    manager = client_for(world.manager)
    typed = {"contact_email": "vera@vaxthuset.example", "bankgiro": "5050-1056", "about_sv": "Vi odlar."}
    wrong = manager.post("/foretaget/andra", data=typed)
    assert wrong.status_code == 422
    assert 'value="5050-1056"' in wrong.get_data(as_text=True)
    assert "Vi odlar." in text_of(wrong)
    assert manager.post("/foretaget/andra", data=typed | {"bankgiro": "5050-1055"}).status_code == 302
    assert "5050-1055" in text_of(manager.get("/foretaget"))
