"""Which settlements are which bank lines: found by the matching core, decided by it or by people, and reversible."""
