"""Who moves an invoice, and when."""

from invoicing.invoices.rules import (
    INVOICE_EVENT_SV,
    INVOICE_STATE_SV,
    INVOICE_STATE_TONE,
    INVOICE_TRANSITIONS,
    InvoiceAction,
    InvoiceState,
)
from marketplace.accounts.rules import Role
from marketplace.rules import possible_actions


def test_an_approved_invoice_cannot_be_commented_and_says_why() -> None:
    views = {
        view.action: view
        for view in possible_actions(INVOICE_TRANSITIONS, InvoiceState.APPROVED, Role.SUPPLIER_MANAGER)
    }
    assert views[InvoiceAction.SEND].is_possible
    assert not views[InvoiceAction.COMMENT].is_possible
    assert "innan det är godkänt" in views[InvoiceAction.COMMENT].reason_sv


def test_every_state_and_action_has_words() -> None:
    assert set(INVOICE_STATE_SV) == set(INVOICE_STATE_TONE) == set(InvoiceState)
    assert set(InvoiceAction) <= set(INVOICE_EVENT_SV)
