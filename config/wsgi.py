"""The web application, served by granian."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
_django = get_wsgi_application()

# Its imports need the applications loaded.
from integrations.inbound.fast_path import InboundApplication  # noqa: E402

application = InboundApplication(_django)

# What was made so far lives as long as the process, and requests leave few cycles behind: look for them seldom.
gc.freeze()
gc.set_threshold(50_000, 20, 20)
