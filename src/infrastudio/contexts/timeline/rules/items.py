"""From an event to an item on a lane: its lane, its title, the name of what it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.clock import format_time
from infrastudio.kernel.diff import State
from infrastudio.stores import ledger
from infrastudio.stores.ledger import Entry

OTHER_LANE: Final = "other"

_ENTITIES_BY_LANE: Final[Mapping[str, tuple[str, ...]]] = {
    "access": ("grant", "member", "project", "role", "session", "team", "token", "user"),
    "alerts": ("alert", "alert_rule", "rule", "silence"),
    "checkpoints": ("artifact",),
    "configs": ("config", "config_version", "template"),
    "data": (
        "dataset",
        "dataset_version",
        "evaluation_dataset",
        "evaluation_record",
        "feature",
        "pipeline",
        "pipeline_run",
    ),
    "deploys": ("ab_test", "deployment", "endpoint", "replica", "rollout"),
    "incidents": ("incident", "message", "suspect", "task", "ticket"),
    "instances": ("instance",),
    "notes": ("note",),
    "registry": ("approval", "listing", "logged_model", "model", "model_version", "registered_model", "version"),
    "runs": ("experiment", "run"),
    "training": ("attempt", "job", "study", "trial"),
}

_LANE_OF_ENTITY: Final = {entity: lane for lane, entities in _ENTITIES_BY_LANE.items() for entity in entities}

_LANE_OF_VERB: Final[Mapping[str, str]] = {
    "checkpointed": "checkpoints",
    "committed": "commits",
    "note_added": "notes",
    "outputs_logged": "checkpoints",
}
"""Facts that have a lane of their own, whatever entity they happen to."""

LANES: Final = (*sorted({*_ENTITIES_BY_LANE, *_LANE_OF_VERB.values()}), OTHER_LANE)

NAME_FIELDS: Final = ("name", "title", "slug", "path")
"""Where the name of an entity stands in its state, the first that is there."""

UNTOLD: Final = frozenset({"created_at", "id", "project", "revised_at", "updated_at"})
"""Fields whose change goes without saying in a title."""

TOLD_FIRST: Final = ("state", "stage", "status")
"""What people look for in a title before anything else."""

MAX_TOLD: Final = 3
MAX_VALUE: Final = 40


def lane_of(kind: str) -> str:
    """Return the lane that events of a kind are drawn on."""
    entity, _, verb = kind.partition(".")
    return _LANE_OF_VERB.get(verb) or _LANE_OF_ENTITY.get(entity, OTHER_LANE)


def name_of(state: Mapping[str, Any] | None) -> str | None:
    """Return what people call the entity that has this state; None when it has no name."""
    for field in NAME_FIELDS:
        name = (state or {}).get(field)
        if isinstance(name, str) and name:
            return name
    number = (state or {}).get("number")
    return f"version {number}" if isinstance(number, int) else None


def standing_of(state: Mapping[str, Any] | None) -> str | None:
    """Return the word for how an entity stands: its status, state or stage; None when it has none."""
    return next((word for field in TOLD_FIRST if isinstance(word := (state or {}).get(field), str)), None)


def name_in(entry: Entry) -> str | None:
    """Return the name of the entity that an event tells of, also where the event deletes it."""
    if entry.after is not None:
        return name_of(entry.after)
    return name_of({field: change.old for field, change in (entry.changes or {}).items()})


def title_of(entry: Entry) -> str:
    """Return one line that says what happened: `Instance chat updated: replicas 1 → 2`."""
    entity, _, verb = entry.kind.partition(".")
    kind, name = _words(entity), name_in(entry) or entry.entity_id[:8]
    if name.startswith("version "):  # "Model version 3", not "Model version version 3"
        kind = kind.removesuffix(" version")
    title = f"{kind.capitalize()} {name} {_words(verb)}"
    if entry.version == 1 or entry.after is None:
        return title
    changes = sorted((entry.changes or {}).items(), key=lambda item: item[0] not in TOLD_FIRST)
    told = [f"{f} {_value(change.old)} → {_value(change.new)}" for f, change in changes if f not in UNTOLD]
    more = [f"{len(told) - MAX_TOLD} more"] if len(told) > MAX_TOLD else []
    return f"{title}: {', '.join(told[:MAX_TOLD] + more)}" if told else title


def describe(entry: Entry) -> dict[str, Any]:
    """Return an event as an item of a timeline, as JSON values: what live streams send."""
    return {
        "id": entry.id,
        "kind": entry.kind,
        "lane": lane_of(entry.kind),
        "time": format_time(entry.occurred_at),
        "end_time": None,
        "title": title_of(entry),
        "entity": entry.entity,
        "entity_id": entry.entity_id,
    }


def public_state(state: State) -> State:
    """Return a recorded state without what was derived for lists: folded text and sortable times."""
    return {
        name: value
        for name, value in state.items()
        if name != ledger.SEARCH_FOLDED
        and not any(name.endswith(end) and name.removesuffix(end) in state for end in ("_folded", "_us"))
    }


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else canonical_json(value)
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"
