"""The proof: four equalities to the penny, at any moment, each with the document that breaks it (docs/proof.md)."""
