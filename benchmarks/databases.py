"""A PostgreSQL for one run, from the same wheel as in the tests, with its durability on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.postgres import PostgresForTests, prepare_folder, remove_folder


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database; server and files are gone afterwards."""
    folder = prepare_folder()
    try:
        server = PostgresForTests.start(folder, settings=())
        with server.database("benchmark") as url:
            yield url
        server.close()
    finally:
        remove_folder(folder)
