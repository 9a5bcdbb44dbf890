"""Rules and value types that know no framework, clock or network."""
