"""Stored instructions as Opayo's client and the rules of progress see them."""

from __future__ import annotations

from typing import cast

from integrations.core.money import Money
from integrations.instructions.core.progress import Wanted
from integrations.models import Connection, Instruction, Payment
from integrations.opayo.client import OpayoClient
from integrations.opayo.core.credentials import credential_from_json
from integrations.opayo.core.follow_ups import MAKES_A_TRANSACTION, FollowUp, Kind, Original
from integrations.opayo.core.reporting import OpayoTransaction
from integrations.secrets import decrypt


def amount_of(instruction: Instruction) -> Money | None:
    """What it gives back or takes; None where the kind takes no amount."""
    minor = instruction.amount_minor
    return None if minor is None else Money(minor, instruction.currency)


def follow_up_of(instruction: Instruction) -> FollowUp:
    """The request to Opayo."""
    payment = instruction.payment
    return FollowUp(
        kind=cast("Kind", instruction.kind),
        original=original_of(payment),
        vendor_tx_code=instruction.vendor_tx_code,
        amount=amount_of(instruction),
        description=_description(instruction, payment),
        credential=credential_from_json(instruction.terms)
        if instruction.kind == Instruction.Kind.REPEAT
        else None,
    )


def original_of(payment: Payment) -> Original:
    """The payment as Opayo knows it. Raises ConfigurationFailure when its SecurityKey cannot be decrypted."""
    return Original(
        payment.vendor_tx_code, payment.vps_tx_id, decrypt(payment.security_key), payment.tx_auth_no
    )


def _description(instruction: Instruction, payment: Payment) -> str:
    """Shown in MyOpayo. The reason stays here: it may name the customer."""
    if instruction.kind == Instruction.Kind.REPEAT:
        return f"Order {instruction.card_charge.order.number}"
    number = payment.order.number if payment.order else payment.order_number or payment.vendor_tx_code
    return f"{instruction.get_kind_display()} of order {number}"


def wanted_of(instruction: Instruction) -> Wanted:
    """What to look for in Opayo's reports."""
    return Wanted(cast("Kind", instruction.kind), instruction.payment.vps_tx_id, amount_of(instruction))


def report_on(connection: Connection, instruction: Instruction) -> OpayoTransaction | None:
    """Opayo's report on the instruction's own transaction, or on its payment where it makes none.

    None when Opayo does not know it. Raises as `OpayoClient.transaction_detail` does.
    """
    client = OpayoClient(connection)
    if instruction.kind in MAKES_A_TRANSACTION:
        return client.transaction_detail(vendor_tx_code=instruction.vendor_tx_code)
    return client.transaction_detail(vps_tx_id=instruction.payment.vps_tx_id)


def request_key_of_shop(connection_id: int | None, refund_id: str) -> str:
    """The request key of a refund that a shop asked for under its own number."""
    return f"shop:{connection_id or 0}:{refund_id}"


def shop_refund_id(instruction: Instruction) -> str:
    """The shop's own number of a refund it asked for; empty when nobody at a shop did."""
    if instruction.via != Instruction.Via.SHOP:
        return ""
    return instruction.request_key.split(":", 2)[2]


def connection_of_request(instruction: Instruction) -> int | None:
    """The connection of the shop that asked."""
    number = instruction.request_key.split(":", 2)[1]
    return int(number) or None
