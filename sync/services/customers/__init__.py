"""Customers over shop, Opayo and Xero: found, kept in line, merged and split."""
