"""Bank statements: read in any format, told apart line by line, imported whole or not at all."""
