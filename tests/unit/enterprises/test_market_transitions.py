"""The transition tables of terms, applications, contracts and places, every state with every action and role."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import product
from typing import Any

import pytest

from enterprises.applications.rules import (
    APPLICATION_STATE_SV,
    APPLICATION_TRANSITIONS,
    ApplicationAction,
    ApplicationState,
)
from enterprises.contracts.rules import CONTRACT_STATE_SV, CONTRACT_TRANSITIONS, ContractAction, ContractState
from enterprises.places.rules import PLACE_STATE_SV, PLACE_TRANSITIONS, PlaceAction, PlaceState
from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, NotAllowed
from marketplace.procurement.rules import TERMS_STATE_SV, TERMS_TRANSITIONS, TermsAction, TermsState
from marketplace.rules import TransitionTable, advance, possible_actions

MANAGER, OFFICER = Role.SUPPLIER_MANAGER, Role.PROCUREMENT_OFFICER

# What is lawful, written again by hand: table, from, action, to, by whom. Everything else is refused.
LAWFUL: list[tuple[str, StrEnum, StrEnum, StrEnum, set[Role]]] = [
    ("terms", TermsState.DRAFT, TermsAction.PUBLISH, TermsState.PUBLISHED, {OFFICER}),
    ("terms", TermsState.PUBLISHED, TermsAction.REPLACE, TermsState.REPLACED, {OFFICER}),
    *[
        ("application", state, ApplicationAction.WITHDRAW, ApplicationState.WITHDRAWN, {MANAGER})
        for state in (
            ApplicationState.DRAFT,
            ApplicationState.SUBMITTED,
            ApplicationState.COMPLETION_REQUESTED,
        )
    ],
    ("application", ApplicationState.DRAFT, ApplicationAction.SUBMIT, ApplicationState.SUBMITTED, {MANAGER}),
    (
        "application",
        ApplicationState.SUBMITTED,
        ApplicationAction.REQUEST_COMPLETION,
        ApplicationState.COMPLETION_REQUESTED,
        {OFFICER},
    ),
    (
        "application",
        ApplicationState.COMPLETION_REQUESTED,
        ApplicationAction.COMPLETE,
        ApplicationState.SUBMITTED,
        {MANAGER},
    ),
    (
        "application",
        ApplicationState.SUBMITTED,
        ApplicationAction.APPROVE,
        ApplicationState.APPROVED,
        {OFFICER},
    ),
    (
        "application",
        ApplicationState.SUBMITTED,
        ApplicationAction.REJECT,
        ApplicationState.REJECTED,
        {OFFICER},
    ),
    (
        "contract",
        ContractState.AWAITING_SIGNATURE,
        ContractAction.ACTIVATE,
        ContractState.ACTIVE,
        {OFFICER, MANAGER},
    ),
    ("contract", ContractState.ACTIVE, ContractAction.SUSPEND, ContractState.SUSPENDED, {OFFICER}),
    ("contract", ContractState.SUSPENDED, ContractAction.RESUME, ContractState.ACTIVE, {OFFICER}),
    ("contract", ContractState.ACTIVE, ContractAction.END, ContractState.ENDED, {OFFICER}),
    ("contract", ContractState.SUSPENDED, ContractAction.END, ContractState.ENDED, {OFFICER}),
    ("place", PlaceState.DRAFT, PlaceAction.PUBLISH, PlaceState.PUBLISHED, {MANAGER}),
    ("place", PlaceState.PUBLISHED, PlaceAction.PAUSE, PlaceState.PAUSED, {MANAGER}),
    ("place", PlaceState.PAUSED, PlaceAction.RESUME, PlaceState.PUBLISHED, {MANAGER}),
    ("place", PlaceState.PUBLISHED, PlaceAction.CLOSE, PlaceState.CLOSED, {MANAGER}),
    ("place", PlaceState.PAUSED, PlaceAction.CLOSE, PlaceState.CLOSED, {MANAGER}),
]
TABLES: dict[str, tuple[TransitionTable, type[StrEnum], type[StrEnum], Mapping[Any, str]]] = {
    "terms": (TERMS_TRANSITIONS, TermsState, TermsAction, TERMS_STATE_SV),
    "application": (APPLICATION_TRANSITIONS, ApplicationState, ApplicationAction, APPLICATION_STATE_SV),
    "contract": (CONTRACT_TRANSITIONS, ContractState, ContractAction, CONTRACT_STATE_SV),
    "place": (PLACE_TRANSITIONS, PlaceState, PlaceAction, PLACE_STATE_SV),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_state_action_and_role(name: str) -> None:
    table, states, actions, _ = TABLES[name]
    lawful = {(start, action): (target, roles) for at, start, action, target, roles in LAWFUL if at == name}
    for state, action, role in product(states, actions, [*Role, None]):
        if (state, action) not in lawful:
            with pytest.raises(Conflict):
                advance(table, state, action, role)
            continue
        target, roles = lawful[state, action]
        if role in roles:
            assert advance(table, state, action, role).target is target
        else:
            with pytest.raises(NotAllowed):
                advance(table, state, action, role)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_has_words_and_every_impossible_action_a_reason(name: str) -> None:
    table, states, _, labels = TABLES[name]
    assert set(labels) == set(states)
    for state, role in product(states, Role):
        for view in possible_actions(table, state, role):
            assert view.label_sv
            assert view.is_possible or view.reason_sv


@pytest.mark.parametrize("name", TABLES)
def test_what_is_over_offers_nothing(name: str) -> None:
    table, states, _, _ = TABLES[name]
    over = {state for state in states if all(state != start for start, _ in table)}
    assert over
    for state, role in product(states, Role):
        offered = possible_actions(table, state, role)
        assert (state in over) <= (offered == [])
