"""`manage.py sync_schedules`: make the schedules as the code says."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from sync.services.schedules import sync_schedules


class Command(BaseCommand):
    help = "Create or correct the schedules for polling, sweeping, the sweeper and housekeeping."

    def handle(self, *args: Any, **options: Any) -> None:
        sync_schedules()
        self.stdout.write("Schedules are as they should be.")
