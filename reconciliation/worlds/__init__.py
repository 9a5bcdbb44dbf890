"""Made-up worlds of expected and observed money with the truth about them: to train, to judge and to try matching."""
