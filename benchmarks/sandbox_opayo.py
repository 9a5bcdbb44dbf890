"""What the simulated Opayo costs per payment: register, pay, notify, acknowledge, with its journal on disk.

Run with `python -m benchmarks.sandbox_opayo`; prints a table and, last, one JSON line.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from sandbox.credentials import OPAYO_VENDOR
from sandbox.kernel.clock import Clock
from sandbox.kernel.store import Store
from sandbox.kernel.wire import Outgoing, Reply, Request
from sandbox.kernel.world import World
from sandbox.opayo.system import OpayoSystem

PAYMENTS = 5000
REGISTER = "/gateway/service/vspserver-register.vsp"
ANSWER = b"Status=OK\r\nRedirectURL=https://shop.example/done\r\n"


def registration(number: int) -> dict[str, str]:
    """A registration as a shop sends it."""
    person = {
        "Surname": "Moss",
        "Firstnames": "Ada",
        "Address1": "88 High Street",
        "City": "Leeds",
        "PostCode": "LS1 4AB",
        "Country": "GB",
    }
    return {
        "VPSProtocol": "4.00",
        "TxType": "PAYMENT",
        "Vendor": OPAYO_VENDOR,
        "VendorTxCode": f"HF-{number}-1",
        "Amount": "38.34",
        "Currency": "GBP",
        "Description": f"Order HF-{number}",
        "NotificationURL": "http://127.0.0.1:8000/in/opayo/1",
        "CustomerEMail": "ada@example.com",
        **{f"{side}{name}": value for side in ("Billing", "Delivery") for name, value in person.items()},
    }


def pay_once(system: OpayoSystem, sent: list[Outgoing], body: bytes) -> None:
    """One payment through the same handlers the sockets lead to."""
    reply = system.handle(Request("POST", REGISTER, body=body)).body
    vps_tx_id = reply.partition(b"VPSTxId=")[2].partition(b"\r\n")[0].decode()
    status = system.customer_pays(vps_tx_id, card_number="4929000000006")
    if status != "OK":
        raise RuntimeError(f"the payment ended {status}")
    system.replied(sent.pop().key, Reply(200, ANSWER))


def main() -> None:
    """Print the cost of one payment in milliseconds of CPU, and of one night's settlement."""
    bodies = [urlencode(registration(number)).encode() for number in range(PAYMENTS)]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "journal")
        sent: list[Outgoing] = []
        world = World(Clock(), store, random.Random(1), send=sent.append)
        system = OpayoSystem(world)
        system.tick()
        started = time.process_time()
        for body in bodies:
            pay_once(system, sent, body)
            store.flush()
        payment_ms = (time.process_time() - started) * 1000 / PAYMENTS
        world.clock.advance(86400)
        started = time.process_time()
        system.tick()
        settlement_ms = (time.process_time() - started) * 1000
        store.close()
    print(f"{'payment, CPU ms':<28}{payment_ms:>10.3f}")
    print(f"{'settling ' + str(PAYMENTS) + ', CPU ms':<28}{settlement_ms:>10.1f}")
    print(json.dumps({"payment_cpu_ms": round(payment_ms, 3), "settlement_cpu_ms": round(settlement_ms, 1)}))


if __name__ == "__main__":
    main()
