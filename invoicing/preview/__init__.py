"""What would this participant's month pay? A price list tried on an invented placement."""
