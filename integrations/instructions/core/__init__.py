"""Rules of what may be asked, and how an instruction moves on. No database, no clock, no network."""
