"""The credentials the simulated systems accept: demo values of this sandbox, secret to nobody."""

from __future__ import annotations

from typing import Final

XERO_CLIENT_ID: Final = "tillbridge-demo"
XERO_CLIENT_SECRET: Final = "demo-secret"
XERO_WEBHOOK_KEY: Final = "aGFyYm91ci1hbmQtZmluY2gtd2ViaG9vay1kZW1vLWtleQ=="
"""Signs Xero's webhooks; used as UTF-8 text, as it stands (Xero developer documentation, Webhooks)."""

OPAYO_VENDOR: Final = "tillbridge"
OPAYO_INTEGRATION_KEY: Final = "tillbridge-demo-integration-key"
OPAYO_INTEGRATION_PASSWORD: Final = "tillbridge-demo-integration-password"
"""HTTP Basic for the Pi API."""
OPAYO_REPORTING_USER: Final = "reporter"
OPAYO_REPORTING_PASSWORD: Final = "reporter-demo-password"
"""For the Reporting & Admin API; a MyOpayo user, not an administrator."""

SHOP_NAME: Final = "harbour-finch"
SHOP_SIGNING_SECRET: Final = "whsec_aGFyYm91ci1maW5jaC1zaG9wLWRlbW8tc2VjcmV0"
"""Signs webhooks both ways by the Standard Webhooks scheme."""
