"""Lists: filter, sort, columns, pages by key, export."""
