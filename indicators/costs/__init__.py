"""What placements that are over have cost, by sex, supplier and kommun."""
