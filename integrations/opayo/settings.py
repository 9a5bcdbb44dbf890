"""What a connection to Opayo is made of: the names of its settings and secrets, and where Opayo is."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.urls import reverse

from integrations.core.failures import ConfigurationFailure
from integrations.models import Connection

VENDOR: Final = "vendor"
ENVIRONMENT: Final = "environment"
"""`live` or `test`."""
PROTOCOL: Final = "protocol"
"""VPSProtocol of registrations; 4.00 unless set."""
REPORTING_USER: Final = "reporting_user"
RETURN_URL: Final = "return_url"
"""Where customers go after a payment when neither the order nor its shop names a page; optional."""

REPORTING_PASSWORD: Final = "reporting_password"  # noqa: S105 - the name of a secret
INTEGRATION_KEY: Final = "integration_key"
INTEGRATION_PASSWORD: Final = "integration_password"  # noqa: S105 - the name of a secret


def setting(connection: Connection, name: str) -> str:
    """A setting that must be there. Raises ConfigurationFailure when it is not."""
    value = connection.config.get(name)
    if not isinstance(value, str) or not value:
        raise ConfigurationFailure(
            "opayo_setting_missing",
            name,
            f"The connection to Opayo has no {name.replace('_', ' ')}.",
            "Open Connections and enter it.",
        )
    return value


def base_url(connection: Connection) -> str:
    """The host of the connection's environment; live only when it says so."""
    is_live = connection.config.get(ENVIRONMENT) == "live"
    return str(settings.OPAYO_LIVE_URL if is_live else settings.OPAYO_TEST_URL)


def notification_url(connection: Connection) -> str:
    """The address Opayo posts its notifications to."""
    return f"{settings.SITE_URL}{reverse('inbound-opayo', args=[connection.key])}"
