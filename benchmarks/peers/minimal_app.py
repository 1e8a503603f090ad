"""The peer of `startup`: imports FastAPI, SQLAlchemy's ORM and uvicorn, and answers.

python minimal_app.py PORT
"""

from __future__ import annotations

import sys

import uvicorn
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The tables."""


class Item(Base):
    """One table, so that the mapper is used."""

    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)


app = FastAPI()


@app.get("/health")
async def health() -> dict[str, str]:
    """Answer."""
    return {"status": "ok"}


def main() -> None:
    """Serve on the given port."""
    Base.metadata.create_all(create_engine("sqlite://"))
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools", log_level="warning")


if __name__ == "__main__":
    main()
