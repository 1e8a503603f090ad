"""From the older, wider table of instances to ours: its columns, its words, what is cut and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.kernel.filters.errors import closest
from infrastudio.kernel.tables import TableRow

Word = TypeVar("Word", bound=str)

MAX_DESCRIPTION: Final = 2000
MAX_NAME: Final = 255


def _meaning(words: Mapping[Word, str]) -> dict[str, Word]:
    """Return what each word means, from all words of each meaning."""
    return {word: ours for ours, texts in words.items() for word in texts.split()}


STATUS_WORDS: Final = _meaning(
    {
        "active": "active running run up online healthy ready ok enabled live deployed serving started available",
        "inactive": "inactive stopped stopping stop down offline disabled paused suspended idle terminated retired "
        "archived deleted decommissioned maintenance draining drained",
        "pending": "pending starting creating created new queued scheduled provisioning deploying initializing init "
        "waiting updating restarting scaling",
        "error": "error err failed failing failure crashed unhealthy degraded oom broken timeout",
    }
)
"""What the words for a status mean, in any case, with blanks and dashes taken for underscores."""

PRIORITY_WORDS: Final = _meaning(
    {
        "low": "low lowest minor trivial background batch p3 p4 p5 4 5",
        "medium": "medium med normal default moderate standard p2 3",
        "high": "high higher important major elevated p1 2",
        "critical": "critical highest urgent blocker emergency severe p0 0 1",
    }
)

WORDS: Final[Mapping[str, Mapping[str, str]]] = {"status": STATUS_WORDS, "priority": PRIORITY_WORDS}

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("instance_id",),
    "name": ("instance_name",),
    "model_name": ("model",),
    "model_version": ("version", "model_tag"),
    "cluster_name": ("cluster",),
    "image_tag": ("image", "docker_image", "container_image"),
    "replicas": ("replica_count", "num_replicas"),
    "pp": ("pipeline_parallel", "pipeline_parallel_size", "pp_size"),
    "cp": ("context_parallel", "context_parallel_size", "cp_size"),
    "tp": ("tensor_parallel", "tensor_parallel_size", "tp_size"),
    "status": ("state",),
    "priority": ("priority_level",),
    "description": ("notes", "comment"),
    "created_at": ("created", "create_time", "date_created"),
    "updated_at": ("updated", "update_time", "modified_at", "last_modified"),
}
"""Our columns, and what older tables call them where they have none of our name."""


@dataclass(frozen=True)
class TranslationRules:
    """How columns and words are translated beside the tables above.

    Attributes:
        words: By field and folded word.
        columns: Our column to the source's.
    """

    words: Mapping[tuple[str, str], str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Translation:
    """What became of a table: the rows in our words, and all that a person should know of it.

    Attributes:
        columns: Our column to the source's that it is read from.
        unknown_columns: Those of the source that are left out.
        words: How often a word of the source became one of ours, by `field: word → ours`.
        defaulted: How often a null became the default, by field.
        cut: Names and lengths of descriptions that were cut.
        renamed: The names that were made unique: old, new.
    """

    rows: list[TableRow] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)
    defaulted: Counter[str] = field(default_factory=Counter)
    cut: list[tuple[str, int]] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)


def parse_words(texts: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return what `status.running=active` and the like say.

    Raises:
        ValidationFailed: One of them says nothing, or names a word that we do not have.
    """
    found: dict[tuple[str, str], str] = {}
    for text in texts:
        left, is_given, ours = text.partition("=")
        name, _, word = left.partition(".")
        if not is_given or name not in WORDS or not word:
            raise ValidationFailed.of("--map", f"{text!r} is not understood", "--map status.running=active")
        known = sorted(set(WORDS[name].values()))
        if ours not in known:
            raise ValidationFailed.of("--map", f"{ours!r} is not a {name}; known are {', '.join(known)}",
                                      closest(ours, known))  # fmt: skip
        found[name, fold_word(word)] = ours
    return found


def parse_columns(texts: Iterable[str]) -> dict[str, str]:
    """Return what `cluster_name=datacenter` and the like say.

    Raises:
        ValidationFailed: One of them names no column of ours.
    """
    found: dict[str, str] = {}
    for text in texts:
        ours, is_given, theirs = text.partition("=")
        if not is_given or ours not in SYNONYMS or not theirs:
            message = f"{text!r} is not understood; our columns are {', '.join(SYNONYMS)}"
            raise ValidationFailed.of("--column", message, "--column cluster_name=datacenter")
        found[ours] = theirs
    return found


def translate(
    rows: Iterable[Mapping[str, Any]], rules: TranslationRules | None = None, *, rename_duplicates: bool = False
) -> Translation:
    """Return the rows of an older table in our words, in the order of their ids.

    Words that nobody knows stay as they are, so that the check of the row names them.

    Raises:
        ValidationFailed: A column that the rules name is not there.
    """
    rules = rules or TranslationRules()
    done = Translation()
    sources = list(rows)
    if sources:
        done.columns, done.unknown_columns = _columns(sources[0], rules)
    told = [_row(source, rules, done) for source in sources]
    ordered = sorted(enumerate(told, start=1), key=lambda pair: (_number(pair[1].get("id")), pair[0]))
    if rename_duplicates:
        _make_unique([values for _, values in ordered], done)
    done.rows = [TableRow(number, values) for number, values in ordered]
    return done


def fold_word(word: object) -> str:
    """Return a word as the tables of words have it."""
    return str(word).strip().casefold().replace(" ", "_").replace("-", "_")


def _columns(first: Mapping[str, Any], rules: TranslationRules) -> tuple[dict[str, str], list[str]]:
    folded = {name.casefold(): name for name in first}
    found: dict[str, str] = {}
    for ours, synonyms in SYNONYMS.items():
        asked = rules.columns.get(ours)
        if asked is not None and asked.casefold() not in folded:
            raise ValidationFailed.of("--column", f"the source has no column {asked!r}", closest(asked, first))
        name = next((each for each in ([asked] if asked else [ours, *synonyms]) if each.casefold() in folded), None)
        if name is not None:
            found[ours] = folded[name.casefold()]
    return found, sorted(name for name in first if name not in found.values())


def _row(source: Mapping[str, Any], rules: TranslationRules, done: Translation) -> dict[str, Any]:
    values = {ours: _plain(source.get(theirs)) for ours, theirs in done.columns.items()}
    for name, words in WORDS.items():
        if values.get(name) is None:
            continue
        word = fold_word(values[name])
        ours = rules.words.get((name, word)) or words.get(word)
        if ours is not None and ours != values[name]:
            done.words[f"{name}: {str(values[name])[:60]} → {ours}"] += 1
            values[name] = ours
    description = values.get("description")
    if isinstance(description, str) and len(description) > MAX_DESCRIPTION:
        done.cut.append((str(values.get("name"))[:MAX_NAME], len(description)))
        values["description"] = description[:MAX_DESCRIPTION]
    done.defaulted.update(name for name in done.columns if values[name] is None and name not in _MAY_BE_NULL)
    return {name: value for name, value in values.items() if value is not None}


_MAY_BE_NULL: Final = frozenset({"id", "name", "model_name", "cluster_name", "image_tag", "created_at", "updated_at"})
"""What has no default that stands in for it: it is required, or given by us."""


def _plain(value: Any) -> Any:
    """Return a value of a database as one of a table; blank text is null, as in files."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if value is None or isinstance(value, int | float) or hasattr(value, "tzinfo"):
        return value
    number = _exact(value)
    return str(value) if number is None else number


def _exact(value: Any) -> int | None:
    """Return a decimal without a fraction as an integer."""
    try:
        return int(value) if int(value) == value else None
    except (TypeError, ValueError, OverflowError, ArithmeticError):
        return None


def _number(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _make_unique(rows: list[dict[str, Any]], done: Translation) -> None:
    """Give every second bearer of a name one of its own; the same source always gets the same names."""
    names = {str(values.get("name")) for values in rows}
    seen: set[str] = set()
    for values in rows:
        name = values.get("name")
        if not isinstance(name, str):
            continue
        if name in seen:
            new = next(each for each in _numbered(name) if each not in names)
            names.add(new)
            done.renamed.append((name, new))
            values["name"] = new
        seen.add(name)


def _numbered(name: str) -> Iterator[str]:
    number = 2
    while True:
        suffix = f"-{number}"
        yield name[: MAX_NAME - len(suffix)] + suffix
        number += 1
