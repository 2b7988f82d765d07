"""Months of hours for the ESF report: sent in order, and again when what they say has been put right."""
