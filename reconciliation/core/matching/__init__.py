"""Matching expected money to observed money: pure arrays in, decisions with reasons out (docs/matching.md)."""
