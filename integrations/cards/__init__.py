"""Saved cards: keeping them, charging them under their holders' terms, and deleting them (docs/cards.md)."""
