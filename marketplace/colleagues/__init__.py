"""Who works for an organisation: invited, listed, and leaving with somebody to take over."""
