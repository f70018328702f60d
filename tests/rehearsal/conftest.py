"""One server for each module of tests that rehearse."""

from collections.abc import Iterator

import pytest

from tests.live.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server."""
    with running(tmp_path_factory.mktemp("server"), hello_seconds=20, drain_seconds=5) as started:
        yield started
