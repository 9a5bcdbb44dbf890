"""Reporting & Admin API: `/access/access.htm`."""
