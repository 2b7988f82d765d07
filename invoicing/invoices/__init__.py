"""Invoices (faktura): from draft to paid, as Peppol XML and as a page to read."""
