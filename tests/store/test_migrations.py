"""Migrations: they and the tables of the program agree, forwards and back, wherever installed."""

import io
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

import dialog
from dialog.store.database import make_engine
from dialog.store.migrate import MIGRATIONS, _connection, at_head, config, downgrade, migrate
from dialog.store.tables import METADATA

SHAPES = (
    "get_columns",
    "get_pk_constraint",
    "get_foreign_keys",
    "get_unique_constraints",
    "get_check_constraints",
    "get_indexes",
)


@pytest.fixture
def url(empty_url) -> str:
    """The address of a migrated database that a test may take down again."""
    migrate(empty_url)
    return empty_url


def shape(connection: Connection) -> dict[str, object]:
    """All that a database tells of its tables."""
    seen = inspect(connection)
    tables = sorted(set(seen.get_table_names()) - {"alembic_version"})
    found = {(table, one): getattr(seen, one)(table) for table in tables for one in SHAPES}
    told: dict[str, object] = {
        str(key): sorted(map(str, value)) if isinstance(value, list) else str(value)
        for key, value in found.items()
    }
    return told | {"numbers never given twice": never_twice(connection)}


def never_twice(connection: Connection) -> list[str]:
    """The tables of SQLite whose numbers are never given again: no inspection tells them."""
    if connection.dialect.name != "sqlite":
        return []
    query = "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%' ORDER BY name"
    return list(connection.exec_driver_sql(query).scalars())


def test_alembic_finds_no_difference(url):
    with _connection(url) as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_tables_made_either_way_are_the_same_to_the_last_constraint(url):
    """Checks, names of constraints and what Alembic does not compare."""
    with _connection(url) as connection:
        migrated = shape(connection)
    downgrade(url, "base")
    with _connection(url) as connection:
        METADATA.create_all(connection)
        created = shape(connection)
    assert migrated == created
    assert "ck_questions_review" in str(migrated)


def test_migrating_twice_changes_nothing(url):
    with _connection(url) as connection:
        before = shape(connection)
    migrate(url)
    with _connection(url) as connection:
        assert shape(connection) == before


def test_down_and_up_again_is_the_same(url):
    with _connection(url) as connection:
        before = shape(connection)
    downgrade(url, "base")
    with _connection(url) as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    assert not at_head(url)
    migrate(url)
    assert at_head(url)
    with _connection(url) as connection:
        assert shape(connection) == before


def test_an_empty_database_is_not_at_head(empty_url):
    assert not at_head(empty_url)
    migrate(empty_url)
    assert at_head(empty_url)


def test_records_that_are_there_already_get_their_marks(url):
    downgrade(url, "0003")
    bundle = '{"title": "Früher", "questions": []}'
    row = {"slug": "a", "starts": "2026-10-06T18:00:00+02:00", "summary": "{}", "bundle": bundle}
    engine = make_engine(url, size=1)
    with engine.begin() as connection:
        columns = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO transcripts ({columns}) VALUES ({places})"), row)
    migrate(url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT slug, starts, bundle, mark FROM transcripts")).one()
    engine.dispose()
    assert found[:3] == ("a", row["starts"], bundle)
    assert bytes(found[3]) == blake2b(bundle.encode(), digest_size=16).digest()


def test_processes_that_start_together_migrate_one_after_the_other(empty_url):
    source = "import sys; from dialog.store.migrate import migrate; migrate(sys.argv[1])"
    root = Path(dialog.__file__).parent.parent
    with ThreadPoolExecutor(3) as together:
        ends = together.map(
            lambda _: subprocess.run(
                [sys.executable, "-c", source, empty_url],
                cwd=root,
                capture_output=True,
                check=False,
                timeout=60,
            ),
            range(3),
        )
        assert [(end.returncode, end.stderr) for end in ends] == [(0, b"")] * 3
    assert at_head(empty_url)


def test_a_migration_that_fails_leaves_nothing(empty_url, monkeypatch):
    from alembic import op

    def fail(*_args: object) -> None:
        raise OverflowError

    monkeypatch.setattr(op, "create_index", fail)
    with pytest.raises(OverflowError):
        migrate(empty_url)
    with _connection(empty_url) as connection:
        assert inspect(connection).get_table_names() == []


def test_rows_without_their_owner_are_found(file):
    url = f"sqlite:///{file}"
    engine = make_engine(url, size=1, keys=False)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO texts VALUES (9, 1, 'whose?', 0)"))
    engine.dispose()
    with pytest.raises(RuntimeError, match="without their owner"):
        migrate(url)


def test_a_copy_of_the_package_elsewhere_migrates(tmp_path):
    """No path of a checkout stands anywhere; one with a percent sign and a space works too."""
    home = tmp_path / "50 % anderswo"
    package = Path(dialog.__file__).parent
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package / "store", home / "dialog" / "store", ignore=unwanted)
    shutil.copytree(package / "forum", home / "dialog" / "forum", ignore=unwanted)
    for beside in ("__init__.py", "meters.py"):
        shutil.copy(package / beside, home / "dialog")
    source = (
        "from dialog.store.migrate import at_head, migrate, MIGRATIONS; "
        "migrate('sqlite:///new folder/x.db'); print(at_head('sqlite:///new folder/x.db'))"
    )
    end = subprocess.run(
        [sys.executable, "-W", "error", "-c", source],
        cwd=home,
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert end.stdout.strip() == "True"
    assert (home / "new folder" / "x.db").is_file()


def test_a_migration_drawn_up_by_alembic_stands_on_its_own(empty_url, tmp_path):
    """It names plain types only, by our template, and makes the very tables of the program."""
    scripts = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, scripts, ignore=shutil.ignore_patterns("__pycache__", "0*.py"))
    (scripts / "versions").mkdir(exist_ok=True)

    def draw_up(connection: Connection) -> Config:
        made = config(connection)
        made.set_main_option("script_location", str(scripts))
        made.stdout = io.StringIO()
        return made

    with _connection(empty_url) as connection:
        drawn = draw_up(connection)
        command.revision(drawn, "All of them", autogenerate=True, rev_id="1")
        [written] = (scripts / "versions").glob("*.py")
        assert "Prose" not in written.read_text("utf-8")
        command.upgrade(drawn, "head")
        by_migration = shape(connection)
    downgrade_all(empty_url)
    migrate(empty_url)
    with _connection(empty_url) as connection:
        assert shape(connection) == by_migration


def downgrade_all(url: str) -> None:
    with _connection(url) as connection:
        METADATA.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
