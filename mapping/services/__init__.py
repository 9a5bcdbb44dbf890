"""Writing mapping versions, and making documents with those in use."""
