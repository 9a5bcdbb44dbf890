"""The demonstration: the whole product as real processes, with the outside world simulated by the sandbox."""
