"""Learned suggestions of links between a source's fields and Xero's: facts to learn from, training, and the shipped model."""
