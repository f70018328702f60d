"""The composition root: settings, store, hub, web, in this order; stopped in reverse."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect

from dialog.archive import folder
from dialog.declared import Declared, Kept
from dialog.edge.aliases import Aliases
from dialog.edge.crowd import Crowd
from dialog.edge.door import Door, room_for
from dialog.edge.frames import text_frame
from dialog.edge.limits import Limits as EdgeLimits
from dialog.edge.server import Server, configure
from dialog.follower import Follower
from dialog.forum.journal import Unavailable
from dialog.forum.names import SECOND
from dialog.hub.clock import Patient, steady
from dialog.hub.hub import Hub
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
    SUBSCRIPTIONS_IN_ALL,
    SUBSCRIPTIONS_OF_ADDRESS,
    Buckets,
    Pace,
    Spent,
)
from dialog.hub.relay import Relay
from dialog.hub.room import Timing
from dialog.mail.delivery import Delivery
from dialog.mail.occasions import Occasions
from dialog.mail.relay import Relay as PostRelay
from dialog.mail.writing import Writing
from dialog.monitoring.figures import Figures, Sources
from dialog.monitoring.listener import Listener
from dialog.monitoring.vitals import MIB, Parts, Vitals
from dialog.operating import arrivals, in_force, operator, particulars, provider, relay_of
from dialog.programme import programme
from dialog.purging import Persons, Purging
from dialog.secret import kept_secret
from dialog.settings import Settings
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
from dialog.web.announcement import declare
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
        self.provider = provider(settings, secret, clock)
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
        self.declared = Declared(
            self.programme.declarations,
            settings.sessions,
            Kept(self.journal, self.people, self.persons, self.transcripts, self.formats),
            self.hub,
            timing=Timing(settings.tick_ms / SECOND, settings.window_ms / SECOND),
            charge=self._charge,
            clock=clock,
        )
        follow = settings.sessions, self.database, self.hub, clock, self.declared.take
        self.follower = Follower(*follow, self.programme.faults)
        self._looking: list[asyncio.Task[None]] = []
        self.purging = Purging(
            settings.data,
            self.journal,
            self.persons,
            Deletions(self.database),
            self.hub,
            clock,
            self.declared.begin,
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
        slugs = folder.slugs(self.settings.sessions)
        records = [slug for slug in slugs if await self.declared.take_in(slug)]
        live = [d for d in self.declared if d.slug not in records]
        for declaration in live:
            self.hub.add(self.declared.room(declaration))
        gc.disable()  # it takes half the time of opening, which makes no cycles
        try:
            await self.hub.start({d.slug: declare(d) for d in live})
        finally:
            gc.enable()
        await self.follower.look()
        self._looking = [
            asyncio.create_task(self.follower.run(), name="folders"),
            asyncio.create_task(self.purging.run(lambda: list(self.declared)), name="purging"),
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
        if self.database.failing:
            with suppress(Unavailable):
                await self.vitals.trial()
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
            announcements=self.declared.announcements,
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
            subscriptions_of_address=Buckets(SUBSCRIPTIONS_OF_ADDRESS),
            subscriptions_in_all=Buckets(SUBSCRIPTIONS_IN_ALL),
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
            record=self.declared.record,
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


def _from_one_address(settings: Settings, most: int) -> int:
    """Behind a proxy every connection comes from its address; the guards count those it names."""
    return most if settings.proxies else settings.connections_per_address


def _pace(messages: int, burst: int) -> Pace:
    return Pace(messages / TEN_SECONDS, messages * burst)
