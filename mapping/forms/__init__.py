"""The forms of the mapping pages."""
