"""How many documents a second the shipped mappings make on one core, with and without their trace."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.report import print_result
from mapping.core.compiler import compile_mapping
from mapping.core.defaults import default_document
from mapping.core.evaluate import CompiledMapping
from mapping.core.samples import SAMPLE_CONTEXT

_ROUNDS = 7
_SECONDS = 0.25


def order_of(lines: int) -> dict[str, Any]:
    """An order of so many lines with mixed VAT, delivery and a discount of the whole order."""
    rates = ("20", "0", "5")
    goods = [
        {
            "sku": f"SKU-{number}",
            "name": f"Article {number}",
            "category": "homeware",
            "quantity": "2",
            "unit_price": "6.30",
            "discount": "0.00",
            "tax_rate": rates[number % 3],
            "total": "12.60",
        }
        for number in range(lines)
    ]
    address = {
        "line1": "88 High Street",
        "line2": "",
        "city": "Leeds",
        "postcode": "LS1 4AB",
        "country": "GB",
    }
    pence = lines * 1260 + 395 - 100
    return {
        "number": "HF-10042",
        "placed_at": "2026-11-22T10:15:00Z",
        "currency": "GBP",
        "prices_include_tax": True,
        "customer": {
            "id": "C-77",
            "email": "ada@example.com",
            "first_name": "Ada",
            "last_name": "Moss",
            "phone": "+441234567890",
            "billing_address": address,
            "shipping_address": address,
        },
        "lines": goods,
        "delivery": {"name": "Tracked 48", "tax_rate": "20", "tax": "0.66", "total": "3.95"},
        "discount": {"code": "WELCOME", "total": "1.00"},
        "total": f"{pence // 100}.{pence % 100:02}",
    }


_PAYMENT = {
    "vendor_tx_code": "HF-10042-1",
    "amount": "38.34",
    "currency": "GBP",
    "card_type": "VISA",
    "taken_at": "2026-11-22T10:16:12Z",
}


def main() -> None:
    """Print the table and the JSON line (milliseconds of CPU per document, documents per second)."""
    contact, invoice, payment = (
        compile_mapping(default_document(k)) for k in ("contact", "invoice", "payment")
    )
    cases: list[tuple[str, CompiledMapping, Mapping[str, Any]]] = [
        ("order to contact", contact, order_of(3)),
        ("order to invoice, 3 lines", invoice, order_of(3)),
        ("order to invoice, 10 lines", invoice, order_of(10)),
        ("payment to payment", payment, _PAYMENT),
    ]
    rows: list[tuple[str, str, str, str]] = []
    line: dict[str, Any] = {}
    for name, mapping, source in cases:
        plain, traced = _measured(mapping, source)
        rows.append((name, f"{plain:.3f}", f"{traced:.3f}", f"{1000 / plain:,.0f}"))
        line[name.replace(",", "").replace(" ", "_")] = {
            "ms": round(plain, 4),
            "ms_with_trace": round(traced, 4),
            "documents_per_second": round(1000 / plain),
        }
    print_result(
        "mapping: CPU per document on one core", ("mapping", "ms", "ms with trace", "documents/s"), rows, line
    )


def _measured(mapping: CompiledMapping, source: Mapping[str, Any]) -> tuple[float, float]:
    result = mapping.evaluate(source, SAMPLE_CONTEXT)
    if not result.is_usable:
        raise SystemExit(f"The sample cannot be mapped: {result.problems}")
    plain = _milliseconds(lambda: mapping.evaluate(source, SAMPLE_CONTEXT))
    return plain, _milliseconds(lambda: mapping.evaluate(source, SAMPLE_CONTEXT, trace=True))


def _milliseconds(work: Callable[[], object]) -> float:
    """CPU milliseconds of one call: the best of a few rounds, so that a busy machine disturbs little."""
    return min(_one_round(work) for _ in range(_ROUNDS))


def _one_round(work: Callable[[], object]) -> float:
    calls, start = 0, time.process_time()
    while (spent := time.process_time() - start) < _SECONDS:
        for _ in range(50):
            work()
        calls += 50
    return spent / calls * 1000


if __name__ == "__main__":
    main()
