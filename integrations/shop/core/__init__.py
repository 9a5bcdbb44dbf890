"""What a shop says, as pure functions: no network, clock or database."""
