"""One table of somebody else's database, read and never written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlalchemy import MetaData, Table, create_engine, inspect, select
from sqlalchemy.exc import DBAPIError, NoSuchModuleError, NoSuchTableError, SQLAlchemyError

from infrastudio.kernel.errors import NotImplementedHere, Unavailable, ValidationFailed
from infrastudio.kernel.filters.errors import closest
from infrastudio.stores.db.settings import parse_url

BATCH_ROWS: Final = 1000


class UnreadableDatabase(Unavailable):
    """The database does not answer, or not as it should."""


def sqlite_url(path: Path) -> str:
    """Return the URL of a SQLite file that is opened for reading only."""
    return f"sqlite:///file:{path.absolute().as_posix().replace('?', '%3f').replace('#', '%23')}?mode=ro&uri=true"


def read_table(url: str, name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a table, by the names of its columns.

    Raises:
        ValidationFailed: The URL means no database that we know, or the table is not there.
        NotImplementedHere: The driver of the database is not installed.
        UnreadableDatabase: It does not answer.
    """
    parsed = parse_url(url)
    shown = parsed.render_as_string(hide_password=True)
    try:
        engine = create_engine(parsed)
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        raise NotImplementedHere(
            f"The driver of {parsed.get_backend_name()} is not installed. "
            "Type: pip install 'infrastudio[postgres]', or for MariaDB and MySQL 'infrastudio[mysql]'"
        ) from error
    try:
        with engine.connect() as connection:
            table = Table(name, MetaData(), autoload_with=connection)
            for row in connection.execution_options(yield_per=BATCH_ROWS).execute(select(table)):
                yield {str(column): value for column, value in row._mapping.items()}
    except NoSuchTableError as error:
        with engine.connect() as connection:
            known = inspect(connection).get_table_names()
        there = f"there are {', '.join(sorted(known)[:20])}" if known else "there are none"
        raise ValidationFailed.of("--table", f"{shown} has no table {name!r}; {there}", closest(name, known)) from error
    except (DBAPIError, SQLAlchemyError) as error:
        origin = getattr(error, "orig", None) or error
        why = (str(origin).strip().splitlines() or ["no answer"])[0]
        raise UnreadableDatabase(f"The database {shown} cannot be read: {why}.") from error
    finally:
        engine.dispose()
