"""Systems and terms: what may be promised, and how the rules are said."""

from dataclasses import replace
from itertools import product

import pytest

from marketplace.procurement.rules import (
    CHECK_KIND_SV,
    DECIDERS_SV,
    DEFAULT_RULE_SV,
    PROOF_SV,
    SYSTEM_EVENT_SV,
    SYSTEM_STATE_SV,
    SYSTEM_STATE_TONE,
    TERMS_STATE_SV,
    TERMS_STATE_TONE,
    CheckKind,
    DefaultRule,
    Proof,
    Regime,
    SystemAction,
    SystemState,
    TermsRules,
    TermsState,
    deciders_problem,
    default_rules,
)
from marketplace.procurement.terms_words import every_sv, rule_groups


def test_everything_has_words() -> None:
    assert set(SYSTEM_STATE_SV) == set(SYSTEM_STATE_TONE) == set(SystemState)
    assert set(TERMS_STATE_SV) == set(TERMS_STATE_TONE) == set(TermsState)
    assert set(DEFAULT_RULE_SV) == set(DefaultRule)
    assert set(CHECK_KIND_SV) == set(CheckKind)
    assert set(PROOF_SV) == set(Proof)
    assert set(SystemAction) <= set(SYSTEM_EVENT_SV)
    assert set(DECIDERS_SV) == {False, True}


@pytest.mark.parametrize(("regime", "rule"), list(product(Regime, DefaultRule)))
def test_under_lov_it_is_decided_beforehand_what_happens_to_whoever_does_not_choose(
    regime: Regime, rule: DefaultRule
) -> None:
    rules = TermsRules(default_rule=rule, own_provision_sv="Verkstaden")
    is_undecided = regime is Regime.LOV and rule is DefaultRule.NONE
    assert any("9 kap. 2 § LOV" in problem for problem in rules.problems(regime)) == is_undecided
    assert (rule in default_rules(regime)) != is_undecided


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"answer_within": 0}, "Svarstid måste vara mellan 1 och 120 dagar."),
        ({"decision_within": 121}, "Handläggningstid"),
        ({"capacity_floor": 5, "capacity_cap": 4}, "Kapacitetstaket är lägre"),
        (
            {"default_rule": DefaultRule.OWN_PROVISION, "own_provision_sv": " "},
            "Beskriv den egna verksamheten",
        ),
    ],
)
def test_what_cannot_be_promised_is_said(changes: dict[str, object], said: str) -> None:
    (problem,) = replace(TermsRules(), **changes).problems(Regime.LOV)  # type: ignore[arg-type]  # several types
    assert said in problem


def test_a_floor_and_a_cap_may_be_the_same_and_either_may_be_left_out() -> None:
    for floor, cap in ((4, 4), (4, None), (None, 4), (None, None)):
        assert TermsRules(capacity_floor=floor, capacity_cap=cap).problems(Regime.LOV) == []


def test_what_is_checked_has_an_interval() -> None:
    rules = TermsRules(
        tax_check_months=3, debt_check_months=None, status_check_months=1, insurance_check_months=None
    )
    assert rules.check_intervals == {CheckKind.TAX: 3, CheckKind.STATUS: 1}
    assert set(TermsRules().check_intervals) == set(CheckKind)


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (1, "Varje månad"),
        (2, "Varannan månad"),
        (3, "Var 3:e månad"),
        (12, "Var 12:e månad"),
        (21, "Var 21:a månad"),
        (32, "Var 32:a månad"),
    ],
)
def test_how_often(months: int, said: str) -> None:
    assert every_sv(months) == said


@pytest.mark.parametrize(
    ("needs_two", "officers", "can_decide"),
    [(True, 1, False), (True, 2, True), (True, 0, False), (False, 1, True), (False, 0, True)],
)
def test_who_is_alone_cannot_be_two(needs_two: bool, officers: int, can_decide: bool) -> None:
    assert (deciders_problem(needs_two=needs_two, officers=officers) == "") == can_decide


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (TermsRules(answer_within=1), "Inom 1 arbetsdag"),
        (TermsRules(capacity_floor=2), "Varje leverantör erbjuder minst 2 platser"),
        (TermsRules(capacity_cap=1), "Högst 1 plats används samtidigt hos varje leverantör"),
        (TermsRules(), "Ingen gräns"),
        (TermsRules(), "Inget tak"),
        (TermsRules(), "Hos leverantörerna i turordning"),
        (TermsRules(default_rule=DefaultRule.OWN_PROVISION, own_provision_sv="Verkstaden"), "Verkstaden"),
        (TermsRules(default_rule=DefaultRule.NONE), "Inget är bestämt"),
        (TermsRules(tax_check_months=None), "Kontrolleras inte"),
        (TermsRules(debt_check_months=6), "Var 6:e månad"),
    ],
)
def test_every_rule_is_said(rules: TermsRules, said: str) -> None:
    assert said in [value for group in rule_groups(rules) for _, value in group.rows]
