"""How a price list is said where somebody chooses among its levels."""

from marketplace.procurement.price_rules import Component, PriceDraft
from marketplace.procurement.price_words import level_prices


def test_each_level_says_what_it_pays_the_lowest_first() -> None:
    rows = [
        PriceDraft(Component.DAY_RATE, "2", "whole", 626_00),
        PriceDraft(Component.DAY_RATE, "2", "half", 439_00),
        PriceDraft(Component.DAY_RATE, "1", "whole", 439_00),
        PriceDraft(Component.REPORT_FEE, None, None, 2_000_00),
    ]
    assert list(level_prices(rows).items()) == [
        ("1", "heldag 439,00 kr"),
        ("2", "heldag 626,00 kr, halvdag 439,00 kr"),
    ]
    assert level_prices(rows[3:]) == {}
