"""Mapping as pure rules: documents, transforms, schemas and their evaluation, without framework, clock or network."""
