"""The rules of settlements, on plain values: no database, no clock, no network."""
