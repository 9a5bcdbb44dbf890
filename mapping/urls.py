"""Every address of the mapping pages; the first word of a name is the page's place in the navigation."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mapping.views import (
    drafting,
    dry_run,
    dry_run_records,
    flow_edits,
    flow_trying,
    flows,
    overview,
    rules,
    studio,
    tables,
    version_actions,
    version_files,
    versions,
)
from mapping.views.api import conditions as api_conditions
from mapping.views.api import editing as api_editing
from mapping.views.api import rules as api_rules
from mapping.views.api import samples as api_samples
from mapping.views.api import suggestions as api_suggestions

_api = [
    path("state/", api_editing.state, name="mapping-api-state"),
    path("changes/", api_editing.changes, name="mapping-api-changes"),
    path("undo/", api_editing.undo, name="mapping-api-undo"),
    path("redo/", api_editing.redo, name="mapping-api-redo"),
    path("samples/", api_samples.samples, name="mapping-api-samples"),
    path("evaluate/", api_samples.evaluate, name="mapping-api-evaluate"),
    path("suggestions/", api_suggestions.suggestions, name="mapping-api-suggestions"),
    path("suggestions/feedback/", api_suggestions.feedback, name="mapping-api-suggestions-feedback"),
    path("conditions/", api_conditions.conditions, name="mapping-api-conditions"),
    path("rules/try/", api_rules.try_rules, name="mapping-api-rules-try"),
    path("tables/<slug:table>/paste/", api_rules.paste, name="mapping-api-tables-paste"),
]

_versions = [
    path("", versions.versions, name="mapping-versions"),
    path("start/", overview.start, name="mapping-start"),
    path("import/", version_files.import_file, name="mapping-import"),
    path("compare/", versions.compare_chosen, name="mapping-compare-chosen"),
]

_version = [
    path("", versions.version, name="mapping-version"),
    path("compare/<int:other>/", versions.compare, name="mapping-compare"),
    path("submit/", version_actions.submit, name="mapping-submit"),
    path("send-back/", version_actions.send_back, name="mapping-send-back"),
    path("comment/", version_actions.comment, name="mapping-comment"),
    path("publish/", version_actions.publish, name="mapping-publish"),
    path("revert/", version_actions.revert, name="mapping-revert"),
    path("rename/", version_actions.rename, name="mapping-rename"),
    path("discard/", version_actions.discard, name="mapping-discard"),
    path("export/", version_files.export, name="mapping-export"),
    path("copy/", version_files.copy, name="mapping-copy"),
    path("undo/", drafting.undo, name="mapping-undo"),
    path("redo/", drafting.redo, name="mapping-redo"),
    path("flows/", flows.flows, name="mapping-flows"),
    path("add-flow/", flow_edits.add, name="mapping-flow-add"),
    path("studio/<slug:mapping>/", studio.studio, name="mapping-studio"),
    path("rules/", rules.rules, name="mapping-rules"),
    path("tables/", tables.tables, name="mapping-tables"),
]

_dry_run = [
    path("", dry_run.dry_run, name="mapping-dry-run"),
    path("start/", dry_run.start, name="mapping-dry-run-start"),
    path("counts/", dry_run.counts, name="mapping-dry-run-counts"),
    path("<int:run_id>/", dry_run.result, name="mapping-dry-run-result"),
    path("<int:run_id>/live/", dry_run.live, name="mapping-dry-run-live"),
    path("<int:run_id>/stop/", dry_run.stop, name="mapping-dry-run-stop"),
    path("<int:run_id>/records/", dry_run_records.records, name="mapping-dry-run-records"),
    path("<int:run_id>/records/export.csv", dry_run_records.export, name="mapping-dry-run-export"),
    path("<int:run_id>/records/<int:difference_id>/", dry_run_records.record, name="mapping-dry-run-record"),
]

_flow = [
    path("", flows.flow, name="mapping-flow"),
    path("change/", flow_edits.change, name="mapping-flow-change"),
    path("mode/", flow_edits.mode, name="mapping-flow-mode"),
    path("move/", flow_edits.move, name="mapping-flow-move"),
    path("copy/", flow_edits.copy, name="mapping-flow-copy"),
    path("remove/", flow_edits.remove, name="mapping-flow-remove"),
    path("try/", flow_trying.trial, name="mapping-flow-try"),
    path("steps/", flow_edits.add_step, name="mapping-step-add"),
    path("steps/<slug:step_id>/", flow_edits.change_step, name="mapping-step"),
    path("steps/<slug:step_id>/move/", flow_edits.move_step, name="mapping-step-move"),
    path("steps/<slug:step_id>/copy/", flow_edits.copy_step, name="mapping-step-copy"),
    path("steps/<slug:step_id>/remove/", flow_edits.remove_step, name="mapping-step-remove"),
]

_mapping: list[URLPattern | URLResolver] = [
    path("", overview.mapping, name="mapping"),
    path("versions/", include(_versions)),
    path("versions/<int:number>/", include(_version)),
    path("versions/<int:number>/api/", include(_api)),
    path("versions/<int:number>/flows/<slug:flow_id>/", include(_flow)),
    path("versions/<int:number>/dry-run/", include(_dry_run)),
]

urlpatterns = [path("<pair:pair_slug>/mapping/", include(_mapping))]
