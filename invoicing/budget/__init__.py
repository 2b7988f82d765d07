"""An authority's budget per system and month, what it has become, and what is expected."""
