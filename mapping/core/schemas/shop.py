"""The generic shop order (docs/shop-webhooks.md): the `order` object of the message."""

from __future__ import annotations

from mapping.core.schemas.schema import Field, Schema


def _address(at: str, label: str) -> tuple[Field, ...]:
    parts = {
        "line1": "line 1",
        "line2": "line 2",
        "city": "city",
        "region": "region",
        "postcode": "postcode",
        "country": "country (two letters)",
    }
    lines = (
        Field(f"{at}.{name}", "text", f"{label}, {word}", personal=True, optional=True)
        for name, word in parts.items()
    )
    return (Field(at, "object", label, personal=True, optional=True), *lines)


def _taxed(at: str, label: str) -> tuple[Field, ...]:
    return (
        Field(f"{at}.tax_rate", "decimal", f"{label}: VAT rate in per cent", vat=True, example="20"),
        Field(
            f"{at}.tax_code",
            "choice",
            f"{label}: VAT code",
            choices=("exempt", "outside_scope"),
            vat=True,
            optional=True,
        ),
        Field(f"{at}.tax", "decimal", f"{label}: VAT", vat=True, example="3.75"),
        Field(f"{at}.total", "decimal", f"{label}: total", example="22.49"),
    )


ORDER = Schema(
    "shop:order",
    "Shop order",
    (
        Field("number", "text", "Order number", required=True, example="HF-10042"),
        Field("placed_at", "moment", "Placed at", required=True, example="2026-11-22T10:15:00Z"),
        Field("currency", "text", "Currency", required=True, example="GBP"),
        Field("prices_include_tax", "flag", "Prices include VAT", required=True, vat=True, example=True),
        Field("customer", "object", "Customer", personal=True),
        Field("customer.id", "text", "Customer's id", personal=True, optional=True, example="C-77"),
        Field("customer.contact_number", "text", "Contact number given by us", personal=True, optional=True),
        Field(
            "customer.email",
            "email",
            "Customer's e-mail",
            personal=True,
            optional=True,
            example="ada@example.com",
        ),
        Field("customer.first_name", "text", "First name", personal=True, optional=True, example="Ada"),
        Field("customer.last_name", "text", "Last name", personal=True, optional=True, example="Moss"),
        Field("customer.company", "text", "Company", optional=True),
        Field("customer.phone", "text", "Phone", personal=True, optional=True, example="+441234567890"),
        *_address("customer.billing_address", "Billing address"),
        *_address("customer.shipping_address", "Shipping address"),
        Field("lines", "list", "Lines", required=True),
        Field("lines[].sku", "text", "Article number", optional=True, example="POT-1"),
        Field("lines[].name", "text", "Name", example="Teapot"),
        Field("lines[].category", "text", "Category", optional=True, example="homeware"),
        Field("lines[].quantity", "decimal", "Quantity", example="1"),
        Field("lines[].unit_price", "decimal", "Unit price", example="24.99"),
        Field("lines[].discount", "decimal", "Discount of the line", optional=True, example="2.50"),
        *_taxed("lines[]", "Line"),
        Field("delivery", "object", "Delivery", optional=True),
        Field("delivery.name", "text", "Delivery service", optional=True, example="Royal Mail Tracked 48"),
        *_taxed("delivery", "Delivery"),
        Field("discount", "object", "Discount of the order", optional=True),
        Field("discount.code", "text", "Discount code", optional=True, example="WELCOME"),
        Field("discount.total", "decimal", "Discount of the order", optional=True, example="1.00"),
        Field("total", "decimal", "Total the customer pays", required=True, example="38.34"),
        Field("note", "text", "Customer's note", personal=True, optional=True),
        Field("payment", "object", "Payment", optional=True),
        Field("payment.method", "text", "Payment method", optional=True, example="opayo_server"),
        Field("payment.vendor_tx_code", "text", "vendorTxCode", optional=True, example="HF-10042-1"),
        Field("checkout.return_url", "url", "Page to return to", optional=True),
    ),
)
