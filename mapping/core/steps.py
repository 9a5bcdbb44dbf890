"""Transforms compiled for one use: parameters checked and converted once, references to paths read each time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from mapping.core.document import TransformUse
from mapping.core.paths import Path, PathError, parse_path
from mapping.core.problems import TransformError
from mapping.core.readers import Reader, Scope, reader
from mapping.core.transforms import REGISTRY, Parameter, Transform, sentence
from mapping.core.values import as_decimal, as_text


class ParameterError(ValueError):
    """A transform that is unknown, or a parameter that is missing, unknown or of the wrong type."""


@dataclass(frozen=True, slots=True)
class CompiledStep:
    """One transform ready to run: `apply(value, scope)`."""

    name: str
    sentence: str
    apply: Callable[[Any, Scope], Any]
    takes_many: bool
    accepts_missing: bool
    references: tuple[Path, ...]


def reference(value: Any) -> str | None:
    """The path of a parameter written `{"from": path}`; None for a literal."""
    if isinstance(value, Mapping) and set(value) == {"from"} and isinstance(value["from"], str):
        return str(value["from"])
    return None


def compile_step(use: TransformUse, each: Path | None = None) -> CompiledStep:
    """Compile one use of a transform. Raises ParameterError, worded for the person who made the mapping."""
    spec = REGISTRY.get(use.name)
    if spec is None:
        raise ParameterError(f"There is no transform “{use.name}”.")
    _refuse_unknown(spec, use)
    paths = {name: _path(value) for name, value in use.parameters.items() if reference(value) is not None}
    fixed = {name: value for name, value in use.parameters.items() if name not in paths}
    static = _static(spec, fixed, paths)
    return CompiledStep(
        spec.name,
        sentence(spec, use.parameters),
        _applier(spec, static, {name: reader(path, each) for name, path in paths.items()}, paths),
        spec.takes_many,
        spec.accepts_missing,
        tuple(paths.values()),
    )


def _refuse_unknown(spec: Transform, use: TransformUse) -> None:
    for name in use.parameters:
        if spec.parameter(name) is None:
            raise ParameterError(f"“{spec.title}” has no setting “{name}”.")


def _path(value: Any) -> Path:
    try:
        return parse_path(value["from"])
    except PathError as error:
        raise ParameterError(str(error)) from None


def _static(spec: Transform, fixed: Mapping[str, Any], paths: Mapping[str, Path]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for parameter in spec.parameters:
        if parameter.name in fixed:
            values[parameter.name] = convert_parameter(spec, parameter, fixed[parameter.name])
        elif parameter.name not in paths:
            if parameter.is_required:
                raise ParameterError(f"“{spec.title}” needs “{parameter.label}”.")
            values[parameter.name] = parameter.default
    if spec.prepare is not None and not paths:
        _prepare(spec, values)
    return values


def _prepare(spec: Transform, values: dict[str, Any]) -> None:
    if spec.prepare is None:
        return
    try:
        spec.prepare(values)
    except ValueError as error:
        raise ParameterError(f"“{spec.title}”: {error}") from None


def convert_parameter(spec: Transform, parameter: Parameter, value: Any) -> Any:
    """A literal parameter as its declared type. Raises ParameterError."""
    if value is None and not parameter.is_required:
        return parameter.default
    try:
        converted = _CONVERSIONS[parameter.type](parameter, value)
    except (TransformError, TypeError, ValueError):
        raise ParameterError(f"“{spec.title}”: “{parameter.label}” cannot be “{value}”.") from None
    _check(spec, parameter, converted)
    return converted


def _check(spec: Transform, parameter: Parameter, value: Any) -> None:
    if parameter.check is None or value == parameter.default:
        return
    try:
        parameter.check(value)
    except ValueError as error:
        raise ParameterError(f"“{spec.title}”, “{parameter.label}”: {error}") from None


def _integer(_parameter: Parameter, value: Any) -> int:
    number = as_decimal(value)
    if number != number.to_integral_value():
        raise ValueError
    return int(number)


def _flag(_parameter: Parameter, value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _choice(parameter: Parameter, value: Any) -> str:
    if value not in parameter.choices:
        raise ValueError
    return str(value)


def _table(_parameter: Parameter, value: Any) -> Mapping[str, Any]:
    # Asking for the exact type first is many times faster than asking an abstract class.
    if type(value) is dict or isinstance(value, Mapping):
        return value
    raise TypeError


def _list(_parameter: Parameter, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError
    return list(value)


def _decimal(_parameter: Parameter, value: Any) -> Decimal:
    return as_decimal(value)


def _text(_parameter: Parameter, value: Any) -> str:
    return as_text(value)


def _any(_parameter: Parameter, value: Any) -> Any:
    return value


_CONVERSIONS: dict[str, Callable[[Parameter, Any], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "flag": _flag,
    "choice": _choice,
    "table": _table,
    "list": _list,
    "any": _any,
}


def _applier(
    spec: Transform, static: dict[str, Any], readers: Mapping[str, Reader], paths: Mapping[str, Path]
) -> Callable[[Any, Scope], Any]:
    function = spec.function
    if not readers:
        call = partial(function, **static) if static else function
        return lambda value, _scope: call(value)
    current = _current_values(spec, static, readers, paths)
    if not all(_is_settled(path) for path in paths.values()):
        return lambda value, scope: function(value, **current(scope))

    def apply(value: Any, scope: Scope) -> Any:
        values = scope.settled.get(key)
        if values is None:
            values = scope.settled[key] = current(scope)
        return function(value, **values)

    key = id(apply)
    return apply


def _is_settled(path: Path) -> bool:
    """Whether a path reads the same on every line: the context, and what of the record repeats nothing."""
    return path.namespace == "context" or (not path.namespace and path.collection() is None)


def _current_values(
    spec: Transform, static: dict[str, Any], readers: Mapping[str, Reader], paths: Mapping[str, Path]
) -> Callable[[Scope], dict[str, Any]]:
    dynamic = tuple((_required_parameter(spec, name), read, paths[name]) for name, read in readers.items())

    def current(scope: Scope) -> dict[str, Any]:
        values = dict(static)
        for parameter, read, path in dynamic:
            values[parameter.name] = _current(spec, parameter, read(scope), path)
        if spec.prepare is not None:
            _prepare(spec, values)
        return values

    return current


def _required_parameter(spec: Transform, name: str) -> Parameter:
    parameter = spec.parameter(name)
    if parameter is None:
        raise ParameterError(f"“{spec.title}” has no setting “{name}”.")
    return parameter


def _current(spec: Transform, parameter: Parameter, value: Any, path: Path) -> Any:
    if value is None or value == "" or value == {}:
        if not parameter.is_required:
            return parameter.default
        if parameter.may_be_absent:
            return {}
        if path.namespace == "context":
            raise TransformError(
                f"The pair's setting “{path.leaf}” is missing ({parameter.label}).", "settings"
            )
        raise TransformError(f"“{path}” is missing ({parameter.label}).")
    try:
        return _CONVERSIONS[parameter.type](parameter, value)
    except (TransformError, TypeError, ValueError):
        raise TransformError(
            f"“{path}” is “{value}”, which cannot be used as {parameter.label.lower()}."
        ) from None
