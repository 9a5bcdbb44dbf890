"""Apps registered with the simulated Xero: who may ask for consent, and how."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox import credentials


@dataclass(frozen=True, slots=True)
class App:
    """One app of the developer portal.

    `secret` is None for a public app, which must use PKCE. A `tenant` makes it a custom connection
    to that organisation, which takes no consent. Where `redirect_uris` is empty, any permitted
    address will do.
    """

    client_id: str
    secret: str | None
    name: str
    redirect_uris: tuple[str, ...] = ()
    tenant: str | None = None


DEMO_TENANT = "6f1c27a4-5d0e-4f7e-9c55-0d1f6f1b8a01"
SECOND_TENANT = "0b8d7c52-94a6-4c9b-8a1d-7e34c1d2f602"

APPS = {
    app.client_id: app
    for app in (
        App(credentials.XERO_CLIENT_ID, credentials.XERO_CLIENT_SECRET, "Tillbridge"),
        App(f"{credentials.XERO_CLIENT_ID}-public", None, "Tillbridge (public)"),
        App(
            f"{credentials.XERO_CLIENT_ID}-custom",
            credentials.XERO_CLIENT_SECRET,
            "Tillbridge (custom connection)",
            tenant=DEMO_TENANT,
        ),
    )
}
USER_ID = "5a2f3c1e-8d6b-4e19-a7c4-3b9d2e8f7a10"
USER_NAME = "Alex Finch"
USER_EMAIL = "alex@harbour-and-finch.example"
