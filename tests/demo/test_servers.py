"""The demo's own PostgreSQL and Redis: half-made and damaged folders, long paths, restarts."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from demo.cluster import APP, OWNER
from demo.folder import DataFolder
from demo.problems import DemoProblem
from demo.redis_binary import redis_server
from demo.servers import Postgres, Redis


def test_data_survives_a_restart(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with folder.locked(), Postgres(folder) as postgres, Redis(folder) as redis:
        postgres.cluster.make_roles()
        postgres.cluster.make_database()
        _execute(postgres.cluster.address(OWNER), "CREATE TABLE kept AS SELECT 'å' AS letter")
        with redis._client() as client:
            client.set("kept", "ö")
    with folder.locked(), Postgres(folder) as postgres, Redis(folder) as redis:
        postgres.cluster.make_roles()
        assert _scalar(postgres.cluster.address(OWNER), "SELECT upper(letter) FROM kept") == "Å"
        with redis._client() as client:
            assert client.get("kept") == "ö".encode()


def test_the_app_role_may_enter_but_not_make_tables(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with folder.locked(), Postgres(folder) as postgres:
        postgres.cluster.make_roles()
        postgres.cluster.make_database()
        app = postgres.cluster.address(APP)
        assert _scalar(app, "SELECT current_user") == APP
        assert _scalar(app, "SELECT has_schema_privilege('public', 'CREATE')") is False


def test_an_interrupted_initdb_is_begun_again(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with folder.locked():
        half_made = folder.root / "postgres.new"
        half_made.mkdir()
        (half_made / "PG_VERSION").write_text("18")
        with Postgres(folder) as postgres:
            assert postgres.is_alive
        assert not half_made.exists()


def test_a_damaged_folder_says_how_to_begin_again(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    folder.postgres.mkdir()
    with pytest.raises(DemoProblem, match=f"not whole.*rm -rf {folder.root}"):
        Postgres(folder).start()


def test_data_of_another_version_says_so(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    folder.postgres.mkdir()
    (folder.postgres / "PG_VERSION").write_text("16\n")
    with pytest.raises(DemoProblem, match=r"PostgreSQL 16, this is 18\..*rm -rf"):
        Postgres(folder).start()


def test_a_cluster_that_does_not_start_says_why(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with folder.locked():
        with Postgres(folder):
            pass
        (folder.postgres / "global" / "pg_control").unlink()
        with pytest.raises(DemoProblem, match=r"does not start: .*pg_control.*rm -rf") as caught:
            Postgres(folder).start()
        assert "\n" not in str(caught.value)


def test_a_folder_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / ("long-" * 30))
    with folder.locked():
        assert not folder.sockets.is_relative_to(folder.root)
        with Postgres(folder) as postgres, Redis(folder):
            assert _scalar(postgres.cluster.address("postgres", "postgres"), "SELECT 1") == 1
    assert not folder.sockets.exists()


def test_a_data_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(DemoProblem, match="PLATSTORGET_DATA"),
        DataFolder(tmp_path / "file" / "data").locked(),
    ):
        pass


def test_without_any_redis_it_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("demo.redis_binary.shutil.which", lambda _: None)
    monkeypatch.setattr("demo.redis_binary._from_installed_wheel", lambda: None)
    monkeypatch.setattr("demo.redis_binary._taken_out", lambda: tmp_path / "nothing")
    with pytest.raises(DemoProblem, match="apt install redis-server"):
        redis_server()


def _execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _scalar(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return connection.scalar(text(statement))
    finally:
        engine.dispose()
