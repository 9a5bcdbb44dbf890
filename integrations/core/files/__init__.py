"""Files that people hand in: as tables, and what stands in their cells."""
