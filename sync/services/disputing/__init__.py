"""Disputes on their way from what was told of them to the books: their cases, and the sales they are tied to."""
