"""Who works on what, and what waits to be worked on: rows, so that no process is special."""

from __future__ import annotations

from django.db import models


class Lease(models.Model):
    """The right to do one job, such as dispatching to one Xero organisation, until a time.

    Taken and renewed by a guarded UPDATE; a killed holder's lease simply runs out.
    """

    name = models.CharField(max_length=80, primary_key=True)
    holder = models.CharField(max_length=80, blank=True, default="")
    until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Wake(models.Model):
    """A task already queued for this job and not yet begun: do not queue it twice."""

    name = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
