"""How fast the product is against the same by hand: `make bench`. Imports everything, imported by nothing."""
