"""Lines from CSV files and worlds into CSV files."""
