"""Published answers of earlier sessions: read beside everything else, and never out of date."""

import asyncio

from dialog.forum.journal import Unavailable
from dialog.forum.names import MINUTE
from dialog.web.earlier import Earlier
from tests.archive.test_answers import KEPT, MOVED, record


class Transcripts:
    """Records in memory, changed by this process (with a version) or by another one."""

    def __init__(self) -> None:
        self.version = 0
        self.records = {"wohnen": record(q7=KEPT, q9=MOVED)}
        self.reads = 0
        self.away = False

    async def marks(self):
        self.reads += 1
        if self.away:
            raise Unavailable("away")
        await asyncio.sleep(0)
        return {slug: repr(one).encode() for slug, one in self.records.items()}

    async def get(self, slug):
        return self.records[slug]


class Clock:
    now = 1_000_000

    def __call__(self) -> int:
        return self.now


def begun() -> tuple[Earlier, Transcripts, Clock]:
    transcripts, clock = Transcripts(), Clock()
    return Earlier(transcripts, clock), transcripts, clock  # type: ignore[arg-type]


async def read(earlier: Earlier) -> None:
    assert earlier._reading is not None
    await earlier._reading


async def test_nothing_is_found_before_it_was_read_and_all_of_it_after() -> None:
    earlier, transcripts, _ = begun()
    assert earlier.like(KEPT) == []
    assert earlier.like(KEPT) == []
    await read(earlier)
    assert transcripts.reads == 1
    assert [one.number for one in earlier.like(KEPT)] == [7]
    await earlier.stop()


async def test_what_was_blackened_is_never_found_again() -> None:
    earlier, transcripts, _ = begun()
    earlier.look()
    await read(earlier)
    transcripts.records["wohnen"] = record(q7="Wer übernimmt die █████?", q9=MOVED)
    transcripts.version += 1
    assert earlier.like(MOVED) == []  # for all one knows it may be this one
    await read(earlier)
    assert KEPT not in [one.text for one in earlier.like(KEPT)]
    assert [one.number for one in earlier.like(MOVED)] == [9]
    await earlier.stop()


async def test_what_another_process_changed_is_seen_after_a_minute() -> None:
    earlier, transcripts, clock = begun()
    earlier.look()
    await read(earlier)
    del transcripts.records["wohnen"]["questions"][0]
    assert earlier.like(KEPT)
    clock.now += MINUTE + 1
    earlier.like(KEPT)
    await read(earlier)
    assert earlier.like(KEPT) == []
    await earlier.stop()


async def test_a_database_out_of_reach_is_asked_again_by_the_next_one() -> None:
    earlier, transcripts, _ = begun()
    transcripts.away = True
    assert earlier.like(KEPT) == []
    await read(earlier)
    transcripts.away = False
    assert earlier.like(KEPT) == []
    await read(earlier)
    assert earlier.like(KEPT)
    await earlier.stop()
    await Earlier(transcripts, Clock()).stop()  # type: ignore[arg-type]
