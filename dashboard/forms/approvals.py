"""Refusing what flows and rules hold."""

from __future__ import annotations

from django import forms

from dashboard.forms.base import PageForm


class RefuseForm(PageForm):
    """Why a record is not to be booked."""

    reason = forms.CharField(
        label="Why is it not to be booked?",
        max_length=500,
        error_messages={"required": "Say why: it is kept in the audit log."},
    )
