"""What every page needs, joined by the composition root and handed down with the request."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from starlette.requests import HTTPConnection

from dialog.edge.aliases import Aliases
from dialog.edge.crowd import Crowd
from dialog.forum.transcript import Transcript
from dialog.hub.hub import Hub
from dialog.hub.limits import Arrivals, Buckets
from dialog.provider import Provider
from dialog.store.accounts import Accounts
from dialog.store.editions import Editions
from dialog.store.guests import Guests
from dialog.store.outbox import Outbox
from dialog.store.people import People
from dialog.store.rolls import Rolls
from dialog.store.signins import SignIns
from dialog.store.transcripts import Transcripts
from dialog.web.announcement import Announcement
from dialog.web.attendance import Attendance
from dialog.web.bulletin import Bulletin
from dialog.web.formats import Formats
from dialog.web.library import Library
from dialog.web.particulars import InForce, Particulars
from dialog.web.records import Records
from dialog.web.seals import Seals
from dialog.web.standings import Standings


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs this server, as the pages say it; an empty address is left out."""

    name: str
    demo: bool
    contact: str
    imprint: str
    privacy: str
    accessibility: str
    barrier: str
    easy: str
    sign: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of the web: bytes of messages and forms, seconds."""

    message: int
    staff_message: int
    hello: float
    pass_s: int
    staff_pass_s: int


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail leaves: host of the relay (empty: none is set), sender, why nothing leaves now."""

    relay: str
    sender: str
    fault: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Site:
    """The parts of the running server that pages use."""

    hub: Hub
    people: People
    outbox: Outbox
    guests: Guests
    rolls: Rolls
    attendance: Attendance
    accounts: Accounts
    signins: SignIns
    provider: Provider | None
    mail: Mail
    editions: Editions
    transcripts: Transcripts
    records: Records
    announcements: Mapping[str, Announcement]
    seals: Seals
    operator: Operator
    particulars: Particulars
    in_force: InForce
    bounds: Bounds
    crowd: Crowd
    volunteers: Buckets
    staff: Buckets
    guesses: Buckets
    arrivals: Arrivals
    barriers: Buckets
    barriers_in_all: Buckets
    signins_of_network: Buckets
    signins_of_address: Buckets
    subscriptions_of_address: Buckets
    subscriptions_in_all: Buckets
    searches: Buckets
    searches_of_rooms: Buckets
    searches_of_address: Buckets
    searches_of_archive: Buckets
    library: Library
    bulletin: Bulletin
    formats: Formats
    aliases: Aliases
    origins: frozenset[str]
    base_url: str
    clock: Callable[[], int]
    record: Callable[[str, Transcript], dict[str, Any]]
    data: Path
    sessions: Path
    look: Callable[[], Awaitable[None]]
    ready: Callable[[], bool]
    storing: Callable[[], Awaitable[bool]]
    amiss: Callable[[], Awaitable[Mapping[str, str]]]
    standings: Standings = field(default_factory=Standings)

    @property
    def mails(self) -> bool:
        """Tell whether letters go anywhere."""
        return bool(self.mail.relay)

    @property
    def secure(self) -> bool:
        """Tell whether people come by https."""
        return self.base_url.startswith("https://")


def site_of(connection: HTTPConnection) -> Site:
    """Return the site that a request or a websocket belongs to."""
    return cast("Site", connection.app.state.site)
