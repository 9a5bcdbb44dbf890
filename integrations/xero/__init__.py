"""Xero: OAuth 2.0, the Accounting API's client, its call budget and polling."""
