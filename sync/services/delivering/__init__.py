"""Postings on their way to Xero: written down, sent, and settled by what Xero answered."""
