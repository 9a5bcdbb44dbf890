"""Pairs, the accounts of their books, and their connections."""
