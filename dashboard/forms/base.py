"""The forms of the dashboard, in the look of the pages."""

from __future__ import annotations

from django import forms

from integrations.forms import PageForm, PageRenderer

__all__ = ["PageForm", "PageModelForm", "PageRenderer"]


class PageModelForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's forms are not generic at run time
    """A form over a model in the look of the pages."""

    default_renderer = PageRenderer
