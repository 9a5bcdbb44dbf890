"""The auditor: compares what Opayo and the shop know with what stands in Xero's books.

It reads only the sandbox's truth (`GET /control/truth`), shares no code with the product, and asks no
database: whatever the product believes of itself is not evidence.
"""

from __future__ import annotations

from sandbox.auditor.report import audit

__all__ = ["audit"]
