"""Live delivery over HTTP: the websocket, and the long poll where none gets through."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple, cast

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket

from dialog.edge.frames import EXTENSION, Frames, text_frame
from dialog.forum.commands import Command
from dialog.forum.journal import Unavailable
from dialog.forum.names import Role, Stream, Who
from dialog.forum.refusals import Code, Refusal
from dialog.forum.roles import STAFF, sees
from dialog.hub import wire
from dialog.hub.closing import Close
from dialog.hub.connection import Connection
from dialog.hub.hub import moments
from dialog.hub.ledger import Done, Reply, Waiting
from dialog.hub.room import Room
from dialog.web import forms
from dialog.web.announcement import Announcement
from dialog.web.entrance import Entrance, floor
from dialog.web.errors import RETRY_MS, Refused, as_message
from dialog.web.language import chosen
from dialog.web.passes import Visitor, visitor
from dialog.web.seals import Sealed
from dialog.web.signing import asks_again, confirmed, unconfirmed
from dialog.web.similar import Typed, resembling
from dialog.web.site import Site, site_of

log = structlog.get_logger()

LONGEST_WAIT = 25
LONGEST_SIGN = 4
RESYNC_APART = 10.0


async def socket(websocket: WebSocket) -> None:
    """Take one websocket in; from then on its line listens, until the conversation is over."""
    site = site_of(websocket)
    room = site.hub.room(websocket.path_params["slug"])
    offered = websocket.scope["subprotocols"]
    spoken = next((name for name in offered if name.startswith("dialog.")), None)
    refusal = _unwelcome(site, room, spoken)
    if refusal or room is None:
        await websocket.send_denial_response(Response(status_code=refusal or 404))
        return
    try:
        guest = await visitor(websocket)
    except Unavailable:
        await websocket.send_denial_response(Response(status_code=503))
        return
    person = _person(guest, room.slug)
    if not site.crowd.enter(person):
        await websocket.send_denial_response(Response(status_code=503))
        return
    frames = cast("Frames", websocket.scope["extensions"][EXTENSION])
    frames.at_end(partial(site.crowd.leave, person))
    await _converse(websocket, frames, Line(site, room, guest, frames), spoken)


async def _converse(websocket: WebSocket, frames: Frames, line: "Line", spoken: str | None) -> None:
    offered = websocket.scope["subprotocols"]
    await websocket.accept(wire.SUBPROTOCOL if wire.SUBPROTOCOL in offered else spoken)
    if wire.SUBPROTOCOL in offered:
        line.begin()
    else:
        frames.close(Close.NOT_SPOKEN, "not spoken")


def _unwelcome(site: Site, room: Room | None, spoken: str | None) -> int | None:
    if room is None:
        return 404
    if spoken is None:
        return 400
    return None if site.ready() else 503


def _person(guest: Visitor, slug: str) -> object:
    """Return what a person's tabs have in common; a nameless reader shares nothing with anyone."""
    grants = guest.holder.grants if guest.holder else ()
    person = next((grant.person for grant in grants if grant.session == slug), None)
    return (slug, person) if person else object()


class Line:
    """One websocket: what it receives becomes hello, commands and resyncs of its room."""

    def __init__(self, site: Site, room: Room, guest: Visitor, frames: Frames) -> None:
        """Bind a socket to a room; before its hello it is nobody."""
        self._site = site
        self._room = room
        self._guest = guest
        self._frames = frames
        self._connection: Connection | None = None
        self._entering: asyncio.Task[None] | None = None
        self._early: list[Waiting] = []
        self._asking: set[asyncio.Task[None]] = set()
        self._entered = False
        self._leaving = False
        bounds = site.bounds
        self._surely_short = min(bounds.message, bounds.staff_message) // LONGEST_SIGN

    def begin(self) -> None:
        """Listen, and hang up on who says no hello in time."""
        late = asyncio.get_running_loop().call_later(self._site.bounds.hello, self._too_late)
        self._frames.at_end(late.cancel)
        self._frames.at_end(self._end)
        self._frames.listen(self.receive)

    def _end(self) -> None:
        """Leave the room, also where the way in is still being gone."""
        if self._entering:
            self._entering.add_done_callback(self._leave)
        else:
            self._leave()

    def _leave(self, _entered: object = None) -> None:
        if self._connection:
            self._room.leave(self._connection)

    def receive(self, data: str | bytes) -> None:
        """Take one message; who was told to go is not heard any more."""
        if self._leaving:
            return
        if isinstance(data, bytes):
            self._frames.close(Close.NOT_UNDERSTOOD, "binary")
        elif len(data) > self._surely_short and len(data.encode()) > self._largest():
            self._frames.close(Close.TOO_BIG, "too big")
        else:
            self._understand(data)

    def _understand(self, text: str) -> None:
        try:
            message = wire.decode(text)
        except wire.NotUnderstood:
            self._frames.close(Close.NOT_UNDERSTOOD, "not understood")
        except wire.Malformed as malformed:
            if self._connection is None:
                self._frames.close(Close.NOT_UNDERSTOOD, "malformed hello")
            else:
                self._give(self._connection, malformed.key, Refusal(Code.MALFORMED))
        else:
            self._heed(message)

    def _heed(self, message: wire.Hello | wire.Resync | wire.Seen | wire.Order) -> None:
        if isinstance(message, wire.Hello):
            self._hello(message)
        elif self._connection is None:
            self._frames.close(Close.NOT_UNDERSTOOD, "no hello")
        elif isinstance(message, wire.Resync):
            self._resync(self._connection, message.why)
        elif isinstance(message, wire.Seen):
            self._seen(self._connection, message.numbers)
        else:
            self._give(self._connection, message.key, message.command)

    def _largest(self) -> int:
        staff = self._connection is not None and self._connection.who.role in STAFF
        return self._site.bounds.staff_message if staff else self._site.bounds.message

    def _too_late(self) -> None:
        if self._connection is None:
            self._frames.close(Close.SILENT, "no hello")

    # --- hello ---------------------------------------------------------------------------------

    def _hello(self, hello: wire.Hello) -> None:
        if self._connection is not None:
            self._frames.close(Close.NOT_UNDERSTOOD, "second hello")
            return
        who, pass_id = self._who(hello), self._guest.pass_id
        if who is None or not sees(who.role, hello.stream) or pass_id in self._site.hub.ended:
            self._frames.close(Close.PASS_ENDED, "no pass for this")
            return
        self._connection = Connection(self._frames, who, hello.stream, pass_id, hello.screen)
        self._entering = asyncio.create_task(self._enter(self._connection, hello))
        self._entering.add_done_callback(self._arrived)

    def _who(self, hello: wire.Hello) -> Who | None:
        """Return who this is: the page's role, if the cookie's pass still has it."""
        slug, role = self._room.slug, Role.READER
        if hello.page:
            sealed = self._site.seals.read_page(hello.page)
            if sealed is None or (sealed.slug, sealed.pass_id) != (slug, self._guest.pass_id):
                return None
            role = sealed.role
        if role is Role.READER and not _open_to(self._guest, self._site.announcements[slug]):
            return None
        return self._guest.who(slug, role)

    async def _enter(self, connection: Connection, hello: wire.Hello) -> None:
        ended = self._site.hub.ended
        try:
            await self._room.enter(connection, hello.epoch, hello.seq, ended)
        except Unavailable:
            self._frames.close(Close.OVERLOAD, "come back later")
            return
        except Exception:
            log.exception("hello fault", session=self._room.slug)
            self._frames.close(Close.FAULT, "fault")
            return
        if connection.pass_id in ended:  # what it said meanwhile is not heard either
            return
        self._entered = True
        early, self._early = self._early, []
        for waiting in early:
            self._room.submit(waiting)

    def _arrived(self, _entered: object) -> None:
        self._entering = None

    # --- after it ------------------------------------------------------------------------------

    def _too_fast(self, connection: Connection) -> Refusal | None:
        """Count a message; who is too fast for the third time in a minute has to leave."""
        slow = forms.pace(self._site, connection.who, self._room.slug, reader=id(self))
        if slow and connection.strikes.strike(asyncio.get_running_loop().time()):
            self._leaving = True
            self._frames.hear_no_more()
        return slow

    def _resync(self, connection: Connection, why: str) -> None:
        """Send everything anew; before the welcome nothing was sent that could have drifted."""
        slow = self._too_fast(connection)
        now = asyncio.get_running_loop().time()
        if slow:
            self._queue(connection, None, slow)
        elif connection.seq >= 0 and now - connection.resynced_at >= RESYNC_APART:
            connection.resynced_at = now
            self._room.resync(connection, why)

    def _seen(self, connection: Connection, numbers: Sequence[int]) -> None:
        """Count what stood on the screen; nobody waits for an answer."""
        slow = self._too_fast(connection)
        if slow:
            self._queue(connection, None, slow)
        elif self._entered:
            self._room.seen(connection, numbers)

    def _give(self, connection: Connection, key: str | None, command: Command | Refusal) -> None:
        """Take a command, or why it is none, unless it came too fast.

        One that asks again whoever signed in waits until it is known when they last showed who
        they are: that may have been in another tab, since this line began.
        """
        slow = self._too_fast(connection)
        if slow or isinstance(command, Refusal) or not asks_again(self._guest, command.do):
            self._queue(connection, key, slow or command)
        else:
            asking = asyncio.create_task(self._if_confirmed(connection, key, command))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)

    async def _if_confirmed(
        self, connection: Connection, key: str | None, command: Command
    ) -> None:
        refusal: Refusal | None = Refusal(Code.BUSY, field="storage", retry_ms=RETRY_MS)
        with suppress(Unavailable):
            at = await self._site.people.confirmed(connection.pass_id)
            refusal = None if confirmed(self._site, at) else Refusal(Code.CONFIRM)
        self._queue(connection, key, refusal or command)

    def _queue(self, connection: Connection, key: str | None, command: Command | Refusal) -> None:
        """Let the room answer, in the order of asking; what comes before the welcome waits."""
        last = self._leaving

        def answer(reply: Reply) -> None:
            if isinstance(reply, Done):
                told = wire.done(reply.key, reply.seq, reply.result)
            else:
                told = wire.refused(key, reply)
            self._frames.write_soon(text_frame(told))
            if last:
                connection.close(Close.TOO_FAST)

        waiting = Waiting(command, connection.who, answer, key or "", connection.stream)
        if self._entered:
            self._room.submit(waiting)
        else:
            self._early.append(waiting)


# --- without a websocket -------------------------------------------------------------------------


class Poll(NamedTuple):
    """What a poll has of a stream and of its person's own, and how long it waits for more."""

    stream: Stream
    epoch: str
    seq: int
    own: str
    wait: int


async def updates(request: Request) -> Response:
    """Answer a long poll: what changed since ``seq``, at the latest after ``wait`` seconds.

    A proxy that ends long answers is met with shorter waits; the first poll does not wait at all.
    """
    entrance = await floor(request)
    poll = _poll(request)
    site, room, guest = entrance.site, entrance.room, entrance.visitor
    who = _watching(entrance.dialog, guest, poll.stream)
    if who.role is Role.VOLUNTEER:
        site.attendance.see(room.slug, who.person)
    if poll.wait > 0:
        await _news(request, entrance, who, poll)
    if room.epoch != poll.epoch:  # publishing ended what volunteers' passes open
        guest = await visitor(request)
        who = _watching(entrance.dialog, guest, poll.stream)
    messages = await room.updates(poll.stream, who, poll.epoch, poll.seq)
    if guest.pass_id in site.hub.ended:  # while this one waited
        raise Refused(Refusal(Code.FORBIDDEN, field="role"))
    if site.hub.parting:
        messages.append(wire.bye("restart", next(moments(1))))
    body = b"[" + b",".join(messages) + b"]"
    return Response(body, 200, {"cache-control": "no-store"}, "application/json")


def _poll(request: Request) -> Poll:
    query = request.query_params
    try:
        return Poll(
            stream=Stream(query.get("stream", "floor")),
            epoch=query.get("epoch", ""),
            seq=int(query.get("seq", "0")),
            own=query.get("own", ""),
            wait=min(LONGEST_WAIT, int(query.get("wait", LONGEST_WAIT))),
        )
    except ValueError as error:
        raise Refused(Refusal(Code.MALFORMED)) from error


async def _news(request: Request, entrance: Entrance, who: Who, poll: Poll) -> None:
    """Wait for more than a poll has, in one of its person's places, until its client is gone."""
    room, guest = entrance.room, entrance.visitor
    with entrance.site.crowd.place(_person(guest, room.slug)) as welcome:
        if not welcome:
            raise Refused(Refusal(Code.BUSY, retry_ms=5_000))
        own = (who, poll.own) if poll.own else None
        news = room.moved(
            poll.stream, poll.epoch, poll.seq, poll.wait, pass_id=guest.pass_id, own=own
        )
        await _first(news, _hung_up(request))


def _open_to(guest: Visitor, dialog: Announcement) -> bool:
    """Tell whether a reader may watch: everyone, or who has a pass for this session."""
    return dialog.readers or guest.belongs(dialog.slug)


def _watching(dialog: Announcement, guest: Visitor, stream: Stream) -> Who:
    who = guest.seeing(dialog.slug, stream)
    if who is None or (who.role is Role.READER and not _open_to(guest, dialog)):
        raise Refused(Refusal(Code.FORBIDDEN, field="role"))
    return who


async def _hung_up(request: Request) -> None:
    """Wait until the client is gone: nobody waits for it then, and its place is free."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _first(*waited: Coroutine[Any, Any, None]) -> None:
    """Wait for what comes first, and give the others up."""
    tasks = [asyncio.create_task(one) for one in waited]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def commands(request: Request) -> Response:
    """Take one command by POST, as the websocket would."""
    entrance, who, body = await _by_token(request)
    site, slug = entrance.site, entrance.dialog.slug
    key, command = _order(body)
    stream = Stream.FLOOR if who.role is Role.VOLUNTEER else Stream.STAGE
    stream = Stream.DESK if sees(who.role, Stream.DESK) else stream
    unsure = None if isinstance(command, Refusal) else command.do
    refusal = forms.pace(site, who, slug) or unconfirmed(site, entrance.visitor, unsure or "")
    reply = refusal or await entrance.room.ask(command, who, key=key or "", stream=stream)
    return forms.message(reply, key)


async def likeness(request: Request) -> Response:
    """Answer what resembles a text that is being typed; nothing changes by that."""
    entrance, who, body = await _by_token(request)
    try:
        text = msgspec.json.decode(body, type=Typed).text
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Refused(Refusal(Code.MALFORMED)) from error
    found = await resembling(entrance, who, text)
    if isinstance(found, Refusal):
        return as_message(found, None)
    return Response(wire.encode(found.told(chosen(request))), media_type="application/json")


async def _by_token(request: Request) -> tuple[Entrance, Who, bytes]:
    """Return who posts what: the token's page says in which role."""
    entrance = await floor(request)
    site, slug = entrance.site, entrance.dialog.slug
    sealed = site.seals.read_form(request.headers.get("x-dialog-token", ""))
    body = await request.body()
    who = _acting(entrance.visitor, sealed, slug)
    if who is None or entrance.visitor.pass_id in site.hub.ended:
        raise Refused(Refusal(Code.FORBIDDEN, field="token"))
    return entrance, who, body


def _order(body: bytes) -> tuple[str | None, Command | Refusal]:
    """Return key and command of a message, or why it is none; with its key, for an answer."""
    try:
        message = wire.decode(body)
    except wire.Malformed as malformed:
        return malformed.key, Refusal(Code.MALFORMED)
    except wire.NotUnderstood:
        return None, Refusal(Code.MALFORMED)
    if isinstance(message, wire.Order):
        return message.key, message.command
    return None, Refusal(Code.MALFORMED)


def _acting(guest: Visitor, sealed: Sealed | None, slug: str) -> Who | None:
    if sealed is None or (sealed.pass_id, sealed.slug) != (guest.pass_id, slug):
        return None
    return guest.who(slug, sealed.role)
