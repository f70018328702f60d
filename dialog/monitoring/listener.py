"""The listener of the metrics: a port of its own, which is never the public one."""

import asyncio
from collections.abc import Iterable
from itertools import chain
from threading import Thread
from typing import Any, Final
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    start_http_server,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from dialog import meters
from dialog.monitoring.figures import Figures

PATIENCE_S: Final = 5.0
BEAT_S: Final = 0.5


class OnTheLoop(Collector):
    """Lets figures be read by the event loop, whose rooms no other thread may look into.

    A loop that stands still gives none: the scrape fails, which is what the monitoring must see.
    """

    def __init__(self, figures: Figures, loop: asyncio.AbstractEventLoop) -> None:
        """Bind to the loop that serves."""
        self._figures = figures
        self._loop = loop

    def collect(self) -> Iterable[Metric]:
        """Return the figures of now; called by the listener's thread."""
        asked = asyncio.run_coroutine_threadsafe(self._figures.read(), self._loop)
        return asked.result(PATIENCE_S)

    def describe(self) -> Iterable[Metric]:
        """Name nothing before it is asked: nobody serves yet."""
        return ()


class Listener:
    """Gives the metrics to whoever asks on ``host`` and ``port``, for as long as it runs."""

    def __init__(self, host: str, port: int) -> None:
        """Bind to an address; nothing listens before ``start``."""
        self._host, self._port = host, port
        self._server: WSGIServer | None = None
        self._thread: Thread | None = None
        self._beating: asyncio.Task[None] | None = None

    def start(self, figures: Figures) -> None:
        """Listen, and begin to measure how late the loop comes."""
        loop = asyncio.get_running_loop()
        both = CollectorRegistry()
        both.register(_Counted())
        both.register(OnTheLoop(figures, loop))
        self._server, self._thread = start_http_server(self._port, self._host, both)
        self._beating = asyncio.create_task(_beat(loop), name="loop lag")

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is None or self._thread is None or self._beating is None:
            return
        self._beating.cancel()
        await asyncio.gather(self._beating, return_exceptions=True)
        await asyncio.to_thread(self._server.shutdown)
        self._server.server_close()
        await asyncio.to_thread(self._thread.join)
        self._server = None


class _Counted(Collector):
    """What this process has counted and taken so far; safe to read in any thread.

    Counting its open files takes longer than the loop may be held up.
    """

    def collect(self) -> Iterable[Metric]:
        library = (GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR)
        return chain(meters.REGISTRY.collect(), *(one.collect() for one in library))

    def describe(self) -> Iterable[Metric]:
        return ()


async def _beat(loop: Any) -> None:  # noqa: ANN401 - any event loop
    """Measure how late the loop comes to what is due, twice a second."""
    while True:
        due = loop.time() + BEAT_S
        await asyncio.sleep(BEAT_S)
        meters.LAG_SECONDS.observe(max(0.0, loop.time() - due))
