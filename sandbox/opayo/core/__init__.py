"""The rules of the gateway: plain functions on frozen dataclasses, no clock, no state, no network."""
