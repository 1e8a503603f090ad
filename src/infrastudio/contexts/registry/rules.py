"""What names, aliases and sources of models mean. Pure functions."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args
from urllib.parse import unquote, urlsplit

from infrastudio.contexts.registry.schemas import ArtifactType, Framework, SignaturePart, Stage
from infrastudio.kernel.canonical_json import canonical_json
from infrastudio.kernel.errors import ValidationFailed

SourceKind = Literal["logged_model", "version", "alias", "run", "artifacts", "elsewhere", "local", "opaque"]

ARTIFACT_SCHEME: Final = "mlflow-artifacts"
HOST_SCHEMES: Final = frozenset({"http", "https", "ftp", "sftp"})
"""Schemes by which a client could make somebody reach any host."""

MIN_COMPARED: Final = 2
MAX_COMPARED: Final = 5

_LOGGED_MODEL: Final = re.compile(r"m-[0-9a-f]{32}")
_RUN: Final = re.compile(r"[0-9a-zA-Z][\w-]{0,63}")
_ALIAS: Final = re.compile(r"[\w-]{1,255}", re.ASCII)
_VERSION_ALIAS: Final = re.compile(r"v\d+", re.ASCII | re.IGNORECASE)

_FRAMEWORK_OF_FLAVOR: Final[tuple[tuple[str, Framework], ...]] = (
    ("sklearn", "sklearn"),
    ("pytorch", "pytorch"),
    ("tensorflow", "tensorflow"),
    ("keras", "tensorflow"),
    ("transformers", "huggingface"),
    ("sentence_transformers", "huggingface"),
    ("onnx", "onnx"),
    ("xgboost", "xgboost"),
)

_TOKENIZER_NAMES: Final = (
    "tokenizer",
    "vocab.",
    "merges.txt",
    "special_tokens_map",
    "added_tokens",
    "spiece.",
    "sentencepiece",
)
_CONFIG_NAMES: Final = ("config.", "generation_config", "requirements", "conda.", "python_env", "preprocessor_config")
_CONFIG_SUFFIXES: Final = frozenset({"yaml", "yml", "toml", "ini", "cfg"})
_WEIGHT_SUFFIXES: Final = frozenset(
    {"safetensors", "bin", "pt", "pth", "ckpt", "h5", "npz", "npy", "gguf", "data", "index"}
)
_MODEL_SUFFIXES: Final = frozenset(
    {
        "pkl",
        "pickle",
        "joblib",
        "skops",
        "cloudpickle",
        "onnx",
        "ubj",
        "cbm",
        "pb",
        "keras",
        "tflite",
        "pmml",
        "txt.model",
        "model",
    }
)


@dataclass(frozen=True)
class Source:
    """Where a version says that its files are.

    Attributes:
        kind: What it refers to; `opaque` is text that names no place.
        id: The logged model, run or registered model that it names.
        number: The version, for kind `version`.
        alias: For kind `alias`.
        path: What stands behind the run, or below the artifact root.
    """

    kind: SourceKind
    id: str = ""
    number: int = 0
    alias: str = ""
    path: str = ""


def check_model_name(name: str) -> None:
    """Refuse names that clients could not put into a URI.

    Raises:
        ValidationFailed: Says which characters.
    """
    if not name.strip():
        raise ValidationFailed.of("name", "must not be blank")
    if "/" in name or ":" in name:
        raise ValidationFailed.of("name", f"Invalid model name '{name}'. Names cannot contain '/' or ':'.")
    if posixpath.normpath(name) != name or name in (".", ".."):
        raise ValidationFailed.of("name", "must not be a path")


def check_alias(alias: str) -> None:
    """Refuse aliases with other characters, and those that mean something of their own.

    Raises:
        ValidationFailed: Says why.
    """
    if not _ALIAS.fullmatch(alias):
        raise ValidationFailed.of("alias", "may only contain letters, digits, underscores and dashes, at most 255")
    if alias.lower() == "latest":
        raise ValidationFailed.of("alias", "'latest' is reserved: it always means the newest version")
    if _VERSION_ALIAS.fullmatch(alias):
        raise ValidationFailed.of("alias", f"'{alias}' is reserved: it always means the version of that number")


def needs_approval(protected: Collection[Stage], before: Stage, after: Stage) -> bool:
    """Must another person approve that a version goes from one stage to another? Staying where it is counts too."""
    return before in protected or after in protected


def type_of_artifact(path: str) -> ArtifactType:
    """Return what a file of a version is, by its name: where one name says several things, the first that holds."""
    name = path.rpartition("/")[2].lower()
    suffix = name.rpartition(".")[2] if "." in name else ""
    if name.startswith(_TOKENIZER_NAMES):
        return "tokenizer"
    if name == "mlmodel" or suffix in _CONFIG_SUFFIXES or name.startswith(_CONFIG_NAMES):
        return "config"
    if suffix in _WEIGHT_SUFFIXES:
        return "weights"
    return "model" if suffix in _MODEL_SUFFIXES else "other"


def check_compared(numbers: Sequence[int]) -> None:
    """Refuse to compare too few or too many versions, or one with itself.

    Raises:
        ValidationFailed: Says which.
    """
    if not MIN_COMPARED <= len(numbers) <= MAX_COMPARED:
        raise ValidationFailed.of(
            "versions", f"must name {MIN_COMPARED} to {MAX_COMPARED} versions, not {len(numbers)}"
        )
    if len(set(numbers)) < len(numbers):
        raise ValidationFailed.of("versions", "names a version twice")


def flattened(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the leaves of nested objects by their path in dots; lists are leaves."""
    leaves: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, dict) and value:
            leaves |= flattened(value, f"{prefix}{key}.")
        else:
            leaves[f"{prefix}{key}"] = value
    return leaves


def columns_of(signature: Mapping[str, Any]) -> dict[tuple[SignaturePart, str], str]:
    """Return the type of each column of a signature by part and name; unnamed ones are counted from 0."""
    found: dict[tuple[SignaturePart, str], str] = {}
    for part in get_args(SignaturePart):
        columns = signature.get(part)
        for place, column in enumerate(columns if isinstance(columns, list) else ()):
            if isinstance(column, dict):
                found[part, str(column.get("name", place))] = _type_of_column(column)
    return found


def _type_of_column(column: Mapping[str, Any]) -> str:
    tensor = column.get("tensor-spec")
    if isinstance(tensor, dict):
        return f"{tensor.get('dtype')}{canonical_json(tensor.get('shape'))}"
    plain = {name: value for name, value in column.items() if name not in ("name", "required")}
    text = str(plain["type"]) if plain.keys() == {"type"} else canonical_json(plain)
    return text if column.get("required", True) else f"{text}, optional"


def framework_of(flavors: dict[str, Any]) -> Framework | None:
    """Return the framework that the flavors of an MLmodel file tell; None when there are none."""
    for flavor, framework in _FRAMEWORK_OF_FLAVOR:
        if flavor in flavors:
            return framework
    return "custom" if flavors else None


def parse_source(text: str) -> Source:
    """Return what the source of a version refers to.

    Raises:
        ValidationFailed: It leads up in a path, to a host, or cannot be read.
    """
    _refuse_relative(text)
    parts = urlsplit(text)
    scheme = parts.scheme.lower()
    if scheme in HOST_SCHEMES:
        raise ValidationFailed.of("source", f"cannot use the scheme {scheme!r}, which names any host")
    if scheme == "models":
        return _models_source(parts.netloc, parts.path.strip("/"))
    if scheme == "runs":
        run, _, path = parts.path.strip("/").partition("/")
        if parts.netloc or not _RUN.fullmatch(run) or not path:
            raise ValidationFailed.of("source", "is not of the form runs:/<run_id>/<path>")
        return Source("run", run, path=path)
    if scheme == ARTIFACT_SCHEME:
        return Source("artifacts", path="/".join(unquote(part) for part in parts.path.split("/") if part))
    if scheme in ("", "file"):
        return Source("local" if scheme or text.startswith("/") else "opaque", path=parts.path)
    return Source("elsewhere", path=text)


def _models_source(host: str, path: str) -> Source:
    if not host and _LOGGED_MODEL.fullmatch(path):
        return Source("logged_model", path)
    name, slash, number = path.partition("/")
    if not host and slash and name and number.isascii() and number.isdecimal():
        return Source("version", name, number=int(number[:18]))
    name, at, alias = path.partition("@")
    if not host and at and name and alias and "/" not in name:
        return Source("alias", name, alias=alias)
    raise ValidationFailed.of("source", "is not of the form models:/<name>/<version>, <name>@<alias> or <model_id>")


def _refuse_relative(text: str) -> None:
    plain = text
    for _ in range(10):
        again = unquote(plain)
        if again == plain:
            break
        plain = again
    if ".." in re.split(r"[/\\]", plain) or "\0" in plain:
        raise ValidationFailed.of("source", "must not lead up in a path; give the whole path without '..'")
