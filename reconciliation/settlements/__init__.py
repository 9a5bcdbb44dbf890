"""What an acquirer pays out: Opayo's batches, the acquirers' own statements, what is expected, and what it costs."""
