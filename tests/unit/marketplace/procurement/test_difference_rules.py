"""What differs between two versions: told once, with its old and its new words, and nothing else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from marketplace.procurement.comparison_rules import Kind, Piece
from marketplace.procurement.difference_rules import Difference, differences
from marketplace.procurement.price_words import kronor_text
from marketplace.procurement.rules import PROOF_SV, DefaultRule, Proof, RequirementDraft, TermsRules
from marketplace.procurement.terms_words import TermsText, rule_groups

LONG = "Varje lag har en handledare som är med hela dagen, från början till slut."
OLD = TermsText(
    version=1,
    requirements=[
        RequirementDraft("Har försäkring."),
        RequirementDraft(LONG),
        RequirementDraft("Är ett företag."),
    ],
    prices=[("Startersättning", 100_00), ("Dagersättning", 439_00)],
    conditions=["Heldag är minst 6 timmar, halvdag minst 3 timmar och deldag kortare än så."],
    groups=rule_groups(TermsRules()),
    contract_text_sv="Följ lagen.\n\nTvist prövas i allmän domstol.",
)


def told(new: TermsText, old: TermsText = OLD) -> dict[str, list[Difference]]:
    return {part.heading: list(part.differences) for part in differences(old, new)}


def test_the_same_text_does_not_differ_from_itself_nor_by_its_version() -> None:
    assert told(replace(OLD, version=2)) == {}


def test_requirements_new_gone_reworded_and_shown_in_another_way() -> None:
    new = replace(
        OLD,
        requirements=[
            RequirementDraft(LONG.replace("en handledare", "två handledare")),
            RequirementDraft("Tar emot studiebesök."),
            RequirementDraft("Är ett företag.", Proof.ATTACHMENT),
        ],
    )
    (reworded, added, shown, gone) = told(new)["Krav"]
    assert (reworded.label, reworded.kind) == ("Krav 1 (var 2)", None)
    assert [piece for piece in reworded.pieces if piece.kind is not Kind.SAME] == [
        Piece(Kind.GONE, "en "),
        Piece(Kind.ADDED, "två "),
    ]
    assert (added.label, added.kind) == ("Krav 2", Kind.ADDED)
    assert shown == Difference(
        "Krav 3, så visar företaget det", [Piece(Kind.GONE, "Beskriv i text"), Piece(Kind.ADDED, "Bifoga")]
    )
    assert gone == Difference("Krav 1", [Piece(Kind.GONE, "Har försäkring.")])


def test_another_order_is_no_difference() -> None:
    assert told(replace(OLD, requirements=OLD.requirements[::-1], prices=OLD.prices[::-1])) == {}


def test_prices_and_conditions() -> None:
    new = replace(
        OLD,
        prices=[("Dagersättning", 450_00), ("Slutersättning", 10_00)],
        conditions=[OLD.conditions[0].replace("6", "7")],
    )
    amount, added, gone, condition = told(new)["Ersättning"]
    assert amount == Difference(
        "Dagersättning", [Piece(Kind.GONE, "439,00 kr"), Piece(Kind.ADDED, "450,00 kr")]
    )
    assert (added.label, added.kind) == ("Slutersättning", Kind.ADDED)
    assert (gone.label, gone.kind) == ("Startersättning", Kind.GONE)
    assert condition.label == "Villkor"
    assert Piece(Kind.ADDED, "7 ") in condition.pieces


def test_rules() -> None:
    rules = TermsRules(
        answer_within=5,
        capacity_cap=40,
        default_rule=DefaultRule.OWN_PROVISION,
        own_provision_sv="Verkstaden",
        tax_check_months=None,
    )
    found = told(replace(OLD, groups=rule_groups(rules)))
    assert [one.label for one in found["Tider"]] == ["Svar på en förfrågan"]
    assert [one.label for one in found["Kapacitet"]] == ["Kapacitetstak"]
    assert [(one.label, one.kind) for one in found["Den som inte väljer"]] == [
        ("Placering", None),
        ("Verksamheten", Kind.ADDED),
        ("Turordningen", Kind.GONE),
    ]
    assert len(found["Återkommande kontroller"]) == 1


def test_the_contracts_text_by_paragraph() -> None:
    new = replace(
        OLD,
        contract_text_sv="Följ lagen.\r\n\r\nUppsägningstiden är tre månader.\n\nTvist prövas i allmän domstol.",
    )
    (added,) = told(new)["Avtalsvillkor"]
    assert added == Difference("Stycke 2", [Piece(Kind.ADDED, "Uppsägningstiden är tre månader.")])


TEXTS = st.builds(
    TermsText,
    version=st.integers(1, 9),
    requirements=st.lists(
        st.builds(RequirementDraft, st.text("abå .", max_size=80), st.sampled_from(Proof)), max_size=4
    ),
    prices=st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 3)), max_size=3, unique_by=lambda row: row[0]
    ),
    conditions=st.lists(st.text("abå .", max_size=80), max_size=3),
    groups=st.builds(
        TermsRules, answer_within=st.integers(1, 2), default_rule=st.sampled_from(DefaultRule)
    ).map(rule_groups),
    contract_text_sv=st.text("ab \n", max_size=20),
)


@given(old=TEXTS, new=TEXTS)
def test_each_difference_is_the_old_words_and_the_new(old: TermsText, new: TermsText) -> None:
    assert differences(old, old) == []
    before, after = everything(old), everything(new)
    for part in differences(old, new):
        for one in part.differences:
            was, now = (
                "".join(piece.text for piece in one.pieces if piece.kind is not kind)
                for kind in (Kind.ADDED, Kind.GONE)
            )
            assert was != now
            assert was in before
            assert now in after


def everything(text: TermsText) -> str:
    return "|".join(
        [
            *(f"{one.text_sv}|{PROOF_SV[one.proof]}" for one in text.requirements),
            *(kronor_text(ore) for _, ore in text.prices),
            *text.conditions,
            *(value for group in text.groups for _, value in group.rows),
            text.contract_text_sv,
        ]
    )
