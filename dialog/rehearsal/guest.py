"""One browser of a rehearsal: a player's client that sleeps, polls where it must, and measures."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote
from uuid import uuid4

from websockets.exceptions import InvalidStatus

from dialog.demo.browser import PAGE_META, Browser
from dialog.demo.client import (
    ANSWER_S,
    FOR_GOOD,
    PAGE_ENDED,
    SESSION_OVER,
    Answer,
    Client,
    Socket,
    Stream,
    TurnedAwayError,
)
from dialog.demo.picture import DriftError, Row
from dialog.rehearsal.record import Away, Record, Tap, now

OK: Final = 200
RESTART: Final = 1012
LOST: Final = 1006
TRIES: Final = 2
SILENT_S: Final = 25.0
POLL_S: Final = 20
POLL_PATIENCE_S: Final = 40.0
AGAIN_S: Final = 1.0
LIMITS: Final = frozenset({413, 429, 503})
CLOSES: Final = frozenset({1009, 1013, 4400, 4408, 4429, 4503})


class Guest(Client):
    """A client whose every answer, delta, loss and refusal goes into the record."""

    def __init__(
        self, browser: Browser, page: str, slug: str, stream: Stream, record: Record
    ) -> None:
        """Follow ``stream`` from ``page``; only the floor's screens are measured."""
        super().__init__(browser, page, slug, stream, _look)
        self.record = record
        self.polls = False
        self.longest = 300
        self._slug = slug
        self._on_floor = stream == "floor"
        self._screen = record.screen() if self._on_floor else None
        self._number = len(record.screens) - 1
        self._form = ""
        self._own_mark = ""
        self._caught_up = 0
        self._failed = 0
        self._spells = 0
        self._lost_at = 0.0
        self._wanted = 0.0
        self._own = False
        self._welcomed = False

    # --- being there -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Stay connected until the session ends or the server turns us away for good."""
        while True:
            code = await self._spell()
            self._gone(code)
            if code == SESSION_OVER:
                return
            if code in FOR_GOOD:
                if code != PAGE_ENDED or self._tries:
                    self.record.turned_away += 1
                    return
                self._token = ""
            self._wanted = now() + (pause := self._pause())
            await asyncio.sleep(pause)

    async def nap(self, seconds: float) -> None:
        """Sleep as a phone does: nothing is read any more, then the connection is gone."""
        if self._socket is None or self.polls or not self.ready.is_set():
            return
        socket, silent = self._socket, min(seconds, SILENT_S)
        self._left(own=True)
        socket.transport.pause_reading()
        await asyncio.sleep(silent)
        if self._socket is socket:
            self.drop(max(0.01, seconds - silent))

    def blink(self) -> None:
        """Lose the connection and come back at once, as between two networks."""
        if self._socket is not None and self.ready.is_set():
            self._left(own=True)
            self.drop(0.01)

    async def _spell(self) -> int:
        """Be connected once, by websocket or poll; return the code with which it ended."""
        self._welcomed = False
        try:
            if not self._token:
                self._token = await self._open_page()
            return await (self._polling() if self.polls else self._connection())
        except TurnedAwayError:
            return LOST
        except (OSError, ValueError) as fault:
            self.not_connected(fault)
            return LOST

    async def _open_page(self) -> str:
        page = await self._browser.get(self._page)
        self._form = page.hidden.get("token", "")
        if page.status in LIMITS:
            self.record.limits[f"HTTP {page.status}"] += 1
        if page.status != OK or PAGE_META not in page.meta:
            raise TurnedAwayError(f"{page.status} {self._page}")
        return page.meta[PAGE_META]

    def not_connected(self, fault: Exception) -> None:
        """Count why there is no websocket."""
        if isinstance(fault, InvalidStatus) and fault.response.status_code in LIMITS:
            self.record.limits[f"websocket {fault.response.status_code}"] += 1
        else:
            self.record.closed[LOST] += 1

    def _gone(self, code: int) -> None:
        """Note the end of a connection; two websockets without a welcome lead to the poll."""
        self._socket = None
        if self.ready.is_set():
            self._left(own=False)
            self.record.closed[code] += 1
        if code in CLOSES:
            self.record.limits[f"websocket {code}"] += 1
        self._failed = 0 if self._welcomed else self._failed + 1
        if self._failed == TRIES and self._token and not self.polls:
            self.polls = True
            self.record.had_to_poll += self._on_floor

    def _left(self, *, own: bool) -> None:
        self.ready.clear()
        self.record.present -= self._on_floor
        self._lost_at, self._own = now(), own

    def still_away(self) -> None:
        """Note at the end of the rehearsal who did not come back."""
        if self._lost_at:
            wanted = max(self._wanted, self._lost_at)
            self.record.aways.append(
                Away(self._number, self._lost_at, wanted, now(), self._own, came_back=False)
            )

    # --- what is heard ---------------------------------------------------------------------------

    async def _heed(self, socket: Socket, message: dict[str, Any]) -> None:
        kind, before = message["type"], self.picture.seq
        if kind == "me":
            self._own_mark = message["own"]
            await self._welcome(socket, message)
        elif kind == "heartbeat":
            self._compare(message)
        else:
            await super()._heed(socket, message)
        if self._screen is not None and self.picture.seq != before:
            self._screen.reached(self.picture.seq, live=self.picture.seq > self._caught_up)

    def _compare(self, message: Mapping[str, Any]) -> None:
        """Check the picture, or find it equal to one that was right: checksums take long."""
        picture, record = self.picture, self.record
        if message["seq"] != picture.seq:
            return
        key = (picture.epoch, picture.seq, str(message["digest"]))
        if record.alike != (key, picture.rows, picture.session):
            picture.check(message["seq"], message["digest"])
            record.alike = (key, dict(picture.rows), picture.session)

    async def _welcome(self, socket: Socket, message: Mapping[str, Any]) -> None:
        self._caught_up, self._welcomed = message["seq"], True
        if "limits" in message:
            self.longest = message["limits"]["text"]
        if not self.ready.is_set():
            self._spells += 1
            self.record.present += self._on_floor
            if self._lost_at:
                wanted = max(self._wanted, self._lost_at)
                away = Away(self._number, self._lost_at, wanted, now(), self._own)
                self.record.aways.append(away)
        self._lost_at = 0.0
        await super()._welcome(socket, message)

    async def _resync(self, socket: Socket, why: str) -> None:
        self.record.drifts[why] += 1
        await super()._resync(socket, why)

    # --- what is done ----------------------------------------------------------------------------

    async def act(self, do: str, **fields: object) -> Answer | None:
        """Give a command; return ``done`` or ``refused``, None where no answer came.

        What the end of the rehearsal cuts off may still be stored.
        """
        tapped, steady, spell = now(), self.ready.is_set(), self._spells
        try:
            answer = await (self._post if self.polls else self.command)(do, **fields)
        except asyncio.CancelledError:
            self.record.cut_off += 1
            raise
        except (OSError, ValueError):
            self.record.unanswered += 1
            return None
        if answer["type"] == "refused":
            self.record.refused(answer["code"])
        elif do == "upvote":
            steady = steady and spell == self._spells
            self.record.taps.append(Tap(self._number, tapped, now(), answer["seq"], steady))
        return answer

    async def own(self) -> dict[str, Any]:
        """Return what the server has of this guest, asked anew: ``me`` of a poll's answer."""
        messages = await self._poll("", 0, 0)
        return next(dict(m["me"]) for m in messages if m["type"] == "me")

    async def _polling(self) -> int:
        """Follow the stream by long polls until one fails."""
        while True:
            picture, wait = self.picture, POLL_S if self.ready.is_set() else 0
            for message in await self._poll(picture.epoch, picture.seq, wait):
                try:
                    await self._heed(NOWHERE, message)
                except DriftError as drift:
                    self.record.drifts[str(drift)] += 1
                    picture.seq = 0  # the next answer is whole
                if message["type"] == "bye":
                    return RESTART

    async def _poll(self, epoch: str, seq: int, wait: int) -> list[dict[str, Any]]:
        said = (
            f"stream={self._stream}&epoch={epoch}&seq={seq}&own={quote(self._own_mark)}&wait={wait}"
        )
        path = f"/sessions/{self._slug}/updates?{said}"
        answer = await self._browser.ask("GET", path, headers=JSON, patience=POLL_PATIENCE_S)
        if answer.status != OK:
            if answer.status in LIMITS:
                self.record.limits[f"poll {answer.status}"] += 1
            raise ConnectionError(f"{answer.status} {path}")
        return list(json.loads(answer.body))

    async def _post(self, do: str, **fields: object) -> Answer:
        """Give a command by POST, again under its key where no answer came."""
        body = json.dumps({"type": "command", "key": str(uuid4()), "do": do, **fields}).encode()
        headers = JSON | {"Content-Type": "application/json", "X-Dialog-Token": self._form}
        path, until = f"/sessions/{self._slug}/commands", now() + ANSWER_S
        while True:
            try:
                answer = await self._browser.ask("POST", path, body, headers)
            except OSError:
                if now() > until:
                    raise
                await asyncio.sleep(AGAIN_S)
                continue
            if answer.status in LIMITS:
                self.record.limits[f"POST {answer.status}"] += 1
            return dict(json.loads(answer.body))


JSON: Final = {"Accept": "application/json"}


class _Nowhere:
    """A poll has no socket: what was not answered is sent again by its own request."""

    async def send(self, message: str) -> None:
        """Send nothing."""


NOWHERE: Final = _Nowhere()


def _look(_before: Row | None, _row: Row) -> None:
    """See a row; what guests do they decide when they look at the list."""
