"""Roll-backs: planned with Xero's word, asked for and approved by people, run from rows, and proved (docs/rollback.md)."""
