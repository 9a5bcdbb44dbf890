"""The shop's customers: people who come back, with the names real people have."""

from __future__ import annotations

import random
import unicodedata
from typing import Final

from sandbox.shop.core.orders import Address, Customer

_FIRST: Final = (
    "Ada", "Amélie", "Ben", "Bronwen", "Callum", "Chloë", "Dev", "Eilidh", "Fatima", "Grace", "Hamish",
    "Imogen", "Jack", "Jürgen", "Kofi", "Leïla", "Małgorzata", "Niamh", "Oluwaseun", "Priya", "Rhys",
    "Saoirse", "Siân", "Tom", "Yusuf", "Zoë",
)  # fmt: skip
_LAST: Final = (
    "Adeyemi", "Ap Gwilym", "Bennett", "Clarke", "D'Arcy", "Dubois", "Fitzgerald-Moore", "García", "Hughes",
    "Jørgensen", "Kowalska", "Lloyd", "MacLeod", "Moss", "Müller", "Nguyen", "O'Brien", "O'Neill", "Okafor",
    "Patel", "Quinn", "Sørensen", "Taylor", "Van der Berg", "Whitby", "Åkesson",
)  # fmt: skip
_NAMESAKES: Final = (("John", "Smith"), ("Mary", "Jones"))
"""Names several different customers share."""

_STREETS: Final = (
    "High Street", "Station Road", "Church Lane", "Harbour Row", "Mill Hill", "Queen's Drive", "The Green",
)  # fmt: skip
_TOWNS: Final = {
    "GB": (("Leeds", "LS1 4AB", ""), ("Whitby", "YO21 3PU", ""), ("Cardiff", "CF10 1EP", ""), ("Leith", "EH6 6LU", "")),
    "IE": (("Dublin", "D02 X285", ""), ("Cork", "T12 W8KP", "")),
    "DE": (("Köln", "50667", ""), ("Lübeck", "23552", "")),
    "FR": (("Nîmes", "30000", ""), ("Brest", "29200", "")),
    "US": (("Portland", "97201", "OR"), ("Boston", "02108", "MA")),
}  # fmt: skip
_COMPANIES: Final = ("", "", "", "", "", "", "Moor & Sons Ltd", "Café Zwölf GmbH", "Quay Stores")


def customer(index: int, country: str, seed: int) -> Customer:
    """The customer of a number, always the same for a seed; every tenth shares a name with others."""
    rng = random.Random(f"customer/{seed}/{index}")
    first, last = rng.choice(_NAMESAKES) if index % 10 == 3 else (rng.choice(_FIRST), rng.choice(_LAST))
    town, postcode, region = rng.choice(_TOWNS[country])
    address = Address(f"{rng.randint(1, 240)} {rng.choice(_STREETS)}", town, postcode, country, region=region)
    return Customer(
        id=f"C-{seed}-{index}",
        email=f"{_mailbox(first)}.{_mailbox(last)}.{seed}.{index}@example.com",
        first_name=first,
        last_name=last,
        address=address,
        company=rng.choice(_COMPANIES),
        phone=f"+4411344{rng.randint(10000, 99999)}" if country == "GB" else "",
    )


def _mailbox(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().replace("ø", "o").replace("ł", "l"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())
