"""XML from outside, without document types or entities."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring


def parse_xml(text: str) -> Element:
    """The root element; `ValueError` when it is not well-formed or brings a document type along."""
    try:
        return fromstring(text, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(str(error)) from error
