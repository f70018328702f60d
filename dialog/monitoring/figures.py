"""The figures of this moment: who is here, what waits, whether the server is fit.

They are values of the running server; what it has counted since its start is in ``meters``.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

import dialog
from dialog.forum.board import Board
from dialog.forum.journal import Unavailable
from dialog.forum.names import SECOND, Phase, Review, Role, Stream
from dialog.forum.session import Session
from dialog.hub.hub import Hub
from dialog.hub.room import Room
from dialog.monitoring.vitals import Vitals
from dialog.store.outbox import Outbox

# Sessions of other phases are many in the end, and nobody waits for anything there.
SHOWN: Final = frozenset({Phase.ANNOUNCED, Phase.OPEN, Phase.LIVE, Phase.CLOSED})
PARTS: Final = ("database", "disk", "clock")


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the figures come from.

    ``connections`` are those let in by the door, ``fault`` says why no mail leaves now, ``clock``
    gives ms UTC.
    """

    hub: Hub
    vitals: Vitals
    outbox: Outbox
    connections: Callable[[], int]
    ready: Callable[[], bool]
    fault: Callable[[], str]
    clock: Callable[[], int]


class Figures:
    """Reads the figures, on the event loop that serves."""

    def __init__(self, sources: Sources) -> None:
        """Bind to the running server."""
        self._of = sources

    async def read(self) -> list[Metric]:
        """Return all figures of now."""
        return [
            *await self._fitness(),
            *await self._evenings(),
            *await self._mail(),
        ]

    async def _fitness(self) -> list[Metric]:
        found = await self._of.vitals.look()
        about = GaugeMetricFamily("dialog_info", "The version that runs.", labels=["version"])
        about.add_metric([dialog.__version__], 1)
        fit = GaugeMetricFamily("dialog_fit", "1 where a part is as it must be.", labels=["part"])
        for part in PARTS:
            fit.add_metric([part], float(part not in found.amiss))
        ready = self._of.ready() and not found.amiss
        return [
            about,
            fit,
            gauge("dialog_ready", "1 where /readyz says ready.", float(ready)),
            gauge("dialog_disk_free_bytes", "Room on the fullest disk.", found.free),
            gauge("dialog_clock_off_seconds", "How far the clock is ahead.", found.off / SECOND),
            gauge("dialog_connections", "Connections, pages and sockets.", self._of.connections()),
        ]

    async def _evenings(self) -> Iterable[Metric]:
        people = GaugeMetricFamily("dialog_people", "People here, by session and role.",
            labels=["session", "role"])  # fmt: skip
        sockets = GaugeMetricFamily("dialog_sockets", "Websockets here, by session and stream.",
            labels=["session", "stream"])  # fmt: skip
        waiting = GaugeMetricFamily("dialog_questions_waiting", "Questions that no moderator "
            "has decided yet.", labels=["session"])  # fmt: skip
        oldest = GaugeMetricFamily("dialog_questions_oldest_seconds", "Since when the oldest of "
            "them waits.", labels=["session"])  # fmt: skip
        live = GaugeMetricFamily("dialog_live", "1 while a session is live.", labels=["session"])
        resyncs = CounterMetricFamily("dialog_resyncs", "Clients that asked for everything anew.",
            labels=["session", "why"])  # fmt: skip
        for room in self._of.hub:
            try:
                phase, undecided, since = await room.read(_waiting)
            except Unavailable:
                continue
            if phase not in SHOWN:
                continue
            age = (self._of.clock() - since) / SECOND if since else 0
            waiting.add_metric([room.slug], undecided)
            oldest.add_metric([room.slug], max(0.0, age))
            live.add_metric([room.slug], float(phase is Phase.LIVE))
            for role, count in room.presence.roles().items():
                people.add_metric([room.slug, Role(role).value], count)
            for stream, count in _streams(room):
                sockets.add_metric([room.slug, stream.value], count)
            for why, count in room.resyncs.items():
                resyncs.add_metric([room.slug, why], count)
        return people, sockets, waiting, oldest, live, resyncs

    async def _mail(self) -> list[Metric]:
        away = gauge("dialog_mail_away", "1 while the relay takes no mail.", bool(self._of.fault()))
        try:
            queue = await self._of.outbox.queue()
        except Unavailable:
            return [away]
        late = (self._of.clock() - queue.due) / SECOND if queue.waiting and queue.due else 0
        return [
            away,
            gauge("dialog_letters_waiting", "Letters not yet sent.", queue.waiting),
            gauge("dialog_letters_late_seconds", "How late the next one is.", max(0.0, late)),
        ]


def gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    """Return a figure without labels."""
    return GaugeMetricFamily(name, said, value=value)


def _waiting(session: Session, board: Board) -> tuple[Phase, int, int]:
    """Return a session's phase, how many questions wait, and since when the oldest does (ms).

    The moderators' window carries the oldest of them, whatever the number of all.
    """
    waiting = session.reviews[Review.WAITING]
    shown = (session.questions[n] for n in board.sheets[Stream.DESK].shown) if waiting else ()
    since = (one.asked for one in shown if one.standing.review is Review.WAITING)
    return session.phase, waiting, min(since, default=0)


def _streams(room: Room) -> Iterator[tuple[Stream, int]]:
    for stream in Stream:
        count = len(tuple(room.presence.follow(stream)))
        if count:
            yield stream, count
