"""What Opayo says and how, as pure functions: no network, clock or database."""
