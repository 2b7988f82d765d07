"""Steps 5 and 6: the month's job makes the invoice, which is sent and attested; another counts the indicators."""

from peppol import check_rules, validate_xsd

from marketplace.accounts.rules import Role
from tests.browser.story_supply import ENTERPRISE
from tests.browser.story_town import ATTESTER, PASSWORD, Town
from tests.browser.story_training import NAME

_TO_PAY = "15 878,75 kr"
"""14 whole days of 626 kr, a half of 439, a start of 1 500 and an end of 2 000: 12 703 kr and 25 per cent VAT."""


def the_month_is_invoiced(town: Town) -> None:
    """The worker takes over in the night to the first of March; the manager reads, approves and sends."""
    town.on(3, 1)
    town.worker("invoice_run")
    town.on(3, 2)
    manager = town.at_work(Role.SUPPLIER_MANAGER)
    manager.picture("work-manager")
    manager.follow("Fakturor")
    manager.picture("invoices")
    manager = town.at_work(Role.SUPPLIER_MANAGER)
    manager.take_up("Godkänn")
    assert _TO_PAY in manager.reads()
    assert NAME not in manager.reads(), "an invoice names no person"
    manager.follow("Godkänn")
    manager.press("Godkänn")
    manager.follow("Skicka")
    manager.press("Skicka")
    manager.sees("Fakturan är skickad.")
    manager.picture("invoice")


def its_xml_is_valid(town: Town) -> None:
    """The manager is still on the page of the invoice that she sent."""
    manager = town.person(Role.SUPPLIER_MANAGER)
    xml = manager.download("E-faktura (XML)").read_bytes()
    assert b"15878.75" in xml
    assert validate_xsd(xml) == (True, [])
    assert check_rules(xml) == []
    manager.follow("Webbsida")
    manager.picture("invoice-document")


def the_limits_are_set(town: Town) -> None:
    officer = town.at_work(Role.PROCUREMENT_OFFICER)
    officer.follow("Beloppsgränser")
    officer.fill(ATTESTER[0], "50 000")
    officer.press("Spara")
    officer.sees("Beloppsgränserna är sparade.")
    officer.picture("attest-limits")


def one_examines_and_another_attests(town: Town) -> None:
    town.on(3, 3)
    controller = town.at_work(Role.CONTROLLER)
    controller.take_up("Sakgranska")
    assert _TO_PAY in controller.reads()
    controller.follow("Sakgranska")
    controller.picture("invoice-examine")
    controller.press("Sakgranska")
    controller.sees("Du har sakgranskat fakturan, så någon annan attesterar. Arne Attestant kan attestera.")
    controller.press("Logga ut")
    controller.go("/logga-in")
    controller.type_by_keyboard(ATTESTER[1], PASSWORD)
    controller.take_up("Attestera")
    controller.follow("Attestera")
    controller.press("Attestera")
    controller.sees("Fakturan är attesterad.")
    controller.picture("invoice-attested")


def indicators_are_counted(town: Town) -> None:
    town.worker("indicators.compute", "indicators.compute_supplier")


def the_enterprise_sees_its_own(town: Town) -> None:
    manager = town.at_work(Role.SUPPLIER_MANAGER)
    manager.follow("Nyckeltal")
    manager.picture("indicators")
    assert "15 av 16" in manager.reads(), "days of attendance"


def the_strategist_sees_capacity(town: Town) -> None:
    """Per kommun and trade. The placement has ended, so that all six seats are free."""
    strategist = town.at_work(Role.STRATEGIST)
    strategist.follow("Kapacitet")
    strategist.sees("Haninge", "Tyresö", "Sy och laga kläder", "Laga bilar och cyklar")
    strategist.picture("capacity")
    strategist.follow("3 av 3 platser, Sy och laga kläder i Haninge")
    strategist.sees(ENTERPRISE)


def the_strategist_sees_what_was_chosen(town: Town) -> None:
    """Of 17 women and 16 men in three trades; what only one person did is not told."""
    strategist = town.at_work(Role.STRATEGIST)
    strategist.follow("Val och kön")
    strategist.picture("choices")
    page = strategist.reads()
    women, men = page[page.index("Kvinnor, 2026") :].split("Män, 2026", 1)
    assert "Visades 34 – 32,4 % 11 av 34" in women
    assert "Valdes 17 50,0 % 35,3 % 6 av 17" in women
    assert "Påbörjades dolt (för få)" in women
    assert "Visades 32 – 34,4 % 11 av 32" in men
    assert "Valdes 16 50,0 % 37,5 % 6 av 16" in men
    assert NAME not in page
