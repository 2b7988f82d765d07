"""Who moves an invoice, and when."""

import pytest

from invoicing.invoices.rules import (
    INVOICE_EVENT_SV,
    INVOICE_STATE_SV,
    INVOICE_STATE_TONE,
    INVOICE_TRANSITIONS,
    InvoiceAction,
    InvoiceState,
)
from marketplace.accounts.rules import Role
from marketplace.errors import Conflict, NotAllowed
from marketplace.rules import advance, possible_actions

LAWFUL = {
    (InvoiceState.DRAFT, InvoiceAction.DISCARD, Role.SUPPLIER_MANAGER): InvoiceState.DRAFT,
    (InvoiceState.DRAFT, InvoiceAction.APPROVE, Role.SUPPLIER_MANAGER): InvoiceState.APPROVED,
    (InvoiceState.APPROVED, InvoiceAction.SEND, Role.SUPPLIER_MANAGER): InvoiceState.SENT,
    (InvoiceState.SENT, InvoiceAction.ATTEST, Role.CONTROLLER): InvoiceState.ATTESTED,
    (InvoiceState.SENT, InvoiceAction.DISPUTE, Role.CONTROLLER): InvoiceState.DISPUTED,
    (InvoiceState.DISPUTED, InvoiceAction.ATTEST, Role.CONTROLLER): InvoiceState.ATTESTED,
    (InvoiceState.ATTESTED, InvoiceAction.MARK_PAID, Role.CONTROLLER): InvoiceState.PAID,
}


@pytest.mark.parametrize("state", InvoiceState)
@pytest.mark.parametrize("action", InvoiceAction)
@pytest.mark.parametrize("role", Role)
def test_every_state_action_and_role(state: InvoiceState, action: InvoiceAction, role: Role) -> None:
    target = LAWFUL.get((state, action, role))
    if target is not None:
        assert advance(INVOICE_TRANSITIONS, state, action, role).target == target
        return
    with pytest.raises((Conflict, NotAllowed)) as refusal:
        advance(INVOICE_TRANSITIONS, state, action, role)
    assert refusal.value.message_sv


def test_an_approved_invoice_cannot_be_discarded_and_says_why() -> None:
    views = {
        view.action: view
        for view in possible_actions(INVOICE_TRANSITIONS, InvoiceState.APPROVED, Role.SUPPLIER_MANAGER)
    }
    assert views[InvoiceAction.SEND].is_possible
    assert not views[InvoiceAction.DISCARD].is_possible
    assert "innan det är godkänt" in views[InvoiceAction.DISCARD].reason_sv


def test_every_state_and_action_has_words() -> None:
    assert set(INVOICE_STATE_SV) == set(INVOICE_STATE_TONE) == set(InvoiceState)
    assert set(InvoiceAction) <= set(INVOICE_EVENT_SV)
