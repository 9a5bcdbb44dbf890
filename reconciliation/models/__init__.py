"""What settles and what reaches the bank, and how the two are tied together."""
