"""Made-up customers and the noise that people and shops put into them; drawn from a fixed seed."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

_FIRST = [
    "Ada",
    "Grace",
    "William",
    "Elizabeth",
    "Priya",
    "Mohammed",
    "Siobhan",
    "Zoe",
    "Robert",
    "Margaret",
    "Tomasz",
    "Chloe",
    "James",
    "Amina",
    "Oliver",
    "Noor",
]
_LAST = [
    "Moss",
    "Hopper",
    "Okafor",
    "Patel",
    "Nowak",
    "Smith",
    "Jones",
    "Fairweather",
    "Müller",
    "O'Brien",
    "Khan",
    "Taylor",
    "Whitcombe",
    "Dvořák",
    "Singh",
    "Reid",
]
_STREETS = [
    "Fossgate Station Road",
    "High Street",
    "Mill Lane",
    "Victoria Avenue",
    "Church Close",
    "Castle Square",
]
_CITIES = (("York", "YO1 {}HH"), ("Leeds", "LS{} 4AB"), ("Bristol", "BS{} 6TT"), ("London", "SW{}A 2AA"))
_SHORT = {"William": "Bill", "Elizabeth": "Liz", "Robert": "Bob", "Margaret": "Maggie", "James": "Jim"}


@dataclass(frozen=True)
class Pair:
    """Two records and whether they are one customer; `kind` says how they were made."""

    one: dict[str, Any]
    other: dict[str, Any]
    is_one: bool
    kind: str


def person(random: Random) -> dict[str, Any]:
    """A customer as a shop tells it."""
    first, last = random.choice(_FIRST), random.choice(_LAST)
    city, code = random.choice(_CITIES)
    local = f"{first}.{last}".lower().replace("'", "")
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{local}{random.randint(1, 999)}@{random.choice(['example.com', 'mail.example', 'post.example'])}",
        "phone": f"07{random.randint(100000000, 999999999)}",
        "billing_address": {
            "line1": f"{random.randint(1, 180)} {random.choice(_STREETS)}",
            "city": city,
            "postcode": code.format(random.randint(1, 9)),
            "country": "GB",
        },
    }


def labelled(seed: int = 20261123) -> list[Pair]:
    """200 pairs: 100 of one customer with noise, 100 of two with what they may well share.

    Five of each cannot be told from the records: who has moved and changed everything but the name, and a father who
    writes only the initial that is his son's too.
    """
    random = Random(seed)
    same = [kind for kind in _SAME for _ in range(10)][:95] + ["all new but the name"] * 5
    other = [kind for kind in _OTHER for _ in range(19)] + ["father and son"] * 5
    return [_pair(random, kind, is_one=True) for kind in same] + [
        _pair(random, kind, is_one=False) for kind in other
    ]


_SAME = (
    "guest again", "short first name", "initial only", "phone in another form", "moved house", "new e-mail", "typing slip",
    "swapped names", "no address", "no phone and new e-mail",
)  # fmt: skip
_OTHER = ("strangers", "namesakes", "household", "neighbours", "one office")


def _pair(random: Random, kind: str, *, is_one: bool) -> Pair:
    one, stranger = person(random), person(random)
    other = _noisy(random, one, stranger, kind) if is_one else _unlike(random, one, stranger, kind)
    return Pair(one, other, is_one, kind)


def _noisy(random: Random, one: dict[str, Any], stranger: dict[str, Any], kind: str) -> dict[str, Any]:
    other = {**one, "billing_address": dict(one["billing_address"])}
    if kind in ("short first name", "initial only"):
        short = _SHORT.get(one["first_name"], one["first_name"][0])
        other |= {
            "first_name": short if kind == "short first name" else one["first_name"][0],
            "email": stranger["email"],
        }
    elif kind == "phone in another form":
        other |= {"phone": f"+44 (0) {one['phone'][1:5]} {one['phone'][5:]}", "email": stranger["email"]}
    elif kind == "moved house":
        other |= {"billing_address": stranger["billing_address"], "phone": ""}
    elif kind == "new e-mail":
        other["email"] = stranger["email"]
    elif kind == "typing slip":
        place = random.randrange(1, len(one["last_name"]) - 1)
        other["last_name"] = one["last_name"][:place] + one["last_name"][place + 1 :]
        other["email"] = stranger["email"]
    elif kind == "swapped names":
        other |= {"first_name": one["last_name"], "last_name": one["first_name"], "email": stranger["email"]}
    elif kind == "no address":
        other |= {"billing_address": None, "email": stranger["email"]}
    elif kind == "all new but the name":
        other = {**stranger, "first_name": one["first_name"], "last_name": one["last_name"]}
    elif kind == "no phone and new e-mail":
        postcode = one["billing_address"]["postcode"]
        other |= {"phone": "", "email": stranger["email"]}
        other["billing_address"]["postcode"] = postcode.replace(" ", "").lower()
    else:
        other["email"] = one["email"].upper()
    return other


def _unlike(random: Random, one: dict[str, Any], stranger: dict[str, Any], kind: str) -> dict[str, Any]:
    other = dict(stranger)
    while other["first_name"] == one["first_name"]:
        other["first_name"] = random.choice(_FIRST)
    if kind == "namesakes":
        other |= {"first_name": one["first_name"], "last_name": one["last_name"]}
    elif kind == "household":
        other |= {
            "last_name": one["last_name"],
            "billing_address": one["billing_address"],
            "phone": one["phone"],
        }
    elif kind == "neighbours":
        street = one["billing_address"]["line1"].partition(" ")[2]
        other["billing_address"] = {**one["billing_address"], "line1": f"{random.randint(200, 300)} {street}"}
    elif kind == "father and son":
        other |= {"first_name": one["first_name"][0], "last_name": one["last_name"], "phone": one["phone"]}
        other["billing_address"] = one["billing_address"]
    elif kind == "one office":
        other |= {"phone": one["phone"], "billing_address": one["billing_address"]}
    return other
