"""Information about the suppliers of a system of choice, for participants and as open data (LOV 9:1)."""
