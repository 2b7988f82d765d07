"""Steps 1 and 2: a system is advertised, an enterprise registers, applies, is approved and offers places."""

from marketplace.accounts.rules import Role
from tests.browser.story_town import KOMMUNER, MANAGER, PASSWORD, Town
from tests.browser.visitor import Visitor
from tests.factories import bankgiro, orgnr

ENTERPRISE = "Tråd & Hjul"
SYSTEM = "Arbetsträning i socialt företag"
SEWING, REPAIR = "Sy och laga kläder", "Laga cyklar"
SCHOOL, SHED = "Gamla skolan", "Cykelboden"
_ORGNR = orgnr(77_001)
_WRONG_ORGNR = _ORGNR[:-1] + str((int(_ORGNR[-1]) + 1) % 10)
_PRICES = (
    ("Startersättning", "", "Alla", "1 500"),
    ("Dagersättning", "1", "Heldag", "626"),
    ("Dagersättning", "1", "Halvdag", "439"),
    ("Dagersättning", "1", "Deldag", "188"),
    ("Slutersättning", "", "Alla", "2 000"),
)


def the_authority_advertises(town: Town) -> None:
    town.on(1, 12)
    officer = town.at_work(Role.PROCUREMENT_OFFICER)
    officer.follow("Valfrihetssystem")
    officer.follow("Nytt valfrihetssystem")
    officer.fill("Namn", SYSTEM)
    officer.fill("Vad som köps", "Arbetsträning med handledning, i den takt som deltagaren klarar.")
    for kommun in KOMMUNER.values():
        officer.answer("Kommuner som omfattas", kommun)
    officer.press("Spara systemet")
    officer.follow("Skriv förfrågningsunderlag")
    _write_terms(officer)
    officer.press("Spara utkastet")
    officer.picture("terms-draft")
    officer.follow("Publicera")
    officer.press("Publicera version 1")
    officer.sees("Förfrågningsunderlaget är publicerat")
    officer.follow(SYSTEM)
    officer.sees("Öppet för ansökningar")


def _write_terms(officer: Visitor) -> None:
    officer.fill("Krav", "Företaget är ett arbetsintegrerande socialt företag.")
    officer.select("Så visar företaget det", "Intyga")
    officer.fill("Krav", "Varje deltagare har en namngiven handledare.", nth=1)
    for row, (component, level, part, amount) in enumerate(_PRICES):
        if row == 3:
            officer.press("Lägg till fler priser")
        officer.select("Ersättning", component, nth=row)
        officer.fill("Nivå", level, nth=row)
        officer.select("Del av dag", part, nth=row)
        officer.fill("Kronor", amount, nth=row)
    officer.fill("Startersättning efter, dagar", "0")
    officer.fill("Villkorens text", "Parterna möts en gång i kvartalet.")


def the_enterprise_registers(town: Town) -> None:
    """First with a number that is wrong: what is wrong is said, and nothing typed is lost."""
    town.on(1, 13)
    manager = town.person(Role.SUPPLIER_MANAGER)
    manager.go("/logga-in")
    manager.picture("sign-in")
    manager.follow("Registrera företag")
    name, email = MANAGER
    manager.fill("Organisationsnummer", _WRONG_ORGNR)
    manager.fill("Företagets namn", ENTERPRISE)
    manager.fill("E-post till företaget", "post@tradohjul.example")
    manager.fill("Ditt namn", name)
    manager.fill("Din e-postadress", email)
    _choose_password(manager)
    manager.press("Registrera företaget", refused=True)
    manager.sees("En sak behöver rättas")
    manager.picture("register-refused")
    assert manager.value_of("Organisationsnummer") == _WRONG_ORGNR
    assert manager.value_of("Företagets namn") == ENTERPRISE
    assert manager.value_of("Ditt namn") == name
    manager.fill("Organisationsnummer", f"{_ORGNR[:6]}-{_ORGNR[6:]}")
    _choose_password(manager)
    manager.press("Registrera företaget")
    assert manager.heading == ENTERPRISE
    _fill_profile(manager)


def _choose_password(manager: Visitor) -> None:
    manager.fill("Nytt lösenord", PASSWORD)
    manager.fill("Lösenordet en gång till", PASSWORD)


def _fill_profile(manager: Visitor) -> None:
    manager.follow("Ändra uppgifterna")
    manager.fill("Om företaget", "Vi syr om kläder och lagar cyklar, och vi har gott om tid.")
    manager.fill("Telefon", "08-465 004 00")
    manager.fill("Gatuadress", "Byvägen 3")
    manager.fill("Postnummer", "136 40")
    manager.fill("Ort", "Handen")
    manager.fill("Bankgiro", bankgiro(77))
    manager.tick("Företaget är godkänt för F-skatt")
    manager.tick("Företaget är registrerat för moms")
    manager.press("Spara uppgifterna")
    manager.picture("enterprise")


def it_applies(town: Town) -> None:
    manager = town.at_work(Role.SUPPLIER_MANAGER)
    manager.follow("Valfrihetssystem")
    manager.picture("systems")
    manager.follow(SYSTEM)
    manager.picture("system")
    manager.follow(f"Ansök för {ENTERPRISE}")
    manager.press("Börja ansökan")
    manager.tick("Vi intygar att vi uppfyller krav 1")
    manager.press("Spara och gå vidare till att skicka in")
    manager.sees("Det här saknas innan ansökan kan skickas in")
    manager.follow("Fyll i svaren")
    manager.fill("Svar på krav 2", "Hugo Handledare handleder i verkstaden och Vera i ateljén.")
    manager.press("Spara och gå vidare till att skicka in")
    manager.press("Skicka in ansökan")
    manager.sees("Ansökan är inskickad.")


def it_is_approved(town: Town) -> None:
    town.on(1, 15)
    officer = town.at_work(Role.PROCUREMENT_OFFICER)
    officer.picture("work-procurement")
    officer.take_up(f"Besluta om ansökan från {ENTERPRISE}")
    officer.follow("Bedöm kraven")
    for number in (1, 2):
        officer.answer(f"Är krav {number} uppfyllt?", "Uppfyllt")
    officer.fill("Skäl för krav 2", "Två namngivna handledare.")
    officer.press("Spara bedömningen")
    officer.picture("application")
    officer.follow("Godkänn")
    officer.fill("Diarienummer", "HS 2026-7")
    officer.press("Visa beslutet först")
    officer.sees("Så blir beslutet")
    officer.press("Godkänn ansökan")
    officer.answer("Moms", "Moms 25 procent")
    officer.fill("Er referens på fakturor", "HAV-ASF")
    officer.picture("contract-draw-up")
    officer.press("Upprätta avtalet")
    officer.sees("Avtalet är upprättat.")
    officer.follow("Beslut HS 2026-7")
    assert "HS 2026-7" in officer.heading
    officer.picture("decision")


def both_sign(town: Town) -> None:
    for day, role in ((15, Role.PROCUREMENT_OFFICER), (16, Role.SUPPLIER_MANAGER)):
        town.on(1, day)
        signer = town.at_work(role)
        signer.take_up("Skriv under avtalet")
        signer.follow("Skriv under")
        signer.tick("Jag har läst avtalet och får skriva under för min part")
        signer.press("Skriv under")
    signer.sees("Gäller")
    signer.picture("contract")


def places_are_published(town: Town) -> None:
    """In two trades, each at a site of its own in a kommun of its own."""
    manager = town.at_work(Role.SUPPLIER_MANAGER)
    manager.follow("Platser")
    manager.follow("Lägg upp ett arbetsställe")
    _add_site(manager, SCHOOL, "Haninge")
    _publish_place(
        manager,
        "Sy och laga kläder (Skräddare och ateljésömmerskor m.fl.)",
        SEWING,
        "Du syr och lagar kläder.",
        3,
    )
    manager.follow("Platser")
    manager.follow("Arbetsställen")
    manager.follow("Nytt arbetsställe")
    _add_site(manager, SHED, "Tyresö")
    _publish_place(
        manager,
        "Laga bilar och cyklar (Motorfordonsmekaniker och fordonsreparatörer)",
        REPAIR,
        "Du byter slangar och provkör.",
        2,
    )
    manager.follow("Platser")
    manager.picture("places")


def _add_site(manager: Visitor, name: str, kommun: str) -> None:
    manager.fill("Namn", name)
    manager.fill("Gatuadress", "Skolgränd 2")
    manager.fill("Postnummer", "136 40")
    manager.fill("Ort", "Handen")
    manager.select("Kommun", kommun)
    manager.fill("Tillgänglighet", "Entré utan trappor. Bussen stannar utanför.")
    manager.press("Spara arbetsstället")
    manager.picture("site")


def _publish_place(manager: Visitor, trade: str, name: str, tasks: str, seats: int) -> None:
    manager.follow("Ny plats här")
    manager.select("Yrke", trade)
    manager.fill("Namn på platsen", name)
    manager.fill("Arbetsuppgifter", tasks)
    manager.fill("Minst, timmar i veckan", "10")
    manager.fill("Högst, timmar i veckan", "30")
    manager.fill("Framförhållning, dagar", "3")
    manager.fill("Antal platser", str(seats))
    manager.press("Spara och fortsätt")
    manager.fill("Dagen börjar", "8.30")
    manager.fill("Dagen slutar", "15.00")
    manager.press("Spara och fortsätt")
    manager.answer("Det här kan ni anpassa", "Sittande arbete")
    manager.answer("Språk som handledaren talar", "Arabiska")
    manager.press("Spara och fortsätt")
    manager.follow("Klar utan fler bilder")
    manager.press("Publicera")
    manager.sees("Platsen är publicerad.")
    manager.picture("place")
