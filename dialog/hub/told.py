"""What the server tells, as types: the rows of the three streams, and the messages around them.

Nothing is made of them: rows come from ``forum/views.py``, messages from ``wire.py``. They are the
shape that is published to other clients, and tests hold everything that travels against them. A
client leaves unread what it does not know: rows and messages may gain fields.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from dialog.forum.names import Kind, Outcome, Phase, Reason, Review, Role, Show, Via
from dialog.forum.refusals import Code

REFERENCE = "#/components/schemas/{name}"

Count = Annotated[int, Meta(ge=0)]
Number = Annotated[int, Meta(ge=1, description="A question's number, for good.")]
Place = Annotated[int, Meta(ge=1)]
Person = Annotated[int, Meta(ge=1, description="Somebody's number in this session.")]
Seq = Annotated[int, Meta(ge=0, description="The number of a stream's state; it only grows.")]
Epoch = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
Key = Annotated[str, Meta(description="The key of the command that this answers.")]
Instant = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z$",
        extra_json_schema={"format": "date-time"},
    ),
]
Day = Annotated[str, Meta(extra_json_schema={"format": "date"})]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{8}$")]


def _refs(*shapes: type) -> list[dict[str, str]]:
    return [{"$ref": REFERENCE.format(name=shape.__name__)} for shape in shapes]


# --- rows of questions ----------------------------------------------------------------------------


class Kept(msgspec.Struct):
    """When and how a promise was kept."""

    at: Instant
    text: str


class Answer(msgspec.Struct):
    """An answer as everyone reads it; ``minute`` is its place in the recording, in seconds."""

    text: str
    kind: Kind
    by: str | None
    until: Day | None
    kept: Kept | None
    to: str | None
    sources: list[str]
    minute: Count | None
    at: Instant | None


class HandedIn(Answer):
    """An answer that waits for a second person."""

    outcome: Outcome
    author: str
    author_person: Person


class Question(msgspec.Struct):
    """A question as the floor shows it.

    ``place`` is its place in the running order, or that it is now; ``merged`` are the questions
    that were merged into it.
    """

    number: Number
    text: str
    background: str | None
    asker: str | None
    district: str | None
    topic: str | None
    asked: Instant | None
    upvotes: Count
    place: Literal["now"] | Place | None
    outcome: Outcome
    outcome_at: Instant | None
    answer: Answer | None
    edited: bool
    merged: list[Number]


class Draft(msgspec.Struct):
    """What a scribe has written so far."""

    text: str
    by: str
    person: Person
    at: Instant


class By(msgspec.Struct):
    """Somebody of staff."""

    by: str
    person: Person


class StageQuestion(Question):
    """A question as the stage shows it; ``rev`` goes with every command about it."""

    rev: Count
    public: bool
    briefing: str | None
    draft: Draft | None
    scribe: By | None
    pending: HandedIn | None


class Original(msgspec.Struct):
    """The words in which a question was asked, before a moderator edited it."""

    text: str
    background: str | None


class Appeal(msgspec.Struct):
    """What an asker wants looked at again: a return, or an edit."""

    kind: Literal["appeal", "object"]
    text: str | None
    open: bool


class Mark(msgspec.Struct, rename={"start": "from", "end": "to"}):
    """A place in a question's text, in code points, where personal data seems to stand."""

    kind: str
    start: Count
    end: Count


class Claimed(By):
    """Who has a question open, and until when that is shown."""

    until: Instant


class DeskQuestion(StageQuestion):
    """A question as the desk shows it; ``fresh`` ones wait in the second list."""

    review: Review
    reason: Reason | None
    note: str | None
    into: Number | None
    original: Original | None
    appeal: Appeal | None
    alike: list[Number]
    personal_data: list[Mark]
    claimed: Claimed | None
    name: str | None
    show: Show
    via: Via | None
    person: Person | None
    fresh: bool


class OwnQuestion(Question):
    """One's own question, whatever moderation made of it."""

    review: Review
    reason: Reason | None
    note: str | None
    into: Number | None
    original: Original | None
    appeal: Appeal | None
    rev: Count
    show: Show
    archive: bool
    removed: str | None


class Upvotes(msgspec.Struct):
    """A question of which only the count is newer."""

    number: Number
    upvotes: Count


# --- rows of a session ----------------------------------------------------------------------------


class Accepts(msgspec.Struct):
    """What volunteers can do now."""

    questions: bool
    upvotes: bool


class Counts(msgspec.Struct):
    """How many questions were received, and how many are public, open, answered."""

    received: Count
    public: Count
    open: Count
    answered: Count


class AllCounts(Counts):
    """How many questions stand how, by review and outcome; ``second`` wait in the second list."""

    waiting: Count
    approved: Count
    stage_only: Count
    returned: Count
    merged: Count
    withdrawn: Count
    unreviewed: Count
    aloud: Count
    promised: Count
    written: Count
    referred: Count
    not_reached: Count
    second: Count


class Session(msgspec.Struct):
    """A session as the floor shows it.

    While ``blank`` beamer and overlay show nothing; ``frozen`` is what was next when the present
    question was called up.
    """

    phase: Phase
    accepts: Accepts
    paused: bool
    invited: bool
    blank: bool
    banner: str | None
    opens: Instant | None
    starts: Instant | None
    ends: Instant | None
    questions_until: Instant | None
    counts: Counts
    order_rev: Count
    now_since: Instant | None
    now_hidden: bool
    frozen: list[Number]


class Word(msgspec.Struct):
    """The backstage word to the stage."""

    text: str
    at: Instant
    read: bool


class StageSession(Session):
    """A session as the stage shows it."""

    message: Word | None


class DeskSession(StageSession):
    """A session as the desk shows it."""

    counts: AllCounts
    muted: list[Person]


class Me(msgspec.Struct):
    """What one alone may see: which questions one supports, and one's own."""

    role: Role
    name: str
    person: Person | None
    invited: bool
    upvoted: list[Number]
    mine: list[OwnQuestion]


ROWS = (Question, StageQuestion, DeskQuestion)
SESSIONS = (Session, StageSession, DeskSession)
Row = Annotated[dict[str, Any], Meta(extra_json_schema={"anyOf": _refs(*ROWS)})]
Change = Annotated[dict[str, Any], Meta(extra_json_schema={"anyOf": _refs(Upvotes, *ROWS)})]
SessionRow = Annotated[dict[str, Any], Meta(extra_json_schema={"anyOf": _refs(*SESSIONS)})]


# --- messages -------------------------------------------------------------------------------------


class Limits(msgspec.Struct):
    """Bounds of the session: lengths in code points, ms between two questions, how many wait."""

    text: Count
    background: Count
    ask_ms: Count
    waiting: Count


class Welcome(msgspec.Struct, tag_field="type", tag="welcome"):
    """The first message after a hello; a heartbeat comes every ``heartbeat`` seconds."""

    epoch: Epoch
    seq: Seq
    now: Instant
    heartbeat: Count
    me: Me
    limits: Limits


class Alone(msgspec.Struct, tag_field="type", tag="me"):
    """What is one's own, complete: first in a poll's answer, and after a backlog.

    ``own`` is its checksum: a poll that names it ends when that has changed, too. ``little`` are
    numbers of questions that few have seen; only polls of the floor get them here.
    """

    epoch: Epoch
    seq: Seq
    now: Instant
    me: Me
    own: str
    little: list[Number] | UnsetType = UNSET


class Snapshot(msgspec.Struct, tag_field="type", tag="snapshot"):
    """A stream whole; what a client had before is void."""

    epoch: Epoch
    seq: Seq
    session: SessionRow
    questions: list[Row]


class Delta(msgspec.Struct, tag_field="type", tag="delta", rename={"start": "from", "end": "to"}):
    """What changed in a stream; what did not change is left out.

    A number stands in ``gone`` or in ``questions``, never in both. Where only the count is newer,
    a question comes as number and upvotes.
    """

    start: Seq
    end: Seq
    session: SessionRow | UnsetType = UNSET
    questions: list[Change] | UnsetType = UNSET
    gone: list[Number] | UnsetType = UNSET


class Mine(msgspec.Struct, tag_field="type", tag="mine"):
    """What changed of one's own questions and upvotes, these by number."""

    seq: Seq
    questions: list[OwnQuestion]
    upvoted: dict[str, bool]


class Result(msgspec.Struct):
    """What a command came to.

    ``event`` is its number in the journal, by which it can be undone; ``number`` and ``rev`` are
    those of its question. A claim tells who has the question open, an upvote how it stands.
    """

    event: Count | UnsetType = UNSET
    number: Number | UnsetType = UNSET
    rev: Count | UnsetType = UNSET
    by: str | UnsetType | None = UNSET
    on: bool | UnsetType = UNSET
    upvotes: Count | UnsetType = UNSET


class Done(msgspec.Struct, tag_field="type", tag="done"):
    """A command was stored; it is settled when the client's number has reached ``seq``."""

    key: Key
    seq: Seq
    result: Result


class Refused(msgspec.Struct, tag_field="type", tag="refused"):
    """A command or request was refused; nothing changed. What stands beside the code says why.

    ``open`` is how many questions of an asker wait, ``state``, ``by``, ``since`` and ``rev`` tell
    how a question stands after somebody else was faster.
    """

    key: str | None
    code: Code
    field: str | UnsetType = UNSET
    limit: Count | UnsetType = UNSET
    length: Count | UnsetType = UNSET
    retry_ms: Count | UnsetType = UNSET
    number: Count | UnsetType = UNSET
    rev: Count | UnsetType = UNSET
    state: str | UnsetType = UNSET
    by: str | UnsetType = UNSET
    since: Instant | UnsetType = UNSET
    open: Count | UnsetType = UNSET


class Heartbeat(msgspec.Struct, tag_field="type", tag="heartbeat"):
    """The sign of life: how many are present, and the digest of the stream at ``seq``.

    ``little`` are numbers of questions that few have seen, on the floor only.
    """

    seq: Seq
    now: Instant
    present: Count
    digest: Digest
    little: list[Number] | UnsetType = UNSET


class Bye(msgspec.Struct, tag_field="type", tag="bye"):
    """The farewell before a restart; a client comes back after ``retry_ms``, not earlier."""

    why: str
    retry_ms: Count


MESSAGES = (Welcome, Alone, Snapshot, Delta, Mine, Done, Refused, Heartbeat, Bye)
SHAPES = (*MESSAGES, *ROWS, *SESSIONS, Upvotes)
