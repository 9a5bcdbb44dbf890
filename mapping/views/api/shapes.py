"""The studio's values as JSON: schemas, transforms, findings, evaluations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mapping.core.checking import Finding
from mapping.core.evaluate import Evaluation, TraceEntry
from mapping.core.paths import Path, Step
from mapping.core.transforms import REGISTRY, Parameter, Transform
from mapping.models import Sample
from mapping.services.preview import Preview
from mapping.services.stored_samples import StoredSample
from mapping.views.api.endpoint import Json, problem_json


def finding_json(finding: Finding) -> Json:
    """One finding of a blueprint."""
    return problem_json(finding.problem, finding.item, finding.id)


def transforms_json() -> list[Json]:
    """Every transform there is, with what its form needs."""
    return [_transform(spec) for spec in REGISTRY.values()]


def _transform(spec: Transform) -> Json:
    example = spec.example
    return {
        "name": spec.name,
        "title": spec.title,
        "sentence": spec.sentence,
        "takes": spec.takes,
        "gives": spec.gives,
        "takes_many": spec.takes_many,
        "accepts_missing": spec.accepts_missing,
        "parameters": [_parameter(parameter) for parameter in spec.parameters],
        "example": {
            "before": example.before,
            "after": example.after,
            "parameters": dict(example.parameters),
        },
    }


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "title": parameter.label,
        "type": parameter.type,
        "required": parameter.is_required,
        "default": None if parameter.is_required else parameter.default,
        "choices": list(parameter.choices),
    }


def stored_sample_json(sample: StoredSample) -> Json:
    """A stored record to choose."""
    return {
        "id": sample.id,
        "title": sample.title,
        "kind": sample.kind,
        "description": sample.description,
    }


def pasted_sample_json(sample: Sample) -> Json:
    """A pasted sample to choose."""
    return {
        "id": f"pasted:{sample.pk}",
        "title": sample.title,
        "kind": "pasted",
        "description": f"Pasted {sample.at.day} {sample.at:%b %Y}",
    }


def preview_json(preview: Preview) -> Json:
    """What became of a sample: values, the trace by row, the document, where each field is from, problems, the total."""
    evaluation = preview.evaluation
    context = {f"context:{path}": value for path, value in _leaves(preview.subject.context)}
    return {
        "source": preview.subject.source,
        "context": preview.subject.context,
        "values": {**dict(_leaves(preview.subject.source)), **context},
        "rows": _rows(evaluation.trace),
        "document": evaluation.document,
        "provenance": _provenance(evaluation),
        "problems": [problem_json(problem) for problem in evaluation.problems],
        "total": _total(preview),
    }


def _total(preview: Preview) -> Json | None:
    if preview.document_total is None or preview.subject.paid is None:
        return None
    return {
        "document": preview.document_total,
        "paid": preview.subject.paid.to_decimal(),
        "currency": preview.subject.paid.currency,
        "agrees": preview.agrees,
    }


def _rows(trace: Iterable[TraceEntry]) -> dict[str, list[Json]]:
    rows: dict[str, list[Json]] = {}
    for entry in trace:
        rows.setdefault(entry.row, []).append(_entry(entry))
    return rows


def _entry(entry: TraceEntry) -> Json:
    return {
        "target": entry.target,
        "sources": [[path, value] for path, value in entry.sources],
        "steps": [
            {
                "transform": step.transform,
                "sentence": step.sentence,
                "before": step.before,
                "after": step.after,
                "remark": step.remark,
            }
            for step in entry.steps
        ],
        "value": entry.value,
        "error": entry.error or None,
    }


def _provenance(evaluation: Evaluation) -> dict[str, str]:
    """Concrete target path → id of the row that filled it; working values are no part of the document."""
    return {
        entry.target: entry.row
        for entry in evaluation.trace
        if entry.value is not None and not entry.target.startswith("work:")
    }


def _leaves(value: Any, steps: tuple[Step, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every value that is neither object nor list, with its concrete path."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name:
                yield from _leaves(item, (*steps, Step(str(name))))
    elif isinstance(value, list | tuple):
        if steps and steps[-1].index is None:
            for position, item in enumerate(value):
                yield from _leaves(item, (*steps[:-1], Step(steps[-1].name, position)))
    elif steps:
        yield str(Path(steps)), value
