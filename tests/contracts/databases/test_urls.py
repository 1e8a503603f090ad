"""URLs of databases: whose driver they mean, and what is said of those that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.stores.db.mysql_options import connect_options
from infrastudio.stores.db.settings import parse_url, shown_url

SECRET = "p@ss:w/ord%#"


@pytest.mark.parametrize(
    ("scheme", "driver"),
    [
        ("postgres", "postgresql+psycopg"),
        ("postgresql", "postgresql+psycopg"),
        ("postgresql+psycopg2", "postgresql+psycopg"),
        ("mysql", "mysql+pymysql"),
        ("mariadb", "mysql+pymysql"),
        ("mariadb+mariadbconnector", "mysql+pymysql"),
    ],
)
def test_every_scheme_means_our_driver(scheme: str, driver: str) -> None:
    assert parse_url(f"{scheme}://me:secret@db/studio").drivername == driver


@given(password=st.text("aZ9é😀 @:/?#%&=+[]\\'\"", min_size=1))
def test_an_encoded_password_is_what_it_was(password: str) -> None:
    url = make_url("mysql://db/studio").set(username="me", password=password).render_as_string(hide_password=False)
    assert parse_url(url).password == password
    assert parse_url(url).host == "db"


@pytest.mark.parametrize("password", [SECRET, "p@ss", "p@ss/word", "p@ss?word", "p@1:2@3", "@"])
def test_a_password_that_is_not_encoded_is_told_how_to_be_and_not_repeated(password: str) -> None:
    with pytest.raises(ValidationFailed) as failure:
        parse_url(f"mysql://me:{password}@db:3307/studio?sslmode=require")
    assert "@ as %40" in failure.value.message
    assert "mysql://me:PASSWORD@db:3307/studio?sslmode=require" in failure.value.message
    assert password == "@" or password not in failure.value.message


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "is not a database URL"),
        ("mongodb://db/studio", "'mongodb' is not supported"),
        ("postgres://me:secret@db", "names no database"),
        ("mysql://me:secret@db:many/studio", "is not a database URL"),
    ],
)
def test_what_is_no_url_of_ours_is_said(url: str, said: str) -> None:
    with pytest.raises(ValidationFailed, match=said) as failure:
        parse_url(url)
    assert "secret" not in failure.value.message


def test_the_shown_url_has_neither_password_nor_driver() -> None:
    assert shown_url(parse_url("postgres://me:secret@db/studio")) == "postgresql://me:***@db/studio"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("colour=red", "colour is no option"),
        ("sslmode=maybe", "use one of disable"),
        ("ssl_ca=/nowhere.pem", r"cannot be read \(/nowhere.pem\)"),
        ("ssl_verify_cert=perhaps", "use true or false"),
        ("read_timeout=soon", "whole number of seconds"),
    ],
)
def test_an_option_that_mariadb_does_not_know_is_named(query: str, said: str) -> None:
    with pytest.raises(ValidationFailed, match=said):
        connect_options(parse_url(f"mariadb://db/studio?{query}"))
