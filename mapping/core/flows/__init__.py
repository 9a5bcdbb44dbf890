"""Flows: what is done, step by step, when something arrives."""
