"""Steps 3 and 4: training is granted, a place is chosen, and what happens there until the final report."""

from marketplace.accounts.rules import Role
from marketplace.reference.rules import Sex
from tests.browser.story_others import (
    COOKING,
    hire_supervisor,
    let_others_choose,
    publish_a_place_in_an_even_trade,
)
from tests.browser.story_supply import ENTERPRISE, REPAIR, SEWING, SHED
from tests.browser.story_town import Town
from tests.factories import personal_number

NAME = "Maryam Öberg"
_PERSONAL_NUMBER = personal_number(9_000, Sex.WOMAN)
_UNIT = "Arbetsmarknadsenheten i Haninge"
REPAIR_TRADE, COOKING_TRADE = "Laga bilar och cyklar", "Laga mat"
"""As easy pages call them; sewing is called what its place is called."""


def training_is_granted(town: Town) -> None:
    town.on(1, 19)
    publish_a_place_in_an_even_trade(town, SHED)
    let_others_choose(town)
    coordinator = town.at_work(Role.COORDINATOR)
    coordinator.follow("Deltagare")
    coordinator.follow("Registrera en deltagare")
    coordinator.fill("Namn", NAME)
    coordinator.fill("Personnummer eller samordningsnummer", _PERSONAL_NUMBER)
    coordinator.answer("Kön", "Kvinna")
    coordinator.select("Kommun", "Haninge")
    coordinator.select("Ansvarig handläggare", f"Hanna Handläggare, {_UNIT}")
    coordinator.fill("Behov i arbetet", "Behöver kunna sitta ner då och då.")
    coordinator.press("Registrera deltagaren")
    assert coordinator.heading == NAME
    coordinator.follow("Registrera samtycke")
    coordinator.press("Registrera samtycket")
    coordinator.follow("Bevilja arbetsträning")
    coordinator.fill("Timmar i veckan", "24")
    coordinator.fill("Dagar i veckan", "4")
    coordinator.select("Stödnivå", "Nivå 1")
    coordinator.fill("Från och med", "2026-01-26")
    coordinator.fill("Till och med", "2026-06-26")
    coordinator.press("Bevilja")
    coordinator.sees("Arbetsträningen är beviljad.")
    coordinator.picture("participant")


def places_are_shown(town: Town) -> None:
    """Only what can start within two weeks, in the kommuner that the participant can get to."""
    town.on(1, 26)
    officer = town.at_work(Role.CASE_OFFICER)
    officer.picture("work-case-officer")
    officer.take_up(f"Sök en plats för {NAME}")
    officer.press("Sök plats och öppna valomgång")
    assert officer.value_of("Kan börja senast") == "2026-02-09", "two weeks from today"
    for kommun, found in (("Haninge", "1 plats passar"), ("Tyresö", "3 platser passar")):
        officer.answer("Kommuner", kommun)
        officer.press("Sök")
        officer.sees(found)
    officer.picture("search")
    for place in (SEWING, REPAIR):
        officer.tick(f"Välj {place} hos {ENTERPRISE}")
    officer.press("Jämför valda")
    officer.picture("compare")
    officer.follow("Sök plats", nth=-1)
    for place in (SEWING, REPAIR, COOKING):
        officer.tick(f"Välj {place} hos {ENTERPRISE}")
    officer.press("Visa för deltagaren")
    officer.sees("Det här har visats")
    officer.follow("Skriv ut Dina platser")
    officer.picture("sheet")
    officer.follow("Valomgång")


def the_participant_chooses(town: Town) -> None:
    """By herself, on her own page, with a code and without an account."""
    officer = town.at_work(Role.CASE_OFFICER)
    officer.take_up(f"Registrera vad {NAME} har valt")
    officer.follow(NAME)
    officer.press("Ge en kod")
    officer.picture("code")
    code = officer.page.locator(".code-slip-code").inner_text()

    she = town.person(Role.PARTICIPANT)
    she.go("/min-sida")
    she.type_by_keyboard(code)
    she.sees("Det är du som väljer.")
    she.picture("own-page")
    she.press(f"Spara {REPAIR_TRADE} hos {ENTERPRISE}")
    she.follow(f"Säg nej till {COOKING_TRADE} hos {ENTERPRISE}")
    she.press("Nej, inte den här platsen")
    she.follow(f"Välj den här platsen {REPAIR_TRADE} hos {ENTERPRISE}")
    she.select("Första reserv", f"{SEWING} hos {ENTERPRISE}")
    she.press("Ja, jag väljer den här platsen")
    she.sees("Din handläggare berättar svaret för dig.")
    she.picture("own-choice")

    officer = town.at_work(Role.CASE_OFFICER)
    officer.take_up(f"Begär platsen som {NAME} har valt")
    officer.sees(f"Deltagaren valde {REPAIR} hos {ENTERPRISE}", "av deltagaren, med kod")
    officer.picture("choice")
    officer.follow("Begär platsen")
    officer.fill("Första dagen", "2026-02-02")
    officer.fill("Sista dagen", "2026-02-27")
    officer.press("Begär platsen")
    officer.sees("Platsen är begärd")


def the_supervisor_accepts(town: Town) -> None:
    town.on(1, 27)
    hire_supervisor(town, ENTERPRISE)
    supervisor = town.at_work(Role.SUPERVISOR)
    supervisor.picture("work-supervisor")
    supervisor.take_up(f"Svara på förfrågan om {NAME}")
    supervisor.sees("Behöver kunna sitta ner då och då.")
    supervisor.picture("request")
    supervisor.press("Acceptera")
    supervisor.sees("Placeringen är accepterad")


def training_starts_with_a_plan(town: Town) -> None:
    town.on(2, 2)
    supervisor = town.at_work(Role.SUPERVISOR)
    supervisor.take_up(f"Registrera start för {NAME}")
    supervisor.follow("Registrera start")
    supervisor.press("Registrera start")
    supervisor.follow("Aktivitetsplan")
    supervisor.press("Skriv aktivitetsplan")
    supervisor.fill("Mål 1", "Kommer i tid.")
    supervisor.fill("Så märker vi mål 1", "Närvaron visar fyra dagar av fyra.")
    supervisor.press("Spara och lägg till ett mål")
    supervisor.fill("Mål 2", "Lagar en punktering på egen hand.")
    supervisor.fill("Så märker vi mål 2", "Handledaren ser det två gånger.")
    supervisor.fill("Anpassningar", "En pall vid arbetsbänken.")
    supervisor.press("Spara utkastet")
    supervisor.press("Föreslå planen")


def all_three_agree(town: Town) -> None:
    town.on(2, 3)
    officer = town.at_work(Role.CASE_OFFICER)
    officer.take_up(f"Ta ställning till aktivitetsplanen för {NAME}")
    officer.press("Godkänn planen")
    supervisor = town.at_work(Role.SUPERVISOR)
    supervisor.take_up(f"Anteckna att {NAME} godkänner aktivitetsplanen")
    supervisor.follow("Anteckna deltagarens godkännande")
    supervisor.tick("Jag har gått igenom planen med deltagaren, och deltagaren godkänner den.")
    supervisor.press("Anteckna godkännandet")
    supervisor.sees("Alla tre har godkänt, så planen gäller nu.")
    supervisor.picture("plan")


def weeks_pass(town: Town) -> None:
    """Four weeks of four days: one day ill, one of half the hours, the others as planned."""
    for day, week in ((6, 6), (13, 7), (20, 8), (27, 9)):
        town.on(2, day)
        supervisor = town.at_work(Role.SUPERVISOR)
        supervisor.follow("Närvaro")
        if week == 7:
            supervisor.select(f"Närvaro, {NAME}, ons 11/2", "Sjuk")
            supervisor.fill(f"Timmar, {NAME}, ons 11/2", "")
        if week == 8:
            supervisor.fill(f"Timmar, {NAME}, tis 17/2", "3,5")
        if week == 8:
            supervisor.picture("attendance-week")
        supervisor.press(f"Spara vecka {week}")
        supervisor.sees(f"Vecka {week} är sparad")


def training_ends_with_a_report(town: Town) -> None:
    supervisor = town.at_work(Role.SUPERVISOR)
    supervisor.take_up(f"Avsluta placeringen för {NAME}")
    supervisor.press("Avsluta som genomförd")
    supervisor.follow("Närvaro", nth=-1)
    supervisor.picture("attendance")
    supervisor.go("/")
    supervisor.take_up(f"Skriv slutdokumentation för {NAME}")
    supervisor.press("Skriv slutdokumentation")
    supervisor.fill("Vad har deltagaren gjort?", "Lagat cyklar, fyra dagar i veckan.")
    for number, seen in enumerate(("Kom fyra dagar av fyra.", "Två punkteringar på egen hand.")):
        goal = supervisor.page.get_by_role("group", name=f"Mål {number + 1}", exact=True)
        goal.get_by_label("Nått", exact=True).check()
        supervisor.fill("Vad har ni sett?", seen, nth=number)
    supervisor.fill("Vilka förmågor har deltagaren visat i arbetet?", "Håller tider. Lagar på egen hand.")
    supervisor.fill("Vilket nästa steg rekommenderar ni?", "En anställning med stöd i en cykelverkstad.")
    supervisor.select("Varför avslutades placeringen?", "Arbete")
    supervisor.press("Spara utkastet")
    supervisor.press("Lägg fram för deltagaren")
    supervisor.follow("Anteckna att deltagaren har läst")
    supervisor.fill("Deltagarens kommentar", "Jag vill fortsätta med cyklar.")
    supervisor.tick("Vi har läst slutdokumentationen tillsammans, och kommentaren är deltagarens egen.")
    supervisor.press("Anteckna att deltagaren har läst")
    supervisor.follow("Lämna in")
    supervisor.press("Lämna in")
    supervisor.sees("Slutdokumentationen är inlämnad.")


def the_coordinator_receives_it(town: Town) -> None:
    town.on(3, 2)
    coordinator = town.at_work(Role.COORDINATOR)
    coordinator.take_up(f"Ta emot slutdokumentationen för {NAME}")
    coordinator.follow("Fyll i före och efter")
    coordinator.select("Sysselsättning före", "Ingen sysselsättning")
    coordinator.answer("Försörjning före", "Ekonomiskt bistånd")
    coordinator.select("Tid i offentlig försörjning före", "Högst 3 år")
    coordinator.select("Högsta utbildning", "Gymnasieutbildning")
    coordinator.select("Sysselsättning efter", "Arbete med lönestöd")
    coordinator.answer("Försörjning efter", "Ingen offentlig försörjning")
    coordinator.press("Spara")
    coordinator.follow("Ta emot")
    coordinator.fill("Beslut om nästa steg", "Arbetsförmedlingen tar över. Hanna bokar ett möte i mars.")
    coordinator.press("Ta emot och besluta")
    coordinator.sees("Slutdokumentationen är mottagen")
    coordinator.picture("report")
