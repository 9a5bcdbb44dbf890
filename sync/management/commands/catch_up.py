"""`manage.py catch_up`: do now what the schedules do by and by."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from integrations.models import Connection
from sync import tasks


class Command(BaseCommand):
    help = "Sweep Opayo, poll Xero and wake whatever is due, now: after an outage, say."

    def handle(self, *args: Any, **options: Any) -> None:
        fetch = {Connection.System.OPAYO: tasks.sweep, Connection.System.XERO: tasks.poll}
        for connection in Connection.objects.filter(status=Connection.Status.LIVE, system__in=fetch):
            fetch[Connection.System(connection.system)](connection.pk)
        tasks.tick()
        self.stdout.write("Asked Opayo and Xero for news, and woke what was due.")
