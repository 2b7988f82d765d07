"""E-mail to those who act for an organisation: short, no personal data, a link. Sent by jobs, after commit."""
