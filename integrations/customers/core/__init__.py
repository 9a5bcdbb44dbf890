"""Pure rules about customers: no database, no clock, no network."""
