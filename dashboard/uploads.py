"""Files that people send: a limit on their size that holds while they come in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_protect

View = Callable[..., HttpResponseBase]


class LimitedUpload(FileUploadHandler):
    """Takes no more of a file than so many bytes: what comes after is read off the line and kept nowhere."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self._most = most
        self._seen = 0
        self.is_too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass a piece on, or stop. Raises StopUpload."""
        self._seen += len(raw_data)
        if self._seen > self._most:
            self.is_too_large = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Others keep the file."""
        return None


def limited_to(most: int) -> Callable[[View], View]:
    """A view whose uploads hold `most` bytes at the most; must stand outside of what reads the form.

    The token of the form is checked inside, once the limit is set: reading the token reads the form.
    """

    def decorate(view: View) -> View:
        protected = csrf_protect(view)

        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.upload_handlers.insert(0, LimitedUpload(request, most))
            return protected(request, *args, **kwargs)

        limited.csrf_exempt = True  # type: ignore[attr-defined]  # read by the middleware; the view inside is protected
        return limited

    return decorate


def was_too_large(request: HttpRequest) -> bool:
    """Whether a file of the request was cut off at the limit."""
    return any(
        isinstance(handler, LimitedUpload) and handler.is_too_large for handler in request.upload_handlers
    )
