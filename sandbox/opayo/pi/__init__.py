"""Opayo Pi: the REST interface below `/api/v1`."""
