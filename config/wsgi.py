"""The web application, served by granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

# Its imports need the applications loaded.
from integrations.inbound.fast_path import InboundApplication  # noqa: E402

application = InboundApplication(_django)
