"""What the pages show, read in as few queries as it takes."""
