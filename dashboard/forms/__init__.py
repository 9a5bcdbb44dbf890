"""Everything typed into a page, checked."""
