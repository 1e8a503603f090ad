"""Settings: which place wins, and what is said about bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from infrastudio.kernel.errors import ValidationFailed
from infrastudio.server.settings import Settings, load_settings, names_of


def test_stronger_places_win_and_are_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("STUDIO_LOG_LEVEL=ERROR\nDB_POOL_SIZE=3\n")
    (tmp_path / "studio.toml").write_text('mode = "production"\nport = 1\nhost = "localhost"\n')
    environment = {"STUDIO_DATA": str(tmp_path), "PORT": "7001", "STUDIO_PORT": "7002", "DB_POOL_SIZE": "5"}
    loaded = load_settings({"host": "127.0.0.9"}, environment=environment, working_directory=tmp_path / "elsewhere")
    settings, origins = loaded.settings, loaded.origins
    assert (settings.host, origins["host"]) == ("127.0.0.9", "command line")
    assert (settings.port, origins["port"]) == (7002, "environment, STUDIO_ name")
    assert (settings.db_pool_size, origins["db_pool_size"]) == (5, "environment, plain name")
    assert (settings.log_level, origins["log_level"]) == ("ERROR", ".env in the data folder, STUDIO_ name")
    assert (settings.mode, origins["mode"]) == ("production", "studio.toml in the data folder")
    assert (settings.open, origins["open"]) == (False, "default")


def test_a_file_in_the_working_directory_wins_over_the_data_folder(tmp_path: Path) -> None:
    work, data = tmp_path / "work", tmp_path / "data"
    for folder, port in ((work, 7003), (data, 7004)):
        folder.mkdir()
        (folder / ".env").write_text(f"PORT={port}\n")
    loaded = load_settings({"data": data}, environment={}, working_directory=work)
    assert loaded.settings.port == 7003


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"PORT": "many"}, "STUDIO_PORT"),
        ({"STUDIO_MODE": "fast"}, "STUDIO_MODE"),
        ({"CHAOS_RATE": "2"}, "STUDIO_CHAOS_RATE"),
    ],
)
def test_a_bad_value_is_named_with_its_place(tmp_path: Path, environment: dict[str, str], name: str) -> None:
    with pytest.raises(ValidationFailed) as failure:
        load_settings({"data": tmp_path}, environment=environment, working_directory=tmp_path)
    assert failure.value.problems[0].path == name
    assert "environment" in failure.value.message


@pytest.mark.parametrize("text", ["port = ", "colour = 'red'"])
def test_a_bad_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "studio.toml").write_text(text)
    with pytest.raises(ValidationFailed, match=r"studio\.toml"):
        load_settings({"data": tmp_path}, environment={}, working_directory=tmp_path)


def test_every_setting_has_a_name_of_ours_and_a_sentence() -> None:
    source = Path(__import__("infrastudio.server.settings", fromlist=["x"]).__file__ or "").read_text()
    for field in Settings.model_fields:
        assert names_of(field).studio.startswith("STUDIO_")
        assert f"    {field}: " in source


def test_the_password_of_a_database_is_not_in_the_connection_text(tmp_path: Path) -> None:
    loaded = load_settings(
        {"data": tmp_path, "database_url": "postgres://me:s3cret@db/studio"}, environment={}, working_directory=tmp_path
    )
    assert not loaded.settings.uses_sqlite
    assert loaded.settings.connection().url == "postgres://me:s3cret@db/studio"
