"""What log lines may not hold."""

from __future__ import annotations

import json
import logging
from typing import Any

import structlog
from django.conf import settings

from config.logs import without_card_numbers

LINE: dict[str, Any] = dict(settings.LOGGING)["formatters"]["line"]  # type: ignore[index]  # a plain dictionary


def test_a_card_number_never_reaches_a_log_line() -> None:
    assert "4929000000006" not in without_card_numbers(
        None, "info", '{"note": "card 4929 0000 0000 6, cvv=123"}'
    )
    masked = without_card_numbers(None, "info", '{"note": "card 4929000000006"}')
    assert json.loads(masked)["note"].endswith("0006")
    assert "4929000000006" not in masked


def test_the_mask_is_the_last_step_of_the_formatter() -> None:
    assert LINE["processors"][-1] is without_card_numbers


def test_a_line_written_through_the_logger_is_masked() -> None:
    formatter = structlog.stdlib.ProcessorFormatter(processors=LINE["processors"])
    record = logging.LogRecord("x", logging.INFO, "x", 1, {"event": "paid with 4929000000006"}, (), None)
    record._logger, record._name = None, "info"  # as structlog hands it over
    assert "4929000000006" not in formatter.format(record)
