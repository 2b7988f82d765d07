"""What differs between versions, seen by everyone and before publishing; closing a system; who decides."""

import pytest
from lxml import html

from marketplace.accounts.models import Organisation
from marketplace.accounts.rules import Role
from marketplace.db import db, transaction
from marketplace.procurement.queries import published_terms
from marketplace.procurement.rules import Regime
from marketplace.procurement.services import create_system
from marketplace.tenancy import acting_as, system_actor
from tests.factories import make_actor
from tests.support import supply
from tests.support.clients import Client, ClientFor
from tests.support.supply import Supply
from tests.web.procurement.test_system_pages import TERMS
from tests.web.reading import made_number, posted, text_of

LOST = "Beskriv hur handledningen går till."
REASON = "Behovet har upphört."


@pytest.fixture
def world(ready_supply: Supply) -> Supply:
    return ready_supply


@pytest.fixture
def system_id(world: Supply) -> int:
    return supply.open_system(world.officer)


def first_version(world: Supply, system_id: int) -> int:
    with acting_as(world.officer):
        terms = published_terms(system_id)
        assert terms is not None
        return terms.id


def second_version(officer: Client, system_id: int) -> int:
    changed = TERMS | {"requirements-0-text_sv": "Bifoga en plan.", "requirements-0-proof": "attachment"}
    changed |= {"prices-1-support_level": "", "prices-1-day_part": ""}
    return made_number(officer.post(f"/valfrihetssystem/{system_id}/underlag", data=changed))


def test_a_draft_made_by_mistake_is_thrown_away_and_nothing_that_is_published(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    officer = client_for(world.officer)
    first, second = first_version(world, system_id), second_version(officer, system_id)
    assert "Kasta utkastet" in text_of(officer.get(f"/valfrihetssystem/underlag/{second}"))
    assert "Utkastet är borttaget" in posted(officer, f"/valfrihetssystem/underlag/{second}/kasta")
    assert officer.get(f"/valfrihetssystem/underlag/{second}").status_code == 404
    refused = officer.post(f"/valfrihetssystem/underlag/{first}/kasta")
    assert refused.status_code == 422
    assert "publicerad och står kvar" in text_of(refused)
    assert client_for().get(f"/valfrihetssystem/underlag/{first}").status_code == 200
    assert second_version(officer, system_id) != second


def test_what_changes_is_shown_before_publishing_and_afterwards_to_everyone(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    officer, anyone = client_for(world.officer), client_for()
    first, second = first_version(world, system_id), second_version(officer, system_id)
    difference = f"/valfrihetssystem/underlag/{second}/skillnad"
    publishing = officer.get(f"/valfrihetssystem/underlag/{second}/publicera")
    assert "Det här ändras mot version 1" in text_of(publishing)
    for seen in (publishing, officer.get(difference)):
        page = html.fromstring(seen.get_data(as_text=True))
        assert any(LOST in one.text_content() for one in page.findall(".//del"))
        assert any("Bifoga en plan." in one.text_content() for one in page.findall(".//ins"))
        said = text_of(seen)
        assert "Borttaget: Beskriv hur handledningen går till." in said
        assert "Placering Ändrat" in said
    assert anyone.get(difference).status_code == 404
    assert "Det finns bara en version" in text_of(anyone.get(f"/valfrihetssystem/underlag/{first}/skillnad"))

    officer.post(f"/valfrihetssystem/underlag/{second}/publicera")
    assert "Bifoga en plan." in text_of(anyone.get(difference))
    assert "vad som är ändrat sedan version 1" in text_of(anyone.get(f"/valfrihetssystem/{system_id}"))
    # The same two, asked for from the other side or with nonsense: the older is always the old.
    for address in (
        f"{difference}?mot={first}",
        f"{difference}?mot=9999",
        f"/valfrihetssystem/underlag/{first}/skillnad",
    ):
        assert "Skillnad mellan version 1 och 2" in text_of(anyone.get(address))


def test_a_version_is_not_compared_with_another_systems(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    first = first_version(world, system_id)
    other = first_version(world, supply.open_system(world.other_officer, "Annat"))
    seen = client_for(world.officer).get(f"/valfrihetssystem/underlag/{first}/skillnad?mot={other}")
    assert "Det finns bara en version" in text_of(seen)


def test_a_draft_that_changes_nothing_says_so(world: Supply, system_id: int, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    page = html.fromstring(officer.get(f"/valfrihetssystem/{system_id}/underlag").get_data(as_text=True))
    typed = dict(page.forms[-1].form_values())
    terms_id = made_number(officer.post(f"/valfrihetssystem/{system_id}/underlag", data=typed))
    assert "Utkastet säger samma sak" in text_of(
        officer.get(f"/valfrihetssystem/underlag/{terms_id}/publicera")
    )
    assert "Ingenting skiljer" in text_of(officer.get(f"/valfrihetssystem/underlag/{terms_id}/skillnad"))


def test_closing_asks_for_a_reason_and_everyone_reads_it(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    officer, anyone = client_for(world.officer), client_for()
    page, closing = f"/valfrihetssystem/{system_id}", f"/valfrihetssystem/{system_id}/stang"
    assert "Ingen kan ansöka längre" in text_of(officer.get(closing))
    wrong = officer.post(closing, data={"reason_sv": " "})
    assert wrong.status_code == 422
    assert "Fyll i fältet." in text_of(wrong)
    assert "Öppet för ansökningar" in text_of(anyone.get(page))

    assert REASON in posted(officer, closing, reason_sv=REASON)
    seen = text_of(anyone.get(page))
    assert "Stängt för nya ansökningar" in seen
    assert REASON in seen
    assert "Så ansöker ni" not in seen
    assert LOST in seen
    assert "Stängt för nya ansökningar" in text_of(anyone.get("/valfrihetssystem"))
    assert "Stängt för nya ansökningar" in anyone.get("/valfrihetssystem/lista.csv").get_data(as_text=True)
    assert "Bara ett öppet system kan stängas." in text_of(officer.get(closing))
    assert officer.post(closing, data={"reason_sv": "Igen"}).status_code == 422


def test_only_the_authoritys_officer_closes_it_and_says_who_decides(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    for other, status in ((world.other_officer, 404), (world.manager, 403), (world.controller, 403)):
        for path in ("stang", "beslutsfattare"):
            address = f"/valfrihetssystem/{system_id}/{path}"
            assert client_for(other).get(address).status_code == status
            assert client_for(other).post(address, data={"reason_sv": REASON}).status_code == status


def test_who_decides_is_shown_and_changed(world: Supply, system_id: int, client_for: ClientFor) -> None:
    officer = client_for(world.officer)
    page = f"/valfrihetssystem/{system_id}"
    assert "En upphandlare beslutar" in text_of(officer.get(page))
    said = posted(officer, f"{page}/beslutsfattare", needs_two_deciders="y")
    assert "En upphandlare föreslår och en annan beslutar" in said
    assert "checked" in officer.get(f"{page}/beslutsfattare").get_data(as_text=True)
    assert "En upphandlare beslutar" in posted(officer, f"{page}/beslutsfattare", gor="spara")


def test_who_is_alone_is_warned_that_two_are_needed(
    world: Supply, system_id: int, client_for: ClientFor
) -> None:
    officer, page = client_for(world.officer), f"/valfrihetssystem/{system_id}"
    warning = "Myndigheten har bara en upphandlare"
    assert warning not in text_of(officer.get(page))
    assert warning in text_of(officer.get(f"{page}/beslutsfattare"))
    assert warning in posted(officer, f"{page}/beslutsfattare", needs_two_deciders="y")
    assert warning not in text_of(client_for().get(page))
    with acting_as(system_actor()), transaction():
        authority = db.session.get_one(Organisation, world.authority_id)
        make_actor("Stina Stand-in", authority, Role.PROCUREMENT_OFFICER)
    for address in (page, f"{page}/beslutsfattare"):
        assert warning not in text_of(officer.get(address))


@pytest.mark.parametrize(("regime", "is_offered"), [(Regime.LOV, False), (Regime.LOU_FRAMEWORK, True)])
def test_nothing_decided_is_offered_only_where_the_law_allows_it(
    world: Supply, client_for: ClientFor, regime: Regime, is_offered: bool
) -> None:
    with acting_as(world.officer), transaction():
        system_id = create_system(name="A", service_sv="B", regime=regime, kommun_codes=["0136"]).id
    officer = client_for(world.officer)
    address = f"/valfrihetssystem/{system_id}/underlag"
    page = html.fromstring(officer.get(address).get_data(as_text=True))
    rules = page.xpath("//input[@name='default_rule']/@value")
    assert ("none" in rules) == is_offered
    assert page.xpath("//input[@name='default_rule' and @checked]/@value") == rules[:1]
    answer = officer.post(address, data=TERMS | {"default_rule": "none"})
    assert answer.status_code == (302 if is_offered else 422)
