"""Opayo Server: registration, the hosted payment page, the notification and its monitor."""
