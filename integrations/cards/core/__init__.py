"""Rules of saved cards: expiry, consent, terms and limits. No database, no clock, no network."""
