"""One server for each module of tests that send forms."""

from collections.abc import Iterator

import pytest

from tests.live.server import Server, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server."""
    with running(tmp_path_factory.mktemp("server"), staff_messages_per_10s=5_000) as started:
        yield started
