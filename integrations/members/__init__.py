"""People: who is let in, what they may do in a pair, and how they are invited."""
