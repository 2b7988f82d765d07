"""The supplier's ledger: what each buyer owes, and the file for the bookkeeping."""
