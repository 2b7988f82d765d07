"""The advertisement says everything that the national one asks for, in text that can be copied."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.advertising.documents import (
    Addresses,
    Advertisement,
    Contact,
    advertisement,
    as_text,
    title_sv,
)
from marketplace.advertising.rules import plain
from marketplace.procurement.price_rules import Component, DayPart, PriceDraft, PriceSettings, with_settings
from marketplace.procurement.rules import PROOF_SV, DefaultRule, Proof, Regime, RequirementDraft, TermsRules
from marketplace.procurement.terms_words import rule_groups

WHERE = "https://platstorget.exempel.se/valfrihetssystem"
FACTS = Advertisement(
    authority_name="Samordningsförbundet Åsen",
    orgnr="2220000000",
    contact=Contact(
        "Upphandlingsenheten", "upphandling@asen.example", "08-465 004 00", "Box 1", "136 40", "Handen"
    ),
    system_name="Arbetsträning Åsen",
    service_sv="Arbetsträning hos sociala företag.\r\n\r\nDeltagaren väljer själv.\x0b",
    regime=Regime.LOV,
    kommun_names=["Haninge", "Södertälje"],
    closed_on=None,
    closing_reason_sv="",
    terms_version=3,
    published_on=date(2026, 3, 2),
    rules=TermsRules(
        answer_within=4,
        decision_within=25,
        capacity_floor=2,
        capacity_cap=40,
        default_rule=DefaultRule.OWN_PROVISION,
        own_provision_sv="Kommunens verkstad.",
        tax_check_months=3,
        debt_check_months=1,
        status_check_months=None,
        insurance_check_months=None,
    ),
    requirements=[
        RequirementDraft("Beskriv hur\nhandledningen går till.", Proof.ANSWER),
        RequirementDraft("Vi betalar våra skatter.", Proof.DECLARATION),
    ],
    prices=with_settings(
        [
            PriceDraft(Component.START_FEE, amount_ore=2_500_00),
            PriceDraft(Component.DAY_RATE, "1", DayPart.WHOLE, 439_00),
        ],
        PriceSettings(is_absence_paid=True, absence_max_in_a_row=5),
    ),
    addresses=Addresses(
        system=f"{WHERE}/7",
        terms=f"{WHERE}/underlag/12",
        register="https://platstorget.exempel.se/registrera",
        questions=f"{WHERE}/7/fragor",
    ),
)


def text_of(facts: Advertisement) -> str:
    return as_text(title_sv(facts), advertisement(facts))


def test_it_says_everything_that_an_advertisement_must() -> None:
    text = text_of(FACTS)
    for said in (
        "Annons: Arbetsträning Åsen, Samordningsförbundet Åsen",
        "Samordningsförbundet Åsen\nOrganisationsnummer: 222000-0000",
        "Upphandlingsenheten\nE-post: upphandling@asen.example\nTelefon: 08-465 004 00\n",
        "Postadress: Box 1, 136 40 Handen\n\n",
        "lagen (2008:962) om valfrihetssystem",
        "Arbetsträning hos sociala företag.\n\nDeltagaren väljer själv.\n\n",
        "Haninge, Södertälje.",
        "öppet för ansökningar så länge det finns",
        "inget slutdatum",
        "1. Beskriv hur handledningen går till.\nSå visar ni det: beskriv i text.",
        "2. Vi betalar våra skatter.\nSå visar ni det: intyga.",
        "Startersättning: 2 500,00 kr",
        "Dagersättning, nivå 1, heldag: 439,00 kr",
        "Heldag är minst 6 timmar",
        "högst 5 dagar i rad",
        "utan moms",
        "Svar på en förfrågan: Inom 4 arbetsdagar",
        "Aktivitetsplan: Inom 10 arbetsdagar",
        "minst 2 platser\nKapacitetstak: Högst 40 platser används samtidigt hos varje leverantör\n",
        "Antal leverantörer: Inget tak\n\n",
        "Placering: I myndighetens egen verksamhet\nVerksamheten: Kommunens verkstad.\n\n",
        "Skatter och registrering: Var 3:e månad\nSkulder hos Kronofogden: Varje månad\n",
        "Beslut lämnas inom 25 arbetsdagar",
        f"Ansökan görs på {WHERE}/7.",
        "https://platstorget.exempel.se/registrera",
        f"publiceras för alla på {WHERE}/7/fragor",
        "Svar lämnas normalt inom 5 arbetsdagar",
        f"Version 3, publicerad 2026-03-02, med avtalsvillkor: {WHERE}/underlag/12",
    ):
        assert said in text, said


def test_it_is_plain_text_with_headings_that_stand_alone() -> None:
    text = text_of(FACTS)
    assert not {"\r", "\x0b", "<", "#", "\t"} & set(text)
    assert text.endswith("\n")
    blocks = text.rstrip("\n").split("\n\n")
    assert all(blocks)
    headings = [block for block in blocks if block.isupper()]
    assert headings == [section.heading.upper() for section in advertisement(FACTS)]


def test_the_same_facts_give_the_same_text() -> None:
    assert text_of(FACTS) == text_of(replace(FACTS))


def test_a_closed_system_says_so_and_takes_no_applications() -> None:
    text = text_of(replace(FACTS, closed_on=date(2026, 5, 4), closing_reason_sv="Behovet\nhar upphört."))
    assert "stängt för nya ansökningar sedan 2026-05-04" in text
    assert "Skäl: Behovet har upphört." in text
    assert "Det går inte att ansöka längre." in text
    for unsaid in ("inget slutdatum", "Ansökan görs på", "ställer ni"):
        assert unsaid not in text


def test_without_a_contact_it_leads_to_the_questions() -> None:
    assert f"Kontakt: ställ frågor på {WHERE}/7/fragor" in text_of(replace(FACTS, contact=None))
    assert "Organisationsnummer" not in text_of(replace(FACTS, orgnr=None))
    bare = text_of(replace(FACTS, contact=Contact("Upphandling", "u@asen.example")))
    assert "Kontakt:\nUpphandling\nE-post: u@asen.example\n\n" in bare


def test_the_rules_are_said_as_on_the_terms_own_page() -> None:
    for default_rule in DefaultRule:
        rules = replace(
            FACTS.rules, default_rule=default_rule, own_provision_sv="En verkstad.\r\n\r\nI Handen.\x0b"
        )
        sections = {one.heading: one.paragraphs for one in advertisement(replace(FACTS, rules=rules))}
        for group in rule_groups(rules):
            said = " ".join(" ".join(sections[group.heading]).split())
            assert said == plain(" ".join(" ".join(f"{what}: {how}" for what, how in group.rows).split()))


@pytest.mark.parametrize("regime", Regime)
def test_every_regime_names_its_law(regime: Regime) -> None:
    text = text_of(replace(FACTS, regime=regime))
    assert ("2008:962" in text) == (regime is Regime.LOV)
    assert ("2016:1145" in text) == (regime is not Regime.LOV)


@pytest.mark.parametrize("proof", Proof)
def test_every_proof_is_said(proof: Proof) -> None:
    text = text_of(replace(FACTS, requirements=[RequirementDraft("Krav.", proof)]))
    assert f"Så visar ni det: {PROOF_SV[proof].lower()}." in text
