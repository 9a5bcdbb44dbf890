"""Everything that only reads the pipeline's state."""
