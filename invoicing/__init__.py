"""The money: what a contract pays for a month, and the invoice that asks for it."""
