"""What every JSON address shares: who may, how large a body may be, and how an error is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from integrations.members.access import MemberRequest, PairView, pair_required
from integrations.models import Pair, Role
from mapping.core.json_text import JsonTextError, read_json
from mapping.core.problems import MappingInvalidError, Problem
from mapping.models import MappingVersion
from mapping.services.editing import NotADraftError, NothingLeftError, StaleDraftError
from mapping.services.samples import SampleError, SampleTooLargeError

LARGEST_BODY: Final = 6 * 1024 * 1024
"""Bytes of a request, unless an address says otherwise."""

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal: the HTTP status, a sentence for people, and the single faults where there are several."""

    def __init__(self, status: int, message: str, problems: Iterable[Json] = (), **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"message": message, "problems": list(problems)}, **more}


@dataclass(frozen=True, slots=True)
class Asked:
    """The JSON object a request came with."""

    data: Mapping[str, Any]

    def text(self, name: str, default: str | None = None) -> str:
        """The text under `name`. Raises ApiError 400."""
        value = self.data.get(name, default)
        if isinstance(value, str):
            return value
        raise ApiError(400, f"“{name}” should be text.")

    def number(self, name: str) -> int:
        """The whole number under `name`. Raises ApiError 400."""
        value = self.data.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise ApiError(400, f"“{name}” should be a whole number.")

    def list(self, name: str) -> list[Any]:
        """The list under `name`. Raises ApiError 400."""
        value = self.data.get(name)
        if isinstance(value, list):
            return value
        raise ApiError(400, f"“{name}” should be a list.")

    def object(self, name: str) -> Mapping[str, Any]:
        """The object under `name`; missing is empty. Raises ApiError 400."""
        value = self.data.get(name) or {}
        if isinstance(value, dict):
            return value
        raise ApiError(400, f"“{name}” should be an object.")


def api(
    *methods: str, role: Role = Role.VIEWER
) -> Callable[[PairView[...]], Callable[..., HttpResponseBase]]:
    """A JSON address inside a pair, for members with at least `role`; everything that goes wrong is told as JSON."""

    def decorate(view: PairView[...]) -> Callable[..., HttpResponseBase]:
        guarded = pair_required(role)(view)

        @wraps(guarded)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _refusal(
                    ApiError(403, "You are signed out: log in again in another tab, then go on here.")
                )
            if request.method not in methods:
                response = _refusal(ApiError(405, f"This address takes {' or '.join(methods)}."))
                response["Allow"] = ", ".join(methods)
                return response
            try:
                return guarded(request, *args, **kwargs)
            except _REFUSALS as error:
                return _refusal(_told(error))

        return answered

    return decorate


def asked(request: HttpRequest, largest: int = LARGEST_BODY) -> Asked:
    """The JSON object of a request. Raises ApiError 400 or 413."""
    if request.content_type != "application/json":
        raise ApiError(400, "The request should be JSON (Content-Type: application/json).")
    body = request.read(largest + 1)
    if len(body) > largest:
        raise ApiError(413, f"That is too large: {largest // 1024 // 1024} MB are the most.")
    try:
        value = read_json(body)
    except JsonTextError as error:
        raise ApiError(400, f"The request cannot be read. {error}") from None
    if not isinstance(value, dict):
        raise ApiError(400, "The request should be a JSON object.")
    return Asked(value)


def version_of(pair: Pair, number: int) -> MappingVersion:
    """The pair's version of that number. Raises Http404."""
    people = ("created_by", "changed_by")
    version = MappingVersion.objects.select_related(*people).filter(pair=pair, number=number).first()
    if version is None:
        raise Http404(f"There is no version {number}.")
    return version


def needs(request: MemberRequest, role: Role) -> None:
    """Refuse members below `role` (403)."""
    if not request.access.may(role):
        raise PermissionDenied(f"This takes the role of {role.label.lower()}.")


def answer(value: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """A JSON answer; amounts travel as decimal text, dates as ISO 8601."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text, content_type="application/json", status=status)


def problem_json(problem: Problem, item: str = "", item_id: str = "") -> Json:
    """One problem; `item` and `id` say which mapping, rule, flow or table it belongs to."""
    return {
        "message": problem.message,
        "row": problem.row,
        "target": problem.target,
        "severity": problem.severity,
        "cause": problem.cause,
        "item": item,
        "id": item_id,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


_REFUSALS: Final = (
    ApiError,
    PermissionDenied,
    Http404,
    StaleDraftError,
    NotADraftError,
    NothingLeftError,
    MappingInvalidError,
    SampleTooLargeError,
    JsonTextError,
    SampleError,
)


def _told(error: Exception) -> ApiError:
    if isinstance(error, ApiError):
        return error
    if isinstance(error, StaleDraftError):
        return ApiError(409, str(error), revision=error.revision, by=error.by, at=error.at, label=error.label)
    if isinstance(error, MappingInvalidError):
        return ApiError(422, error.problems[0].message, [problem_json(problem) for problem in error.problems])
    if isinstance(error, JsonTextError):
        return ApiError(422, str(error), [_placed(error)])
    statuses = {
        PermissionDenied: 403,
        Http404: 404,
        NothingLeftError: 409,
        NotADraftError: 409,
        SampleTooLargeError: 413,
    }
    return ApiError(statuses.get(type(error), 422), str(error) or "That was not found.")


def _placed(error: JsonTextError) -> Json:
    return {**problem_json(Problem(str(error), cause="record")), "line": error.line, "column": error.column}


def _refusal(error: ApiError) -> HttpResponse:
    return answer(error.body, error.status)
