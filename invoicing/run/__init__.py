"""The month's run: every contract's draft, how far it has come, and what could not be priced."""
