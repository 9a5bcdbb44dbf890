"""Xero's wire forms and rules as plain functions."""
