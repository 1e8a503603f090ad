"""Write a migration from the difference between the models and the migrated schema.

.venv/bin/python tools/make_migration.py WORD             a new revision
.venv/bin/python tools/make_migration.py --initial WORD   the first revision anew, while none has been released
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from sqlalchemy import String, Text, create_engine

import infrastudio
from infrastudio.stores.db import Base, CanonicalJson, UtcDateTime

VERSIONS = Path(infrastudio.__file__).parent / "migrations" / "versions"

TEMPLATE = '''"""{word}."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "{revision}"
down_revision = {down}
branch_labels = None
depends_on = None


def text(length: int) -> sa.types.TypeEngine[str]:
    """Return the type of text that is compared byte by byte on every database."""
    return (
        sa.String(length)
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
    )


LONG_TEXT = (
    sa.Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)


def upgrade() -> None:
    """Make the schema newer."""
    {body}


def downgrade() -> None:
    """Schemas only go forward; the way back is the backup taken before an upgrade."""
    raise RuntimeError("restore the backup that was taken before the upgrade")
'''

SEED = """
    op.execute("insert into ledger_clock (id, seq, at, hash) select 1, 0, 0, '{genesis}' "
               "from (select 1 as one) as once where not exists (select 1 from ledger_clock)")"""


def import_tables() -> None:
    """Import every module that declares tables."""
    for module in pkgutil.walk_packages(infrastudio.__path__, "infrastudio."):
        if ".tables" in module.name or module.name.endswith(".idempotency"):
            importlib.import_module(module.name)


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Render our column types as those of SQLAlchemy, so that migrations never import our code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.BigInteger()"
    if isinstance(item, CanonicalJson | Text):
        return "LONG_TEXT"
    if isinstance(item, String):
        return f"text({item.length})"
    return False


def main() -> None:
    """Render the difference and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("word")
    parser.add_argument("--initial", action="store_true")
    arguments = parser.parse_args()
    import_tables()
    engine = create_engine("sqlite://")
    if not arguments.initial:
        from infrastudio.migrations import upgrade

        upgrade(engine)
    with engine.connect() as connection:
        options = {
            "render_item": render_item,
            "target_metadata": Base.metadata,
            "sqlalchemy_module_prefix": "sa.",
            "alembic_module_prefix": "op.",
            "user_module_prefix": None,
            "version_table": "studio_schema",
            "compare_type": True,
        }
        context = MigrationContext.configure(connection, opts=options)
        script = produce_migrations(context, Base.metadata)
        if script.upgrade_ops is None or script.upgrade_ops.is_empty():
            raise SystemExit("The models and the migrations agree; there is nothing to write.")
        body = render_python_code(
            script.upgrade_ops,
            render_item=render_item,
            migration_context=context,
            render_as_batch=not arguments.initial,
        )
    existing = sorted(path.stem for path in VERSIONS.glob("[0-9]*.py"))
    if arguments.initial:
        for stem in existing:
            (VERSIONS / f"{stem}.py").unlink()
    today = datetime.datetime.now(datetime.UTC).strftime("%Y_%m_%d")
    revision = f"{today}_{arguments.word}"
    down = "None" if arguments.initial else f'"{existing[-1]}"'
    body = "\n".join(line for line in body.splitlines() if "###" not in line)
    if arguments.initial:
        body += SEED.format(genesis="0" * 64)
    (VERSIONS / f"{revision}.py").write_text(
        TEMPLATE.format(word=arguments.word.capitalize(), revision=revision, down=down, body=body.strip())
    )
    ruff = Path(sys.executable).with_name("ruff")
    subprocess.run([ruff, "format", "--quiet", VERSIONS / f"{revision}.py"], check=True)
    print(VERSIONS / f"{revision}.py")


if __name__ == "__main__":
    main()
