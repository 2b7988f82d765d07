"""What came of training, how well and how fast: by sex, supplier, trade, kommun and unit, against targets."""
