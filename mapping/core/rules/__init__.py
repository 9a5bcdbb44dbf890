"""Business rules: what finance staff say shall happen to a record, without code."""
