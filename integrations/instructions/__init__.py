"""What Opayo is asked to do with a payment: written down first, sent once, looked up when no answer came."""
