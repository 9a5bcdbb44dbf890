"""The inbound edge: verify, keep, answer. Everything else happens later."""
