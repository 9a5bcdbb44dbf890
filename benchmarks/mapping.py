"""How many documents a second the shipped mappings make on one core, and how long checking one and reading a sample take."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from benchmarks.report import print_result
from mapping.core.compiler import check_document, compile_mapping
from mapping.core.defaults import KINDS, default_document
from mapping.core.evaluate import CompiledMapping
from mapping.core.samples import SAMPLE_CONTEXT
from mapping.core.schemas.inference import infer_from_text

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


_SETTLEMENT = {
    "batch_id": "B",
    "processor": "Elavon",
    "currency": "GBP",
    "settled_on": "2026-11-23",
    "fees_total": "21.60",
    "net": "1082.40",
    "fees": [{"kind": "interchange", "amount": "20.00"}, {"kind": "scheme", "amount": "1.60"}],
}


def refund_of(order: Mapping[str, Any]) -> dict[str, Any]:
    """Half of the order given back, after an earlier refund of a pound."""
    pence = int(Decimal(order["total"]) * 50)
    return {
        "vendor_tx_code": "HF-10042-R2",
        "amount": f"{pence // 100}.{pence % 100:02}",
        "currency": "GBP",
        "refunded_at": "2026-11-25T09:30:00Z",
        "earlier": [{"amount": "1.00"}],
        "order": order,
    }


def main() -> None:
    """Print the table and the JSON line (milliseconds of CPU per document, documents per second)."""
    made = {kind: compile_mapping(default_document(kind)) for kind in KINDS}
    cases: list[tuple[str, CompiledMapping, Mapping[str, Any]]] = [
        ("order to contact", made["contact"], order_of(3)),
        ("order to invoice, 3 lines", made["invoice"], order_of(3)),
        ("order to invoice, 10 lines", made["invoice"], order_of(10)),
        ("payment to payment", made["payment"], _PAYMENT),
        ("refund to credit note, 10 lines", made["credit_note"], refund_of(order_of(10))),
        ("refund to payment", made["refund"], refund_of(order_of(10))),
        ("settlement to transfer", made["settlement_transfer"], _SETTLEMENT),
        ("settlement to fees", made["settlement_fee"], _SETTLEMENT),
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
    for name, work in _editing():
        spent = _milliseconds(work, batch=1)
        rows.append((name, f"{spent:.1f}", "", ""))
        line[name.replace(",", "").replace(" ", "_")] = {"ms": round(spent, 2)}
    print_result(
        "mapping: CPU per document on one core", ("mapping", "ms", "ms with trace", "documents/s"), rows, line
    )


def _editing() -> list[tuple[str, Callable[[], object]]]:
    """What happens while a mapping is edited: every change is checked, and a pasted sample is read."""
    invoice, samples = default_document("invoice"), [order_of(10)] * 20
    large = json.dumps({"lines": order_of(25_000)["lines"]})
    return [
        (
            "check the invoice mapping",
            lambda: check_document(invoice, settings=SAMPLE_CONTEXT, samples=samples),
        ),
        ("read a pasted sample of 4 MB", lambda: infer_from_text(large)),
    ]


def _measured(mapping: CompiledMapping, source: Mapping[str, Any]) -> tuple[float, float]:
    result = mapping.evaluate(source, SAMPLE_CONTEXT)
    if not result.is_usable:
        raise SystemExit(f"The sample cannot be mapped: {result.problems}")
    plain = _milliseconds(lambda: mapping.evaluate(source, SAMPLE_CONTEXT))
    return plain, _milliseconds(lambda: mapping.evaluate(source, SAMPLE_CONTEXT, trace=True))


def _milliseconds(work: Callable[[], object], *, batch: int = 50) -> float:
    """CPU milliseconds of one call: the best of a few rounds, so that a busy machine disturbs little."""
    return min(_one_round(work, batch) for _ in range(_ROUNDS))


def _one_round(work: Callable[[], object], batch: int) -> float:
    calls, start = 0, time.process_time()
    while (spent := time.process_time() - start) < _SECONDS:
        for _ in range(batch):
            work()
        calls += batch
    return spent / calls * 1000


if __name__ == "__main__":
    main()
