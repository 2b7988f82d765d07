"""The texts of decisions and contracts, word for word: a contract is signed by the hash of its text."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from enterprises.applications.documents import Decision, Party, Subject, decision_text
from enterprises.applications.rules import AnswerDraft, Asked, Judgement, JudgementDraft
from enterprises.contracts.documents import Agreement, agreement_text
from enterprises.contracts.rules import ContractDraft, VatCategory
from marketplace.documents import Section, sections, text_hash
from marketplace.procurement.price_rules import Component, DayPart, PriceDraft, PriceSettings, with_settings
from marketplace.procurement.rules import Proof, Regime, TermsRules

SUBJECT = Subject(
    authority=Party("Samordningsförbundet Åsen", "2220002162"),
    enterprise=Party("Växthuset", "7696123459"),
    system_name="Arbetsträning",
    regime=Regime.LOV,
    terms_version=2,
)
JUDGED = [
    Asked(
        1,
        "Handledning\nhela dagen.",
        Proof.ANSWER,
        AnswerDraft("Ja"),
        JudgementDraft(Judgement.NOT_MET, "Handledare saknas på fredagar."),
    ),
    Asked(2, "F-skatt.", Proof.DECLARATION, AnswerDraft(is_declared=True), JudgementDraft(Judgement.MET)),
]
REJECTION = Decision(
    is_approved=False,
    subject=SUBJECT,
    diary_number="2026-118",
    decided_on=date(2026, 12, 4),
    decided_by="Ulla Upphandlare",
    reasons_sv="Krav 1 brister.",
    judged=JUDGED,
)
AGREEMENT = Agreement(
    subject=SUBJECT,
    service_sv="Arbetsträning hos sociala företag",
    kommun_names=["Haninge", "Nynäshamn", "Tyresö"],
    diary_number="2026-118",
    draft=ContractDraft(date(2026, 1, 1), None, VatCategory.EXEMPT, "Social omsorg.", "ÅSEN-4471"),
    payment_days=30,
    rules=TermsRules(),
    requirements=["Handledning hela dagen.", "F-skatt."],
    prices=with_settings(
        [
            PriceDraft(Component.START_FEE, amount_ore=250_000),
            PriceDraft(Component.DAY_RATE, "1", DayPart.WHOLE, 123_450),
        ],
        PriceSettings(is_absence_paid=True, index_steps=((date(2027, 1, 1), Decimal("2.5")),)),
    ),
    contract_text_sv="Parterna följer lagen.\n\n# Ingen rubrik\nTvist prövas i allmän domstol.",
)
AGREEMENT_TEXT = """\
# Parter

Beställare: Samordningsförbundet Åsen (222000-2162)
Leverantör: Växthuset (769612-3459)

# Vad avtalet gäller

Valfrihetssystem (LOV): Arbetsträning. Arbetsträning hos sociala företag

Avtalet följer av beslutet med diarienummer 2026-118 och förfrågningsunderlagets version 2. \
Det omfattar Haninge, Nynäshamn och Tyresö.

# Avtalstid

Avtalet gäller från och med 2026-01-01 tills vidare, när båda parter har skrivit under.

# Ersättning

Startersättning: 2 500,00 kr
Dagersättning, nivå 1, heldag: 1 234,50 kr

Startersättning betalas när aktivitetsplanen är överenskommen.
Heldag är minst 6 timmar, halvdag minst 3 timmar och deldag kortare än så.
Giltig frånvaro ersätts med dagersättningen, om den anmäls samma dag.
Från 2027-01-01 ändras alla belopp med 2,5 procent.

Ersättningen är undantagen från moms: Social omsorg.

# Fakturering

Leverantören fakturerar varje månad med e-faktura enligt Peppol BIS Billing 3. \
Fakturan har referensen ÅSEN-4471 och betalas inom 30 dagar.

# Tider

En plats ska kunna börja inom 14 dagar. Leverantören svarar på en förfrågan inom 3 arbetsdagar, \
lämnar aktivitetsplan inom 10 arbetsdagar från starten och slutdokumentation inom 10 arbetsdagar från slutet.

# Krav som leverantören uppfyller under hela avtalstiden

1. Handledning hela dagen.

2. F-skatt.

# Övriga villkor

Parterna följer lagen.

Ingen rubrik
Tvist prövas i allmän domstol."""


def test_the_contracts_text_is_the_one_that_has_been_signed() -> None:
    assert agreement_text(AGREEMENT) == AGREEMENT_TEXT


def test_a_hash_follows_every_letter() -> None:
    assert text_hash("avtal") != text_hash("Avtal")
    assert len(text_hash("å")) == 64


def test_a_rejection_has_reasons_judgements_and_the_last_day_for_rattelse() -> None:
    text = decision_text(REJECTION)
    found = {section.heading: section.paragraphs for section in sections(text)}
    assert found["Skäl"] == ("Krav 1 brister.",)
    assert found["Så har kraven bedömts"] == (
        "Krav 1. Handledning hela dagen.\nInte uppfyllt. Handledare saknas på fredagar.",
        "Krav 2. F-skatt.\nUppfyllt.",
    )
    # Three weeks from 4 December is Christmas Day, and 28 December is the next working day.
    assert "sista dagen är 2026-12-28" in text
    assert "10 kap. lagen (2008:962) om valfrihetssystem" in text


def test_an_approval_says_what_follows_and_nothing_of_rattelse() -> None:
    approval = decision_text(Decision(**{**REJECTION.__dict__, "is_approved": True, "judged": JUDGED[1:]}))
    assert "godkänner Växthuset som leverantör" in approval
    assert "rättelse" not in approval


def test_another_regime_has_another_way_to_complain() -> None:
    other = Subject(**{**SUBJECT.__dict__, "regime": Regime.LOU_FRAMEWORK})
    text = decision_text(Decision(**{**REJECTION.__dict__, "subject": other}))
    assert "överprövning" in text
    assert "valfrihetssystem)" not in text


@given(st.text(max_size=60))
def test_typed_text_makes_no_heading_of_its_own(typed: str) -> None:
    text = decision_text(Decision(**{**REJECTION.__dict__, "reasons_sv": typed}))
    headings = [section.heading for section in sections(text)]
    assert headings == [section.heading for section in sections(decision_text(REJECTION))]


def test_sections_of_a_plain_text() -> None:
    assert sections("Bara text.") == [Section("", ("Bara text.",))]
    assert sections("") == []
