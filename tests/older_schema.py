"""Data of the older, wider table of instances, as years of use left it: for SQLite, CSV and any database."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    create_engine,
)

TABLE = "inference_instances"
STATUSES = (
    "running",
    "Running",
    "ACTIVE",
    "stopped",
    "OFFLINE",
    "starting up",
    "deploying",
    "FAILED",
    "degraded",
    None,
)
PRIORITIES = ("normal", "P0", "p1", "urgent", "LOW", "3", "background", None, "medium")
BEGINNING = datetime(2023, 3, 1, 8, 30)  # noqa: DTZ001  the older table knew no zones

metadata = MetaData()
instances = Table(
    TABLE,
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(400)),
    Column("model_name", String(255)),
    Column("model_version", String(50)),
    Column("cluster_name", String(255)),
    Column("image_tag", String(255)),
    Column("replicas", Integer),
    Column("pp", Integer),
    Column("cp", Integer),
    Column("tp", Integer),
    Column("status", String(40)),
    Column("priority", String(40)),
    Column("description", Text),
    Column("created_at", DateTime),
    Column("updated_at", DateTime),
    *(Column(name, String(120)) for name in (
        "owner", "owner_email", "team", "cost_center", "region", "zone", "namespace", "node_selector", "gpu_type",
        "framework", "framework_version", "runtime", "endpoint_url", "health_path", "log_level", "ticket", "created_by",
        "updated_by",
    )),
    *(Column(name, Integer) for name in ("gpu_count", "memory_mb", "cpu_cores", "max_batch_size", "port", "revision")),
    *(Column(name, Float) for name in ("target_latency_ms", "utilization", "error_rate")),
    Column("hourly_cost", Numeric(10, 2)),
    Column("is_deleted", Boolean),
    Column("is_canary", Boolean),
    Column("labels", JSON),
    Column("annotations", Text),
)  # fmt: skip


def older_rows(count: int = 60, *, seed: int = 4, faults: bool = True) -> list[dict[str, Any]]:
    """Return rows; with `faults` some have names twice, numbers out of range, words that nobody knows, or no model."""
    chance = random.Random(seed)
    rows = [_row(number, chance) for number in range(1, count + 1)]
    if faults:
        rows[7]["name"] = rows[3]["name"]
        rows[8]["name"] = rows[3]["name"]
        rows[11]["description"] = "Long ago " * 500
        rows[12]["status"] = "zombie"
        rows[13]["replicas"] = 4000
        rows[14]["model_name"] = None
    return rows


def write_database(url: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Make the table in a database and fill it."""
    engine = create_engine(url)
    try:
        metadata.create_all(engine)
        with engine.begin() as connection:
            connection.execute(instances.insert(), [dict(row) for row in rows])
    finally:
        engine.dispose()


def write_sqlite(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """Make a SQLite file with the table in it."""
    write_database(f"sqlite:///{path}", rows)
    return path


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]], *, encoding: str = "utf-8") -> Path:
    """Write the table as its own tools did."""
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, [column.name for column in instances.columns], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _row(number: int, chance: random.Random) -> dict[str, Any]:
    created = BEGINNING + timedelta(hours=number * 7)
    values: dict[str, Any] = {column.name: None for column in instances.columns}
    values |= {
        "id": number * 3,
        "name": f"svc-{number:05d}" if number % 9 else f"Überwachung {number}",
        "model_name": chance.choice(["llama-3-70b", "mixtral", "qwen-2"]),
        "model_version": chance.choice(["v2", "2024-06", None]),
        "cluster_name": chance.choice(["gpu-east", "gpu-west"]),
        "image_tag": f"1.{number % 20}.0",
        "replicas": chance.choice([1, 2, 8, None]),
        "pp": chance.choice([1, 2, None]),
        "cp": 8,
        "tp": chance.choice([1, 4, 8]),
        "status": chance.choice(STATUSES),
        "priority": chance.choice(PRIORITIES),
        "description": chance.choice(["", None, "-5 % of the fleet", "Kept for the old clients; ask first"]),
        "created_at": created,
        "updated_at": chance.choice([created + timedelta(days=40), None]),
        "owner": chance.choice(["ana", None]),
        "gpu_count": 8,
        "hourly_cost": 12,
        "is_deleted": False,
        "labels": {"tier": "gold"},
    }
    return values
