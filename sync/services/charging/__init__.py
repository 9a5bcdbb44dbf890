"""Charging saved cards for invoices that are due: look first, then write down, a second person agreeing where it is much.

Nothing is sent from here. What is due is asked of Xero just before anything is written down, for somebody may have booked a
payment there by hand; and of our own records once more under the pair's lock, so that two people, or one in two windows,
never charge an invoice twice or a customer above the day's limit.
"""

from sync.services.charging.deciding import agree, charge, withdraw
from sync.services.charging.planning import MOST_AT_ONCE, Choice, Plan, PlannedCharge, plan

__all__ = ["MOST_AT_ONCE", "Choice", "Plan", "PlannedCharge", "agree", "charge", "plan", "withdraw"]
