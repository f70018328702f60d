"""The composition root: settings, store, hub, web, in this order; stopped in reverse."""

import asyncio
import gc
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from dialog import disk
from dialog.archive import folder
from dialog.archive.bundle import Heading, bundle
from dialog.archive.founding import founding
from dialog.edge.aliases import Aliases
from dialog.edge.crowd import Crowd
from dialog.edge.door import Door, room_for
from dialog.edge.frames import text_frame
from dialog.edge.limits import Limits as EdgeLimits
from dialog.edge.server import Server, configure
from dialog.follower import Follower
from dialog.forum.events import Entry
from dialog.forum.evolve import replay
from dialog.forum.journal import Batch, Place, Unavailable
from dialog.forum.names import SECOND, SYSTEM, Phase, Role
from dialog.forum.refusals import Code, Refusal
from dialog.forum.retention import MONTH
from dialog.forum.session import Session
from dialog.forum.transcript import Transcript, transcript
from dialog.hub.clock import Patient, steady
from dialog.hub.hub import Hub
from dialog.hub.ledger import line
from dialog.hub.limits import (
    BARRIERS,
    BARRIERS_IN_ALL,
    GUESSES,
    SEARCHES,
    SEARCHES_OF_ADDRESS,
    SEARCHES_OF_ARCHIVE,
    SEARCHES_OF_ROOM,
    SIGN_INS,
    SIGN_INS_OF_ADDRESS,
    Arrivals,
    Buckets,
    Pace,
    Spent,
)
from dialog.hub.relay import Relay
from dialog.hub.room import Room, Timing
from dialog.mail.delivery import Delivery
from dialog.mail.occasions import Occasions
from dialog.mail.relay import Relay as PostRelay
from dialog.mail.relay import Way, way
from dialog.mail.writing import Writing
from dialog.monitoring.figures import Figures, Sources
from dialog.monitoring.listener import Listener
from dialog.monitoring.vitals import MIB, Parts, Vitals
from dialog.operating import DEMONSTRATED, in_force, operator, particulars
from dialog.programme import Declaration, programme
from dialog.provider import Client, Provider
from dialog.purging import Persons, Purging
from dialog.settings import Settings, offices_of
from dialog.store.accounts import Accounts
from dialog.store.database import Database
from dialog.store.deletions import Deletions
from dialog.store.editions import Editions
from dialog.store.guests import Guests
from dialog.store.journal import Journal
from dialog.store.listening import listen
from dialog.store.outbox import Outbox
from dialog.store.people import DAY, HOUR, Lifetime, People
from dialog.store.processes import Processes
from dialog.store.rolls import Rolls
from dialog.store.signins import SignIns
from dialog.store.transcripts import Transcripts
from dialog.store.upkeep import keep_up
from dialog.web import errors
from dialog.web.announcement import announce, declare, plain
from dialog.web.attendance import Attendance
from dialog.web.bulletin import Bulletin
from dialog.web.formats import Formats
from dialog.web.guards import Guards
from dialog.web.library import Library
from dialog.web.records import Records
from dialog.web.routes import routes
from dialog.web.seals import Seals
from dialog.web.shelf import Shelf
from dialog.web.site import Bounds, Mail, Site
from dialog.web.visits import Visits

log = structlog.get_logger()
TEN_SECONDS = 10
SMALL = 1_000


def wall() -> int:
    """Return what the machine's clock shows, in ms UTC."""
    return time.time_ns() // 1_000_000


clock = Patient(wall)


class Application:
    """The whole server but its socket."""

    def __init__(self, settings: Settings) -> None:
        """Join the parts; nothing is opened before ``start``."""
        self.settings = settings
        self.programme = programme(settings.sessions)
        self._declared = {
            d.slug: d for d in self.programme.declarations if not (d.draft or d.rehearsal_until)
        }
        secret = settings.secret or kept_secret(settings.data)
        self.database = Database(settings.database)
        self.journal = Journal(self.database)
        lifetime = Lifetime(settings.pass_idle_days * DAY, settings.pass_days * DAY)
        staff = Lifetime(settings.staff_idle_hours * HOUR, settings.staff_days * DAY)
        self.people = People(self.database, secret, clock, lifetime, staff)
        self.guests = Guests(self.database, self.people, clock)
        self.rolls = Rolls(self.database, clock)
        self.accounts = Accounts(self.database, clock)
        self.signins = SignIns(self.database, self.people, secret, clock)
        self.provider = provider(settings, secret)
        self.outbox = Outbox(self.database, clock)
        self.bulletin = Bulletin(self.database, secret, clock)
        self.persons = Persons(
            self.people, self.guests, self.rolls, self.outbox, self.bulletin.subscriptions
        )
        self.editions = Editions(self.database, clock)
        self.transcripts = Transcripts(self.database)
        self.records = Records(self.transcripts, clock)
        self.library = Library(self.transcripts, clock)
        base_url = settings.base_url.rstrip("/")
        self.formats = Formats(self.transcripts, settings.sessions, base_url)
        self.ready = False
        self._upkeep: asyncio.Task[None] | None = None
        self.aliases = Aliases(time.monotonic)
        self.hub = Hub(text_frame)
        self.attendance = Attendance(self.guests, lambda: self.hub)
        self.announcements = {slug: announce(d) for slug, d in self._declared.items()}
        self.follower = Follower(
            settings.sessions, self.database, self.hub, clock, self._take, self.programme.faults
        )
        self._looking: list[asyncio.Task[None]] = []
        self.purging = Purging(
            settings.data,
            self.journal,
            self.persons,
            Deletions(self.database),
            self.hub,
            clock,
            self._begin,
        )
        listening = partial(listen, settings.database)
        processes = Processes(self.database)
        self.relay = Relay(self.hub, processes, listening)
        self.vitals = self._vitals(processes)
        self.door: Door | None = None
        self.metrics = Listener(settings.metrics_host, settings.metrics_port)
        self.crowd = Crowd(settings.connections_per_person, self.relay.elsewhere)
        self.volunteers = Buckets(_pace(settings.messages_per_10s, 2))
        self.staff = Buckets(_pace(settings.staff_messages_per_10s, 1))
        self._way = relay_of(settings)
        self.delivery: Delivery | None = None
        self.asgi = self._web(secret)
        site: Site = self.asgi.state.site
        self.occasions = Occasions(site)
        if self._way:
            post, writing = PostRelay(self._way), Writing(site, self._way.sender)
            self.delivery = Delivery(self.outbox, post, writing, clock, settings.mail_per_minute)

    async def start(self) -> None:
        """Take in records that lie in the folders, and open a room for every other session."""
        for fault in self.programme.faults:
            log.warning("session not read", fault=fault.told("en"))
        records = [
            slug for slug in folder.slugs(self.settings.sessions) if await self._take_in(slug)
        ]
        live = [d for d in self.declared() if d.slug not in records]
        for declaration in live:
            self.hub.add(self._room(declaration))
        gc.disable()  # it takes half the time of opening, which makes no cycles
        try:
            await self.hub.start({d.slug: declare(d) for d in live})
        finally:
            gc.enable()
        await self.follower.look()
        self._looking = [
            asyncio.create_task(self.follower.run(), name="folders"),
            asyncio.create_task(self.purging.run(self.declared), name="purging"),
            asyncio.create_task(self.attendance.run(), name="attendance"),
            asyncio.create_task(self.occasions.run(), name="occasions"),
        ]
        if self.delivery:
            self.delivery.start()
        if self.database.shared:
            self.relay.start(self.crowd.places)
        self._upkeep = asyncio.create_task(
            keep_up(self.journal, self.settings.database, lambda: [room.slug for room in self.hub])
        )
        self.library.look()
        self.ready = True
        if self.settings.metrics_port:
            self.metrics.start(self._figures())

    async def storing(self) -> bool:
        """Tell whether what people do can be stored; after a failure it is tried out."""
        slugs = [room.slug for room in self.hub]
        if self.database.failing and slugs:
            with suppress(Unavailable):
                await self.journal.trial(slugs[0])
        return not self._failing()

    def _failing(self) -> bool:
        reached = self.relay.reaching and not self.database.failing
        return not (reached and all(room.storing for room in self.hub))

    async def drain(self) -> None:
        """Finish the commits under way, close the rooms and say good-bye to everyone."""
        self.ready = False
        for task in self._looking:
            task.cancel()
        await asyncio.gather(*self._looking, return_exceptions=True)
        if self.delivery:
            await self.delivery.stop(self.settings.drain_seconds / 4)
        await self.hub.stop(self.settings.drain_seconds / 2)
        await self.relay.stop()

    async def close(self) -> None:
        """Close the database."""
        if self._upkeep is not None:
            self._upkeep.cancel()
            await asyncio.wait([self._upkeep])
        await self.metrics.stop()
        await self.library.stop()
        await self.formats.stop()
        if self.provider is not None:
            await self.provider.close()
        await self.database.close()

    async def publish(self, slug: str, transcript: Transcript) -> None:
        """Keep a session's public record in the database and in its folder.

        Volunteers part before it stands there for the first time; who comes back later by a private
        link may stay.
        """
        record = self.record(slug, transcript)
        kept = await self.transcripts.get(slug)
        if kept is None:
            self.hub.ended.update(await self.people.part(slug))
            await self.persons.let_go(slug, whole=False)
        if record != kept:  # every start hands it on again
            await self.transcripts.save(slug, record)
        await asyncio.to_thread(folder.write, self.settings.sessions / slug, record)
        self.formats.lay(record)

    def declared(self) -> list[Declaration]:
        """Return all sessions of the programme that are no rehearsals."""
        return [one for one in self._declared.values() if not one.rehearsal_until]

    def record(self, slug: str, transcript: Transcript) -> dict[str, Any]:
        """Return a session's record as it is published."""
        return bundle(heading(self._declared[slug]), transcript)

    async def _take_in(self, slug: str) -> bool:
        """Take in the record in a folder, and tell whether it stands for the session.

        A session that has its journal here is its own record; a file that cannot be read opens no
        second evening under an old name.
        """
        if await self.journal.known(slug):
            return False
        try:
            record = await asyncio.to_thread(folder.read, self.settings.sessions / slug)
        except folder.NoRecord as error:
            log.warning("record not read", fault=str(error))
            return True
        if record is not None:
            await self.transcripts.save(slug, record)
            self.formats.lay(record)
        return record is not None

    async def adopt(self, slug: str) -> str:
        """Let the journal of a session begin with the record in its folder; return why not.

        Names in a record of a month ago may stay: those that might not are gone from it.
        """
        if await self.journal.known(slug):
            return f"{slug} is a session of this server already."
        try:
            record = folder.read(self.settings.sessions / slug)
        except folder.NoRecord as fault:
            return str(fault)
        if record is None or slug not in self._declared:
            return f"There is no record of {slug}, or its session.toml cannot be read."
        published = datetime.fromisoformat(record["published"]).timestamp() * SECOND
        named = clock() >= published + MONTH
        fact = founding(record, named=named)
        entry = Entry(1, clock(), SYSTEM.person, fact.event, fact.texts)
        session = replay([entry])
        lines = tuple(line(session, number) for number in session.questions)
        batch = Batch((entry,), lines=lines, phase=session.phase)
        opened = await self.journal.open(slug)
        await self.journal.append(slug, Place(opened.epoch, 0, 0), lambda _tail: batch)
        return ""

    async def _take(self, declaration: Declaration) -> None:
        """Let a session be as its folder says now: its room opens, or is told.

        One that was over before anybody here knew it begins nothing: it may be a record on its way.
        """
        slug = declaration.slug
        if declaration == self._declared.get(slug):
            return
        room = self.hub.room(slug)
        if room is not None:
            await self._tell(room, declaration)
        elif declaration.rehearsal_until:
            await self._begin(declaration)
        elif await self._take_in(slug):
            self._announce(declaration)
        elif declaration.ends.timestamp() * SECOND > clock():
            await self._begin(declaration)
        else:
            log.warning("session is over already, a restart takes it in", session=slug)

    async def _tell(self, room: Room, declaration: Declaration) -> None:
        """Declare a session anew; where its room does not take that, what it was told before holds.

        A record says what its session's folder says.
        """
        reply = await room.ask(declare(declaration), SYSTEM)
        if isinstance(reply, Refusal):
            if reply.code is Code.BUSY:
                raise Unavailable
            fields = {"session": room.slug, "code": reply.code.value}
            log.warning("declaration not taken, the one of before holds", **fields)
            return
        self._announce(declaration)
        said = await room.read(lambda session, _board: published(session))
        if said is not None:
            await self.publish(room.slug, said)

    def _announce(self, declaration: Declaration) -> None:
        self._declared[declaration.slug] = declaration
        self.announcements[declaration.slug] = announce(declaration)

    async def _begin(self, declaration: Declaration) -> None:
        """Open the room of a session, which may come while others are open."""
        self._announce(declaration)
        await self.hub.open(self._room(declaration), declare(declaration))

    def _room(self, declaration: Declaration) -> Room:
        timing = Timing(self.settings.tick_ms / SECOND, self.settings.window_ms / SECOND)
        return Room(
            declaration.slug,
            self.journal,
            clock=clock,
            frame=text_frame,
            timing=timing,
            publish=self.publish,
            charge=self._charge,
        )

    def _charge(self, spent: Spent) -> None:
        """Let what somebody sent to another process count for their pace here."""
        buckets = self.staff if spent.staff else self.volunteers
        buckets.spend((spent.slug, spent.person), clock() / SECOND, spent.messages)

    def _web(self, secret: str) -> Starlette:
        settings = self.settings
        addressed = routes()
        visits = Middleware(Visits, addressed=addressed, told=settings.access_log)
        guards = Middleware(
            Guards,
            origins=settings.allowed_origins,
            largest=settings.staff_message_bytes,
            addresses=Crowd(settings.connections_per_address),
            aliases=self.aliases,
        )
        shelf = Middleware(Shelf, clock=time.monotonic)
        made = Starlette(
            routes=addressed,
            middleware=[visits, guards, shelf, Middleware(GZipMiddleware, minimum_size=SMALL)],
            lifespan=self._lifespan,
            exception_handlers={
                errors.Refused: errors.on_refused,
                Unavailable: errors.on_unavailable,
                errors.Elsewhere: errors.on_elsewhere,
                HTTPException: errors.on_http,
                ClientDisconnect: errors.on_gone,
                Exception: errors.on_fault,
            },
        )
        made.router.redirect_slashes = False  # it would lead to whatever host a request names
        made.state.site = self._site(secret)
        return made

    def _vitals(self, processes: Processes) -> Vitals:
        settings = self.settings
        return Vitals(
            Parts(
                hub=self.hub,
                database=self.database,
                journal=self.journal,
                processes=processes,
                failing=self._failing,
                storing=self.storing,
                clock=clock,
                steady=steady,
                folders=(settings.data, settings.sessions),
                least=settings.disk_mb * MIB,
            )
        )

    async def _amiss(self) -> dict[str, str]:
        return (await self.vitals.look()).amiss

    def _figures(self) -> Figures:
        return Figures(
            Sources(
                hub=self.hub,
                vitals=self.vitals,
                outbox=self.outbox,
                connections=lambda: len(self.door) if self.door else 0,
                ready=lambda: self.ready,
                fault=lambda: self.delivery.fault if self.delivery else "",
                clock=clock,
            )
        )

    def _mail(self) -> Mail:
        """Return how mail leaves, and why none does at the moment."""
        found = self._way
        relay, sender = (found.host, str(found.sender)) if found else ("", "")
        return Mail(relay, sender, lambda: self.delivery.fault if self.delivery else "")

    def _site(self, secret: str) -> Site:
        settings = self.settings
        return Site(
            hub=self.hub,
            people=self.people,
            guests=self.guests,
            rolls=self.rolls,
            attendance=self.attendance,
            accounts=self.accounts,
            signins=self.signins,
            provider=self.provider,
            mail=self._mail(),
            outbox=self.outbox,
            editions=self.editions,
            transcripts=self.transcripts,
            records=self.records,
            announcements=self.announcements,
            seals=Seals(secret, clock),
            operator=operator(settings),
            particulars=particulars(settings),
            in_force=in_force(settings),
            bounds=Bounds(
                settings.message_bytes,
                settings.staff_message_bytes,
                settings.hello_seconds,
                settings.pass_days * DAY // SECOND,
                settings.staff_days * DAY // SECOND,
            ),
            crowd=self.crowd,
            volunteers=self.volunteers,
            staff=self.staff,
            guesses=Buckets(GUESSES),
            arrivals=arrivals(settings),
            barriers=Buckets(BARRIERS),
            barriers_in_all=Buckets(BARRIERS_IN_ALL),
            signins_of_network=Buckets(SIGN_INS),
            signins_of_address=Buckets(SIGN_INS_OF_ADDRESS),
            searches=Buckets(SEARCHES),
            searches_of_rooms=Buckets(SEARCHES_OF_ROOM),
            searches_of_address=Buckets(SEARCHES_OF_ADDRESS),
            searches_of_archive=Buckets(SEARCHES_OF_ARCHIVE),
            library=self.library,
            bulletin=self.bulletin,
            formats=self.formats,
            aliases=self.aliases,
            origins=settings.allowed_origins,
            base_url=settings.base_url.rstrip("/"),
            clock=clock,
            record=self.record,
            data=settings.data,
            sessions=settings.sessions,
            look=self.follower.look,
            ready=lambda: self.ready,
            storing=self.storing,
            amiss=self._amiss,
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        await self.start()
        try:
            yield
        finally:
            if self.ready:
                await self.drain()
            await self.close()


def server(
    application: Application,
    listening: Callable[[int], Awaitable[None]],
    drain: Callable[[], Awaitable[None]] | None = None,
) -> Server:
    """Return the application's server; ``drain`` is awaited instead of the application's own."""
    settings = application.settings
    most = room_for(settings.connections)
    if most < settings.connections:
        log.warning("the system allows fewer connections", connections=most)
    door = Door(most, _from_one_address(settings, most), application.aliases)
    application.door = door
    config = configure(
        application.asgi,
        host=settings.host,
        port=settings.port,
        proxies=settings.proxies,
        drain_seconds=settings.drain_seconds,
        door=door,
        limits=EdgeLimits(
            message_bytes=settings.staff_message_bytes,
            head_bytes=settings.head_bytes,
            head_seconds=settings.head_seconds,
            stalled_seconds=settings.stalled_seconds,
            control_frames=settings.control_frames_per_10s,
            fragments=settings.fragments,
        ),
    )
    return Server(config, listening=listening, drain=drain or application.drain)


def provider(settings: Settings, secret: str) -> Provider | None:
    """Return the provider with which staff sign in, if one is set."""
    if not settings.oidc_issuer:
        return None
    client = Client(
        issuer=settings.oidc_issuer,
        client=settings.oidc_client,
        secret=settings.oidc_secret,
        redirect=f"{settings.base_url.rstrip('/')}/signin/callback",
        scopes=settings.oidc_scopes,
        claim=settings.oidc_claim,
        offices={group: Role(role) for group, role in offices_of(settings.oidc_groups).items()},
    )
    return Provider(client, secret, clock)


def _from_one_address(settings: Settings, most: int) -> int:
    """Behind a proxy every connection comes from its address; the guards count those it names."""
    return most if settings.proxies else settings.connections_per_address


def demonstration(data: Path, port: int) -> Settings:
    """Return the settings of a demonstration; the environment has no say in them."""
    return Settings.model_construct(
        data=data,
        sessions=data / "sessions",
        port=port,
        base_url=f"http://127.0.0.1:{port}",
        **DEMONSTRATED,
        joins_at_once=10_000,  # all of its volunteers come from here
        joins_per_hour=10_000,
    )


def heading(declaration: Declaration) -> Heading:
    """Return what stands above a session's record."""
    answerer, recording = declaration.answerer, declaration.recording
    return Heading(
        slug=declaration.slug,
        title=declaration.title,
        language=declaration.languages[0],
        introduction=plain(declaration.intro),
        answerer=(answerer.name, answerer.office),
        starts=declaration.starts,
        ends=declaration.ends,
        topics=declaration.topics,
        recording=(recording.url, recording.starts) if recording else None,
    )


def arrivals(settings: Settings) -> Arrivals:
    """Return how many come in from one network as usual, and at most."""
    usual = Pace(settings.joins_per_minute / 60, settings.joins_at_once)
    return Arrivals(usual, Pace(settings.joins_per_hour / 3600, settings.joins_per_hour))


def published(session: Session) -> Transcript | None:
    """Return the record of a published session."""
    return transcript(session) if session.phase is Phase.PUBLISHED else None


def relay_of(settings: Settings) -> Way | None:
    """Return the way to the relay, None where none is set."""
    if not settings.mail_relay:
        return None
    host = urlsplit(settings.base_url).hostname or "localhost"
    return way(
        settings.mail_relay,
        settings.mail_from or f"dialog@{host}",
        plain=settings.mail_plain,
        timeout=settings.mail_timeout,
        name=host,
    )


def kept_secret(data: Path) -> str:
    """Return the secret of a data folder, drawn at the first start and readable by us alone.

    It appears whole or not at all: two commands may start at once, and an empty one signs nothing.
    """
    data.mkdir(parents=True, exist_ok=True)
    file = data / "secret"
    if not file.exists():
        drawn = disk.draft(file)
        drawn.write_text(secrets.token_urlsafe(48), "ascii")
        disk.settle(drawn)
        with suppress(FileExistsError):
            file.hardlink_to(drawn)
        drawn.unlink()
        disk.settle(data)
    secret = file.read_text("ascii").strip()
    if not secret:
        raise ValueError(f"{file} is empty: remove it, and a new secret is drawn")
    return secret


def _pace(messages: int, burst: int) -> Pace:
    return Pace(messages / TEN_SECONDS, messages * burst)
