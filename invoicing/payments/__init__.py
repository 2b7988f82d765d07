"""Money in: payments out of the bank's file, held against invoices."""
