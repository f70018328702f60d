"""The tables, and the few SQL helpers that both databases understand.

Instants are integers (ms UTC, 0: never); closed sets are CHECK constraints; who a person is stands
in ``people``, ``passes``, ``grants``, ``invitations``, ``accounts`` and their roles, ``guests``,
``rolls``, ``subscriptions`` and ``letters`` alone; ``guides`` are public contacts.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    Dialect,
    Index,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy import Table as CoreTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from dialog.forum.names import Admission, Outcome, Phase, Reason, Review, Role

# Constraints need names, or batch migrations on SQLite could not drop them.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Prose(TypeDecorator[str]):
    """Text in which no NUL stands: PostgreSQL refuses it, SQLite's functions stop there."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse a NUL that came past the gate for texts."""
        if value is not None and "\0" in value:
            raise ValueError("A text with NUL cannot be stored.")
        return value


def one_of(column: str, words: type[StrEnum]) -> CheckConstraint:
    """Return the constraint that keeps a column to a closed set of words."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f'"{column}" IN ({listed})', name=column)


class Delivery(StrEnum):
    """Where a mail stands; ``unclear``: a process ended while the relay had it, nobody knows."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCLEAR = "unclear"
    DROPPED = "dropped"


class NoticeKind(StrEnum):
    """An information notice, or a call with a deadline."""

    NOTICE = "notice"
    CALL = "call"


class NoticeState(StrEnum):
    """Who sees a notice: the organisers, everybody, or nobody any more."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Table(SQLModel):
    """What all tables share: constraints with names."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


class Session(Table, table=True):
    """A session: epoch (16 hex digits), head of its journal, and its last person number."""

    __tablename__ = "sessions"
    __table_args__ = (one_of("phase", Phase),)
    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(sa_type=Prose, unique=True)
    epoch: str = Field(sa_type=Prose)
    phase: str = Field(sa_type=Prose)
    head: int = Field(sa_type=BigInteger)
    persons: int


class JournalRow(Table, table=True):
    """One entry of a journal; the payload is JSON without any free text."""

    __tablename__ = "journal"
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    number: int = Field(primary_key=True, sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    person: int
    kind: str = Field(sa_type=Prose)
    payload: str = Field(sa_type=Text)


class TextRow(Table, table=True):
    """The body of a text that the journal names by number, first written ``at`` (ms UTC).

    After a restore two texts may have borne one number: the moment tells them apart.
    """

    __tablename__ = "texts"
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    number: int = Field(primary_key=True)
    body: str = Field(sa_type=Prose)
    at: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class QuestionRow(Table, table=True):
    """A question's line for pages, search and statistics; ``text`` is a text number."""

    __tablename__ = "questions"
    __table_args__ = (
        one_of("review", Review),
        one_of("reason", Reason),
        one_of("outcome", Outcome),
    )
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    number: int = Field(primary_key=True)
    asked: int = Field(sa_type=BigInteger)
    review: str = Field(sa_type=Prose)
    reason: str | None = Field(default=None, sa_type=Prose)
    into: int
    outcome: str = Field(sa_type=Prose)
    topic: str = Field(sa_type=Prose)
    upvotes: int
    text: int
    rev: int = Field(sa_type=BigInteger)


class ResultRow(Table, table=True):
    """A remembered answer; ``body`` is a hash of the command, ``result`` JSON."""

    __tablename__ = "results"
    __table_args__ = (Index(None, "session", "seq"),)
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    person: int = Field(primary_key=True)
    key: str = Field(primary_key=True, sa_type=Prose)
    body: bytes = Field(sa_type=LargeBinary)
    seq: int = Field(sa_type=BigInteger)
    result: bytes = Field(sa_type=LargeBinary)


class StateRow(Table, table=True):
    """A part of what a journal added up to at ``number``; whole with all ``parts`` of one epoch.

    ``rules`` names the program that wrote it, ``hash`` is that of the whole body.
    """

    __tablename__ = "states"
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    number: int = Field(primary_key=True, sa_type=BigInteger)
    part: int = Field(primary_key=True)
    parts: int
    epoch: str = Field(sa_type=Prose)
    rules: str = Field(sa_type=Prose)
    hash: bytes = Field(sa_type=LargeBinary)
    body: bytes = Field(sa_type=LargeBinary)


class PersonRow(Table, table=True):
    """A person in one role of one session; ``link`` is the hash of the private link, if any.

    ``admission`` says how a volunteer came in; staff are ``joined``.
    """

    __tablename__ = "people"
    __table_args__ = (one_of("role", Role), one_of("admission", Admission))
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    number: int = Field(primary_key=True)
    role: str = Field(primary_key=True, sa_type=Prose)
    name: str = Field(sa_type=Prose)
    since: int = Field(sa_type=BigInteger)
    link: bytes | None = Field(default=None, sa_type=LargeBinary, unique=True)
    admission: str = Field(
        default=Admission.JOINED.value,
        sa_type=Prose,
        sa_column_kwargs={"server_default": Admission.JOINED.value},
    )


class AccountRow(Table, table=True):
    """A member of staff who signs in, by mail (``address``) or with a provider (``subject``).

    The address is as it was given; ``key`` is it in the form in which it is looked for.
    """

    __tablename__ = "accounts"
    __table_args__ = {"sqlite_autoincrement": True}
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(sa_type=Prose, unique=True)
    address: str = Field(sa_type=Prose)
    subject: str | None = Field(default=None, sa_type=Prose, unique=True)
    name: str = Field(sa_type=Prose)
    lang: str = Field(default="de", sa_type=Prose)
    made: int = Field(sa_type=BigInteger)


class OfficeRow(Table, table=True):
    """A role that an account has in every session, of now and to come."""

    __tablename__ = "offices"
    __table_args__ = (one_of("role", Role),)
    account: int = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    role: str = Field(primary_key=True, sa_type=Prose)


class SeatRow(Table, table=True):
    """A role that an account has in one session."""

    __tablename__ = "seats"
    __table_args__ = (one_of("role", Role),)
    account: int = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    role: str = Field(primary_key=True, sa_type=Prose)


class MemberRow(Table, table=True):
    """Which person an account is in a session: the same in every role and every browser."""

    __tablename__ = "members"
    account: int = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    person: int


class SignInRow(Table, table=True):
    """A sign-in that was asked for: hashes of its link and of its code, and how often it was tried.

    ``id`` (32 hex digits) stands in the browser that asked, and in the letter that is on its way.
    """

    __tablename__ = "signins"
    id: str = Field(primary_key=True, sa_type=Prose)
    account: int = Field(foreign_key="accounts.id", ondelete="CASCADE")
    token: bytes = Field(sa_type=LargeBinary, unique=True)
    code: bytes = Field(sa_type=LargeBinary)
    expires: int = Field(sa_type=BigInteger)
    used: int = Field(sa_type=BigInteger)
    tries: int


class PassRow(Table, table=True):
    """A browser's pass: hash of its token, when it was made and last seen.

    ``account`` is who signed in with it, ``confirmed`` when they last showed that it is them.
    """

    __tablename__ = "passes"
    # Signed page tokens name a pass by number: a number is never given twice.
    __table_args__ = {"sqlite_autoincrement": True}
    id: int | None = Field(default=None, primary_key=True)
    token: bytes = Field(sa_type=LargeBinary, unique=True)
    made: int = Field(sa_type=BigInteger, index=True)
    seen: int = Field(sa_type=BigInteger)
    account: int | None = Field(
        default=None, foreign_key="accounts.id", ondelete="CASCADE", index=True
    )
    confirmed: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})


class GrantRow(Table, table=True):
    """What a pass opens: one person per session and role."""

    __tablename__ = "grants"
    __table_args__ = (one_of("role", Role),)
    holder: int = Field(primary_key=True, foreign_key="passes.id", ondelete="CASCADE")
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    role: str = Field(primary_key=True, sa_type=Prose)
    person: int


class InvitationRow(Table, table=True):
    """A link that lets one person in once: hash of its token, and when it was used."""

    __tablename__ = "invitations"
    __table_args__ = (one_of("role", Role),)
    token: bytes = Field(primary_key=True, sa_type=LargeBinary)
    session: int = Field(foreign_key="sessions.id")
    role: str = Field(sa_type=Prose)
    name: str = Field(sa_type=Prose)
    expires: int = Field(sa_type=BigInteger)
    used: int = Field(sa_type=BigInteger)


class GuestRow(Table, table=True):
    """An invited volunteer: address, and which person that is from the first day on.

    ``key`` is the address in the form in which it is looked for; moments are ms UTC, 0 for never.
    ``asked`` says that a mail with the record is wanted.
    """

    __tablename__ = "guests"
    __table_args__ = (
        UniqueConstraint("session", "key", name="uq_guests_session_key"),
        UniqueConstraint("session", "person", name="uq_guests_session_person"),
    )
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    number: int = Field(primary_key=True)
    key: str = Field(sa_type=Prose)
    address: str = Field(sa_type=Prose)
    name: str = Field(sa_type=Prose)
    lang: str = Field(sa_type=Prose)
    person: int
    made: int = Field(sa_type=BigInteger)
    opened: int = Field(sa_type=BigInteger)
    joined: int = Field(sa_type=BigInteger)
    withdrawn: int = Field(sa_type=BigInteger)
    asked: bool


class RollRow(Table, table=True):
    """A list that was handed in and not yet taken over; ``body`` is its cells as JSON.

    Addresses belong to a session, a directory of guides to none.
    """

    __tablename__ = "rolls"
    id: str = Field(primary_key=True, sa_type=Prose)
    session: int | None = Field(default=None, foreign_key="sessions.id")
    made: int = Field(sa_type=BigInteger)
    body: str = Field(sa_type=Text)


class LetterRow(Table, table=True):
    """A mail on its way or gone; ``id`` (32 hex digits) is its Message-ID for good.

    What it says is written when it is sent, from ``kind`` and ``told`` (JSON without secrets).
    ``due`` is when to try (next), ``at`` when its state changed; ``fault`` is in the relay's words.
    """

    __tablename__ = "letters"
    __table_args__ = (
        one_of("state", Delivery),
        Index(None, "state", "due"),
        Index(None, "session", "person"),
    )
    id: str = Field(primary_key=True, sa_type=Prose)
    kind: str = Field(sa_type=Prose)
    address: str = Field(sa_type=Prose)
    lang: str = Field(sa_type=Prose)
    session: int | None = Field(default=None, foreign_key="sessions.id")
    person: int
    told: str = Field(sa_type=Text)
    state: str = Field(sa_type=Prose)
    due: int = Field(sa_type=BigInteger)
    at: int = Field(sa_type=BigInteger)
    tries: int
    fault: str = Field(sa_type=Prose)
    made: int = Field(sa_type=BigInteger)


class EditionRow(Table, table=True):
    """How often what a calendar shows of a session has changed: its SEQUENCE, and a hash of it."""

    __tablename__ = "editions"
    session: int = Field(primary_key=True, foreign_key="sessions.id")
    sequence: int
    mark: bytes = Field(sa_type=LargeBinary)
    at: int = Field(sa_type=BigInteger)


class TranscriptRow(Table, table=True):
    """A published record as JSON, the summary that lists show, and a hash of the JSON."""

    __tablename__ = "transcripts"
    slug: str = Field(primary_key=True, sa_type=Prose)
    mark: bytes = Field(sa_type=LargeBinary)
    starts: str = Field(sa_type=Prose)
    summary: str = Field(sa_type=Text)
    bundle: str = Field(sa_type=Text)


class ProcessRow(Table, table=True):
    """A process that serves this database, and what it tells the others; ``at`` in ms UTC."""

    __tablename__ = "processes"
    name: str = Field(primary_key=True, sa_type=Prose)
    at: int = Field(sa_type=BigInteger)
    told: bytes = Field(sa_type=LargeBinary)


class DeletionRow(Table, table=True):
    """What was deleted, as a report without the texts themselves; ``id`` is 32 hex digits.

    A restored database knows by it which deletions it has seen.
    """

    __tablename__ = "deletions"
    id: str = Field(primary_key=True, sa_type=Prose)
    at: int = Field(sa_type=BigInteger)
    report: str = Field(sa_type=Text)


class NoticeRow(Table, table=True):
    """A notice; moments are ms UTC (0: none), ``from_`` and ``until`` days (ISO, empty: open).

    ``slug`` is its address from its first publication on. ``edition`` counts how often subscribers
    were to be told, ``mailed`` is the last edition whose letters are all in the outbox.
    """

    __tablename__ = "notices"
    __table_args__ = (
        one_of("kind", NoticeKind),
        one_of("state", NoticeState),
        # A page that is still open names a draft by number: no other one may get it.
        {"sqlite_autoincrement": True},
    )
    number: int | None = Field(default=None, primary_key=True)
    slug: str | None = Field(default=None, sa_type=Prose, unique=True)
    kind: str = Field(sa_type=Prose)
    state: str = Field(sa_type=Prose)
    title: str = Field(sa_type=Prose)
    summary: str = Field(sa_type=Prose)
    body: str = Field(sa_type=Prose)
    topics: str = Field(sa_type=Prose)
    from_: str = Field(sa_type=Prose)
    until: str = Field(sa_type=Prose)
    deadline: int = Field(sa_type=BigInteger)
    published: int = Field(sa_type=BigInteger)
    changed: int = Field(sa_type=BigInteger)
    rev: int
    edition: int
    mailed: int


class NoticeLinkRow(Table, table=True):
    """A published answer that a notice is about: a record's slug and the question's number."""

    __tablename__ = "notice_links"
    notice: int = Field(primary_key=True, foreign_key="notices.number", ondelete="CASCADE")
    slug: str = Field(primary_key=True, sa_type=Prose)
    question: int = Field(primary_key=True)


class SubscriptionRow(Table, table=True):
    """Somebody who gets notices by mail, from ``confirmed`` (ms UTC, 0: not yet) on.

    ``key`` is the address in the form in which it is looked for; ``opening`` and ``ending`` are
    hashes of the links to confirm and to end. ``topics`` hold, ``wanted`` will once confirmed.
    """

    __tablename__ = "subscriptions"
    id: str = Field(primary_key=True, sa_type=Prose)
    key: str = Field(sa_type=Prose, unique=True)
    address: str = Field(sa_type=Prose)
    lang: str = Field(sa_type=Prose)
    topics: str = Field(sa_type=Prose)
    wanted: str = Field(sa_type=Prose)
    asked: int = Field(sa_type=BigInteger)
    confirmed: int = Field(sa_type=BigInteger)
    opening: bytes | None = Field(default=None, sa_type=LargeBinary, unique=True)
    ending: bytes = Field(sa_type=LargeBinary, unique=True)


class GuideRow(Table, table=True):
    """An integration guide of a district or city, as the public directory shows it."""

    __tablename__ = "guides"
    number: int = Field(primary_key=True)
    district: str = Field(sa_type=Prose)
    organisation: str = Field(sa_type=Prose)
    name: str = Field(sa_type=Prose)
    phone: str = Field(sa_type=Prose)
    mail: str = Field(sa_type=Prose)
    web: str = Field(sa_type=Prose)
    note: str = Field(sa_type=Prose)
    made: int = Field(sa_type=BigInteger)


METADATA = Table.metadata
SESSIONS = METADATA.tables["sessions"]
JOURNAL = METADATA.tables["journal"]
TEXTS = METADATA.tables["texts"]
QUESTIONS = METADATA.tables["questions"]
RESULTS = METADATA.tables["results"]
STATES = METADATA.tables["states"]
PEOPLE = METADATA.tables["people"]
PASSES = METADATA.tables["passes"]
GRANTS = METADATA.tables["grants"]
INVITATIONS = METADATA.tables["invitations"]
ACCOUNTS = METADATA.tables["accounts"]
OFFICES = METADATA.tables["offices"]
SEATS = METADATA.tables["seats"]
MEMBERS = METADATA.tables["members"]
SIGNINS = METADATA.tables["signins"]
GUESTS = METADATA.tables["guests"]
ROLLS = METADATA.tables["rolls"]
LETTERS = METADATA.tables["letters"]
EDITIONS = METADATA.tables["editions"]
PROCESSES = METADATA.tables["processes"]
TRANSCRIPTS = METADATA.tables["transcripts"]
DELETIONS = METADATA.tables["deletions"]
NOTICES = METADATA.tables["notices"]
NOTICE_LINKS = METADATA.tables["notice_links"]
SUBSCRIPTIONS = METADATA.tables["subscriptions"]
GUIDES = METADATA.tables["guides"]


def insert(connection: Connection, table: CoreTable) -> sqlite.Insert | postgresql.Insert:
    """Return an ``INSERT`` that knows ``ON CONFLICT``, which both databases spell alike."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    return postgresql.insert(table)


def upsert(connection: Connection, table: CoreTable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or overwrite those whose primary key is there already."""
    if not rows:
        return
    statement = insert(connection, table)
    keys = [column.name for column in table.primary_key]
    others = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), rows)
