"""Settings: read once, each with the place it came from."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from infrastudio.kernel.errors import Problem, ValidationFailed

if TYPE_CHECKING:  # the database library takes half a second, and a server answers before it is there
    from infrastudio.stores.db import ConnectionSettings


class Names(NamedTuple):
    """The environment variables of a setting: ours, and plain ones that are accepted too."""

    studio: str
    plain: tuple[str, ...] = ()


class Settings(BaseModel):
    """The effective configuration of one process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: Annotated[Path, Names("STUDIO_DATA")] = Path("~/.infrastudio")
    """The folder that holds everything; deleting it forgets everything."""
    host: Annotated[str, Names("STUDIO_HOST")] = "127.0.0.1"
    """The address to listen on; another than loopback needs accounts, or STUDIO_OPEN=1."""
    port: Annotated[int, Names("STUDIO_PORT", ("PORT",)), Field(ge=0, le=65_535)] = 8000
    """The port to listen on; 0 takes a free one."""
    mode: Annotated[Literal["development", "production"], Names("STUDIO_MODE")] = "development"
    """In production chaos parameters are refused and cookies are Secure."""
    open: Annotated[bool, Names("STUDIO_OPEN")] = False
    """States on purpose that an address other than loopback may be served without accounts."""
    root_path: Annotated[str, Names("STUDIO_ROOT_PATH"), Field(pattern=r"^(/[A-Za-z0-9._~-]+)*$")] = ""
    """The sub-path under which a proxy serves all this, such as /studio."""
    public_url: Annotated[str | None, Names("STUDIO_PUBLIC_URL")] = None
    """The address that clients reach this server by, when it differs from the one they ask."""
    api_base_url: Annotated[str | None, Names("STUDIO_API_BASE_URL", ("NEXT_PUBLIC_API_BASE_URL",))] = None
    """The address that the browser side calls; its own origin by default."""
    database_url: Annotated[str | None, Names("STUDIO_DATABASE_URL", ("DATABASE_URL",))] = None
    """Where the tables live; by default studio.db in the data folder."""
    db_pool_size: Annotated[int, Names("STUDIO_DB_POOL_SIZE", ("DB_POOL_SIZE",)), Field(ge=1, le=1000)] = 10
    """Connections kept open for reading."""
    db_max_overflow: Annotated[int, Names("STUDIO_DB_MAX_OVERFLOW", ("DB_MAX_OVERFLOW",)), Field(ge=0, le=1000)] = 20
    """Connections that may be opened beyond the pool."""
    db_pool_recycle_s: Annotated[int, Names("STUDIO_DB_POOL_RECYCLE_S", ("DB_POOL_RECYCLE",)), Field(ge=-1)] = 3600
    """Seconds after which a pooled connection is replaced."""
    db_connect_timeout_s: Annotated[
        float, Names("STUDIO_DB_CONNECT_TIMEOUT_S", ("DB_CONNECT_TIMEOUT",)), Field(gt=0)
    ] = 10.0
    """Seconds to wait for a connection before giving up."""
    db_synchronous: Annotated[Literal["FULL", "NORMAL", "OFF"], Names("STUDIO_DB_SYNCHRONOUS")] = "FULL"
    """What SQLite does before it acknowledges: FULL survives a power cut, NORMAL a killed process."""
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Names("STUDIO_LOG_LEVEL", ("LOG_LEVEL",))] = (
        "INFO"
    )
    """What is logged."""
    debug: Annotated[bool, Names("STUDIO_DEBUG", ("DEBUG",))] = False
    """Logs at DEBUG level; no client ever sees a stack."""
    log_to_file: Annotated[bool, Names("STUDIO_LOG_TO_FILE", ("LOG_TO_FILE",))] = False
    """Also writes app.log in the data folder, rotated."""
    max_body_bytes: Annotated[int, Names("STUDIO_MAX_BODY_BYTES"), Field(ge=1024)] = 16 * 1024 * 1024
    """The largest body of a request that is read into memory."""
    max_artifact_bytes: Annotated[int, Names("STUDIO_MAX_ARTIFACT_BYTES"), Field(ge=1024)] = 64 * 1024**3
    """The largest artifact that may be uploaded."""
    chaos_rate: Annotated[float, Names("STUDIO_CHAOS_RATE", ("CHAOS_RATE",)), Field(ge=0, le=1)] = 0.2
    """The share of requests with ?chaos=1 that fail on purpose; refused in production."""
    ws_chaos_disconnect: Annotated[bool, Names("STUDIO_WS_CHAOS_DISCONNECT", ("WS_CHAOS_DISCONNECT",))] = False
    """Cuts each socket after 5 to 15 s at random; refused in production."""

    @property
    def folder(self) -> Path:
        """The data folder as an absolute path."""
        return self.data.expanduser().absolute()

    @property
    def is_production(self) -> bool:
        """Does this process serve real users?"""
        return self.mode == "production"

    @property
    def uses_sqlite(self) -> bool:
        """Do the tables live in a SQLite file?"""
        return self.database_url is None or self.database_url.startswith("sqlite")

    def connection(self, *, attach: Mapping[str, Path] | None = None) -> ConnectionSettings:
        """Return how to reach the database."""
        from infrastudio.stores.db import ConnectionSettings

        return ConnectionSettings(
            url=self.database_url or f"sqlite:///{self.folder / 'studio.db'}",
            pool_size=self.db_pool_size,
            max_overflow=self.db_max_overflow,
            pool_recycle_s=self.db_pool_recycle_s,
            connect_timeout_s=self.db_connect_timeout_s,
            synchronous=self.db_synchronous,
            attach=dict(attach or {}),
        )


@dataclass(frozen=True)
class LoadedSettings:
    """Settings, and for each field the place its value came from."""

    settings: Settings
    origins: Mapping[str, str]


class Layer(NamedTuple):
    """Values from one place; `name_of` says under which name a field stands there."""

    origin: str
    values: Mapping[str, Any]


DEFAULT_ORIGIN: Final = "default"
SECRET_FIELDS: Final = frozenset({"database_url"})


def names_of(field: str) -> Names:
    """Return the environment variables of a setting."""
    return next(item for item in Settings.model_fields[field].metadata if isinstance(item, Names))


def load_settings(
    command_line: Mapping[str, Any] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    working_directory: Path | None = None,
) -> LoadedSettings:
    """Read all places, the strongest first: command line, STUDIO_* variables, plain names, `.env` in the working
    directory, `.env` and `studio.toml` in the data folder, defaults.

    Raises:
        ValidationFailed: A value is not acceptable; names the setting and where it stands.
    """
    given = {name: value for name, value in (command_line or {}).items() if value is not None}
    env = os.environ if environment is None else environment
    layers = [Layer("command line", given), *_variables("environment", env)]
    layers += _variables(".env in the working directory", _dotenv((working_directory or Path.cwd()) / ".env"))
    folder = Path(_first(layers, "data") or Settings.model_fields["data"].default).expanduser()
    layers += _variables(".env in the data folder", _dotenv(folder / ".env"))
    layers.append(Layer("studio.toml in the data folder", _toml(folder / "studio.toml")))
    return _settings(layers)


def _settings(layers: Sequence[Layer]) -> LoadedSettings:
    values, origins = {}, {}
    for field in Settings.model_fields:
        for layer in layers:
            if field in layer.values:
                values[field], origins[field] = layer.values[field], layer.origin
                break
        else:
            origins[field] = DEFAULT_ORIGIN
    try:
        return LoadedSettings(Settings.model_validate(values), origins)
    except ValidationError as error:
        raise ValidationFailed([_problem(found, origins) for found in error.errors()]) from error


def _problem(found: ErrorDetails, origins: Mapping[str, str]) -> Problem:
    field = str(found["loc"][0])
    return Problem(names_of(field).studio, f"{found['msg']} (from {origins[field]})")


def _variables(origin: str, variables: Mapping[str, str]) -> list[Layer]:
    """Return two layers: our own names win over plain ones."""
    ours: dict[str, str] = {}
    plain: dict[str, str] = {}
    for field in Settings.model_fields:
        names = names_of(field)
        if variables.get(names.studio):
            ours[field] = variables[names.studio]
        for name in names.plain:
            if variables.get(name):
                plain.setdefault(field, variables[name])
    return [Layer(f"{origin}, STUDIO_ name", ours), Layer(f"{origin}, plain name", plain)]


def _dotenv(path: Path) -> Mapping[str, str]:
    return {name: value for name, value in dotenv_values(path).items() if value is not None} if path.is_file() else {}


def _toml(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ValidationFailed.of("studio.toml", f"is not TOML: {error}") from error
    if unknown := sorted(set(values) - set(Settings.model_fields)):
        raise ValidationFailed.of("studio.toml", f"does not know {', '.join(unknown)}")
    return values


def _first(layers: Sequence[Layer], field: str) -> Any:
    return next((layer.values[field] for layer in layers if field in layer.values), None)
