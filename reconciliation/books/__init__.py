"""Settlements in the books: transfers to the bank, fees, reserves and adjustments, as postings through sync."""
