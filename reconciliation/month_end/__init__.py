"""Months: checked, prepared by one person, closed by another, and watched afterwards (docs/month-end.md)."""
