"""The evidence pack of a dispute: what we hold of a sale, as one PDF for the acquirer."""
