"""The tokens themselves: in and out of their ciphertext, and every time written down."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from integrations.models import CardAccess, SavedCard, User
from integrations.secrets import decrypt, encrypt


def locked_up(token: str) -> str:
    """The ciphertext under which a token is kept; always in capitals and without braces, as Pi writes it."""
    return encrypt(bare(token))


def bare(token: str) -> str:
    """`{GUID}` of the protocol as the capital GUID without braces."""
    return token.strip().strip("{}").upper()


def fingerprint(pair_id: int, token: str) -> str:
    """What tells cards apart without their tokens: HMAC-SHA-256 under SECRET_KEY, different for each pair."""
    return salted_hmac("tillbridge.card", f"{pair_id}:{bare(token)}", algorithm="sha256").hexdigest()


def take_out(card: SavedCard, what: CardAccess.What, why: str, *, by: User | None = None) -> str:
    """The token in clear, for a call to Opayo. Written down first.

    Raises ConfigurationFailure when it cannot be decrypted, ValueError when the card was deleted.
    """
    if not card.token:
        raise ValueError("A deleted card has no token.")
    note(card, what, why, by=by)
    return decrypt(card.token)


def note(card: SavedCard, what: CardAccess.What, why: str, *, by: User | None = None) -> None:
    """Write an access down."""
    CardAccess.objects.create(pair_id=card.pair_id, card=card, actor=by, what=what, why=why[:200])
