"""The studio's JSON: what the editor asks, answered with values and with errors in words."""
