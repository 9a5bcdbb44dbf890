"""How every form of the pages is drawn, whichever app it belongs to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer, DjangoTemplates
from django.template import loader


class PageRenderer(BaseRenderer):
    """Fields by our own templates, widgets by Django's."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name.startswith("components/"):
            return loader.get_template(template_name)
        return DjangoTemplates().get_template(template_name)


class PageForm(forms.Form):
    """A form in the look of the pages."""

    default_renderer = PageRenderer
