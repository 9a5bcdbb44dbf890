"""Learning the model of the matching from made-up worlds, and judging it on others (docs/matching.md)."""
