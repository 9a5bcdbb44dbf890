"""Messages of Opayo: notifications it sends us, and transactions we read from its reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from integrations.models import Event, Payment
from integrations.opayo.core.notification import Notification, outcome, parse_notification, signature
from integrations.opayo.core.reporting import OpayoTransaction, transaction_from_json, transaction_outcome
from integrations.secrets import decrypt, encrypt
from sync.services.batch import Batch
from sync.services.intake.outcomes import Done, Outcome, UnreadableError, Wait

_GIVE_UP = timedelta(days=2)
