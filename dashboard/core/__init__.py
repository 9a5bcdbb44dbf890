"""Rules of the pages that need neither a database nor a request."""
