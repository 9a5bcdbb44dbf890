"""The pack of a month on paper and as a workbook, with the hash of what was signed."""
