"""What statements say, and which of their lines are known: plain functions, without a database."""
