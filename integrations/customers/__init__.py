"""Customers over shop, Opayo and Xero: who is who, and which side's word counts."""
