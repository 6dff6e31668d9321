"""What every test may ask for: databases on both engines, and the rule that nothing is skipped in CI.

Fixtures (all give SQLAlchemy addresses as ``str``; every test gets a database of its own):

=========================  ======================================================================================
``sqlite_url``             an empty SQLite file
``postgres_url``           an empty database on the PostgreSQL that the test run starts by itself
``database_url``           the test runs twice: once with each of the two
``migrated_sqlite_url``    the same three, at the newest migration. The migrations run once per process (SQLite)
``migrated_postgres_url``  or once per run (PostgreSQL); after that each test gets a copy, or one that was emptied
``migrated_database_url``
=========================  ======================================================================================

Migrating is done by ``lti_tool.db.migrate.upgrade(url)``, imported only when a migrated database is asked for.
"""

import gc
import os
import shutil
import uuid
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import BaseConverter, Rule
from werkzeug.routing.rules import RulePart

from tests.postgres import MigratedDatabases, PostgresForTests, prepare_folder, remove_folder

SERVER_FOLDER = "CME_TEST_POSTGRES"
BY_FOLDER = ("browser", "peers", "certification")
Builder = Callable[..., tuple[str, str]]
ENGINES = ("sqlite", "postgresql")


def pytest_configure(config: pytest.Config) -> None:
    """Choose one folder for the run's PostgreSQL before xdist starts its workers, which inherit the variable."""
    if not hasattr(config, "workerinput"):
        os.environ[SERVER_FOLDER] = str(prepare_folder())


def pytest_collection_finish() -> None:
    """Modules and tests stay: a third of a run went into looking through them for garbage, again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(25_000, 20, 20)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and remove its files, also when a worker was killed."""
    if not hasattr(config, "workerinput"):
        remove_folder(Path(os.environ.pop(SERVER_FOLDER)))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the folder they lie in: ``tests/browser`` is ``browser``, and so on. Those that may take longest
    begin, so that no worker sits over one alone in the end."""
    items.sort(key=lambda item: -allowed_seconds(item))
    for item in items:
        for name in BY_FOLDER:
            if name in item.path.parts:
                item.add_marker(name)
        if "postgres_url" in getattr(item, "fixturenames", ()):
            item.add_marker("postgres")


def allowed_seconds(item: pytest.Item) -> int:
    """What a test says of its own patience; 0 where it says nothing."""
    marker = item.get_closest_marker("timeout")
    return int(marker.args[0]) if marker is not None else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped or expectedly failing test fails: what was not run was not proved."""
    report = yield
    if in_ci() and (report.skipped or hasattr(report, "wasxfail")):
        reason = getattr(report, "wasxfail", None) or report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was not run to its end, which CI does not accept: {reason}"
        vars(report).pop("wasxfail", None)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module or folder that skips itself while it is collected."""
    report = yield
    if in_ci() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skipped itself, which CI does not accept: {report.longrepr}"
    return report


def in_ci() -> bool:
    """Say whether this run is the one that counts."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


@pytest.fixture(scope="session", autouse=True)
def applications_are_cheap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each test has an application of its own. Templates are compiled and routes are parsed once for all of them, and
    the builder of a route's addresses, two compilations each for some hundreds of routes, when one is first built."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": cache})
        patch.setattr(Rule, "_compile_builder", on_first_use(Rule._compile_builder))
        patch.setattr(Rule, "_parse_rule", parsed_once(Rule._parse_rule))
        yield


def on_first_use(compile_builder: Callable[..., Builder]) -> Callable[..., Builder]:
    """Put off compiling until an address of the rule is asked for."""

    def put_off(rule: Rule, append_unknown: bool = True) -> Builder:
        made: list[Builder] = []

        def build(bound: Rule, **values: object) -> tuple[str, str]:
            if not made:
                made.append(compile_builder(rule, append_unknown))
            return made[0](bound, **values)

        return build

    return put_off


def parsed_once(parse: Callable[[Rule, str], Iterable[RulePart]]) -> Callable[[Rule, str], Iterable[RulePart]]:
    """Remember what the text of a rule means; the applications of a process have the same converters."""
    known: dict[str, tuple[list[RulePart], list[tuple[bool, str]], dict[str, BaseConverter]]] = {}

    def parsed(rule: Rule, text: str) -> Iterable[RulePart]:
        if text not in known:
            held, rule._trace, rule._converters = (rule._trace, rule._converters), [], {}
            known[text] = list(parse(rule, text)), rule._trace, rule._converters
            rule._trace, rule._converters = held
        parts, trace, converters = known[text]
        rule._trace.extend(trace)
        rule._converters.update(converters)
        rule.arguments.update(converters)
        return parts

    return parsed


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresForTests]:
    """The run's PostgreSQL server, started by whichever worker asks first and shared by all of them."""
    server = PostgresForTests.start(Path(os.environ[SERVER_FOLDER]))
    yield server
    server.close()


@pytest.fixture(scope="session")
def migrated_sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that tests copy; nobody writes to it."""
    path = tmp_path_factory.mktemp("sqlite-template") / "migrated.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def postgres_url(postgres_server: PostgresForTests) -> Iterator[str]:
    with postgres_server.database(new_name()) as url:
        yield url


@pytest.fixture
def migrated_sqlite_url(migrated_sqlite_file: Path, tmp_path: Path) -> str:
    path = tmp_path / "migrated.db"
    shutil.copyfile(migrated_sqlite_file, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def migrated_databases(postgres_server: PostgresForTests) -> Iterator[MigratedDatabases]:
    """Those of this process."""
    made = MigratedDatabases(postgres_server, postgres_server.template(migrate))
    yield made
    made.close()


@pytest.fixture
def migrated_postgres_url(migrated_databases: MigratedDatabases) -> Iterator[str]:
    with migrated_databases.one() as url:
        yield url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=ENGINES)
def migrated_database_url(request: pytest.FixtureRequest) -> str:
    name = "migrated_sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    return str(request.getfixturevalue(name))


def migrate(url: str) -> None:
    """Bring the database at ``url`` to the newest migration, as the command line does."""
    from lti_tool.db.migrate import upgrade

    upgrade(url)


def new_name() -> str:
    return f"test_{uuid.uuid4().hex}"
