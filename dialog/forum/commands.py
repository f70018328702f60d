"""What people ask of a session. ``do`` is the command's name on the wire and in the log."""

from dataclasses import dataclass, field
from typing import ClassVar

from dialog.forum.names import (
    Field,
    Kind,
    Limits,
    Outcome,
    Phase,
    Reason,
    Role,
    Show,
    Via,
)
from dialog.forum.phase import Schedule
from dialog.forum.question import Mark


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask a question; with ``via`` a moderator enters it for someone named ``asker``.

    ``archive`` says of a name shown that it may stay in the record for good.
    """

    do: ClassVar[str] = "ask"
    text: str
    background: str = ""
    show: Show = Show.ANONYMOUS
    district: str = ""
    via: Via | None = None
    asker: str = ""
    archive: bool = False


@dataclass(frozen=True, slots=True)
class Reword:
    """Put one's own waiting or returned question in other words."""

    do: ClassVar[str] = "reword"
    number: int
    rev: int
    text: str
    background: str = ""


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take one's own question back, or where that is too late one's name and background.

    Without ``whole`` the question stays in any case.
    """

    do: ClassVar[str] = "withdraw"
    number: int
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Consent:
    """Let one's name and district stay in the record for good, or no longer."""

    do: ClassVar[str] = "consent"
    number: int
    on: bool


@dataclass(frozen=True, slots=True)
class Name:
    """Say anew how one is shown with one's own question; the name is the one given now.

    Less than was shown goes at once and for good, more of a reviewed question is reviewed again.
    """

    do: ClassVar[str] = "name"
    number: int
    show: Show
    district: str = ""


@dataclass(frozen=True, slots=True)
class Upvote:
    """Support a question or take the support back; ``intent`` is the tap's server time in ms."""

    do: ClassVar[str] = "upvote"
    number: int
    on: bool
    intent: int


@dataclass(frozen=True, slots=True)
class Appeal:
    """Ask once for another look at a returned question."""

    do: ClassVar[str] = "appeal"
    number: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Object:
    """Object to a moderator's edit of one's own question."""

    do: ClassVar[str] = "object"
    number: int


@dataclass(frozen=True, slots=True)
class Claim:
    """Show the other moderators that one has opened a question."""

    do: ClassVar[str] = "claim"
    number: int


@dataclass(frozen=True, slots=True)
class Approve:
    """Make a question public."""

    do: ClassVar[str] = "approve"
    number: int
    rev: int


@dataclass(frozen=True, slots=True)
class StageOnly:
    """Show a question to the stage only, because it names a case."""

    do: ClassVar[str] = "stage_only"
    number: int
    rev: int


@dataclass(frozen=True, slots=True)
class Return:
    """Give a question back with one of the published reasons."""

    do: ClassVar[str] = "return"
    number: int
    rev: int
    reason: Reason
    note: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """Change a question's words; ``asker`` is the name as shown, empty hides it, None keeps it."""

    do: ClassVar[str] = "edit"
    number: int
    rev: int
    text: str
    background: str = ""
    asker: str | None = None


@dataclass(frozen=True, slots=True)
class Merge:
    """Merge a question into another one, which is kept."""

    do: ClassVar[str] = "merge"
    number: int
    rev: int
    into: int


@dataclass(frozen=True, slots=True)
class MergeAll:
    """Merge a group of questions into one, which may be among them; ``revs`` as ``numbers``."""

    do: ClassVar[str] = "merge_all"
    numbers: tuple[int, ...]
    revs: tuple[int, ...]
    into: int


@dataclass(frozen=True, slots=True)
class ReturnAll:
    """Give a group of questions back with one reason; ``revs`` as ``numbers``."""

    do: ClassVar[str] = "return_all"
    numbers: tuple[int, ...]
    revs: tuple[int, ...]
    reason: Reason
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unmerge:
    """Take a merged question apart again."""

    do: ClassVar[str] = "unmerge"
    number: int
    rev: int


@dataclass(frozen=True, slots=True)
class Hide:
    """Take a question off every screen at once and put it back into the queue."""

    do: ClassVar[str] = "hide"
    number: int
    rev: int


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo one earlier event, named by its journal number."""

    do: ClassVar[str] = "undo"
    event: int


@dataclass(frozen=True, slots=True)
class Topic:
    """File a question under one of the session's topics, or under none."""

    do: ClassVar[str] = "topic"
    number: int
    rev: int
    topic: str


@dataclass(frozen=True, slots=True)
class Brief:
    """Leave a note on a question for the stage; ``seen`` is the one that stood there.

    A note moves no revision, for it is in no scribe's way; None replaces whatever stands there.
    """

    do: ClassVar[str] = "brief"
    number: int
    rev: int
    text: str
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Mute:
    """Take no more questions from a participant."""

    do: ClassVar[str] = "mute"
    person: int


@dataclass(frozen=True, slots=True)
class Unmute:
    """Take questions from a muted participant again."""

    do: ClassVar[str] = "unmute"
    person: int


@dataclass(frozen=True, slots=True)
class Message:
    """Send a backstage word to the stage; ``seen`` is when the one that stood there was sent.

    In ms UTC, 0 for none; None replaces whatever stands there.
    """

    do: ClassVar[str] = "message"
    text: str
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """Set the running order."""

    do: ClassVar[str] = "order"
    numbers: tuple[int, ...]
    order_rev: int


@dataclass(frozen=True, slots=True)
class Now:
    """Take a question on the stage; ``seen`` is what was there before, or None."""

    do: ClassVar[str] = "now"
    number: int
    order_rev: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """End the present question as answered aloud and take the one that was shown as next."""

    do: ClassVar[str] = "next"
    number: int
    order_rev: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """End the present question."""

    do: ClassVar[str] = "done"
    order_rev: int
    seen: int | None = None
    outcome: Outcome = Outcome.ALOUD


@dataclass(frozen=True, slots=True)
class Back:
    """Bring back the question before."""

    do: ClassVar[str] = "back"
    order_rev: int
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Confirm that the backstage word was read."""

    do: ClassVar[str] = "acknowledge"


@dataclass(frozen=True, slots=True)
class Blank:
    """Empty beamer and overlay at once, or show them again."""

    do: ClassVar[str] = "blank"
    on: bool


@dataclass(frozen=True, slots=True)
class Take:
    """Take a question's answer into one's own hands."""

    do: ClassVar[str] = "take"
    number: int
    rev: int


@dataclass(frozen=True, slots=True)
class SaveDraft:
    """Save what has been written so far."""

    do: ClassVar[str] = "draft"
    number: int
    rev: int
    text: str


@dataclass(frozen=True, slots=True)
class HandIn:
    """Hand an answer in: to be released, or public at once where the session says so."""

    do: ClassVar[str] = "answer"
    number: int
    rev: int
    text: str
    kind: Kind = Kind.SUMMARY
    outcome: Outcome = Outcome.ALOUD
    by: str = ""
    until: str = ""
    to: str = ""
    sources: tuple[str, ...] = ()
    minute: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """Release the answer that another person handed in."""

    do: ClassVar[str] = "release"
    number: int
    rev: int


@dataclass(frozen=True, slots=True)
class ChangePhase:
    """Move the session to another phase."""

    do: ClassVar[str] = "phase"
    to: Phase


@dataclass(frozen=True, slots=True)
class Accept:
    """Switch whether questions and upvotes are taken, and whether from ``invited`` people only.

    None keeps a switch as it is.
    """

    do: ClassVar[str] = "accept"
    questions: bool | None = None
    upvotes: bool | None = None
    invited: bool | None = None


@dataclass(frozen=True, slots=True)
class Extend:
    """Let the session last longer."""

    do: ClassVar[str] = "extend"
    minutes: int


@dataclass(frozen=True, slots=True)
class Pause:
    """Halt everything volunteers can do, or go on."""

    do: ClassVar[str] = "pause"
    on: bool


@dataclass(frozen=True, slots=True)
class Banner:
    """Show a word to everyone; an empty one takes it away."""

    do: ClassVar[str] = "banner"
    text: str


@dataclass(frozen=True, slots=True)
class Conclude:
    """Settle what is left: open public questions are not reached, waiting ones unreviewed.

    Without ``waiting`` those that wait go on waiting.
    """

    do: ClassVar[str] = "conclude"
    waiting: bool = True


@dataclass(frozen=True, slots=True)
class Publish:
    """Make the record public."""

    do: ClassVar[str] = "publish"


@dataclass(frozen=True, slots=True)
class Redact:
    """Blacken a text from one code point up to another, in every earlier wording wholly.

    From 0 up to 0 only earlier wordings are blackened. Of sources, ``start`` and ``end`` count
    those that are taken out whole. ``rev`` is what one has read, 0 any.
    """

    do: ClassVar[str] = "redact"
    number: int
    start: int
    end: int
    field: Field = Field.TEXT
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Correct:
    """Correct a published answer, or add a written one; ``rev`` is what one has read, 0 any.

    ``by`` says who gave it; where it or ``sources`` are empty, what stands stays.
    """

    do: ClassVar[str] = "correct"
    number: int
    text: str
    rev: int = 0
    by: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keep:
    """Record that a promise was kept, and how; ``rev`` is what one has read, 0 any."""

    do: ClassVar[str] = "keep"
    number: int
    text: str
    rev: int = 0


@dataclass(frozen=True, slots=True)
class Unpublish:
    """Take one question out of the published record, saying why."""

    do: ClassVar[str] = "unpublish"
    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Declare:
    """Tell the session what its declaration says; from the server only."""

    do: ClassVar[str] = "declare"
    schedule: Schedule
    topics: tuple[str, ...] = ()
    by_clock: bool = False
    readers: bool = True
    second_person: bool = False
    limits: Limits = field(default_factory=Limits)
    rehearsal: bool = False
    shows: tuple[Show, ...] = tuple(Show)


@dataclass(frozen=True, slots=True)
class Enter:
    """Name a member of staff who came in; from the server only."""

    do: ClassVar[str] = "enter"
    person: int
    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Note:
    """Add what was found beside a question's text; from the server only."""

    do: ClassVar[str] = "note"
    number: int
    alike: tuple[int, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Tick:
    """Do what the clock has made due; from the server only."""

    do: ClassVar[str] = "tick"


@dataclass(frozen=True, slots=True)
class Purge:
    """Let go what has had its time; from the server only."""

    do: ClassVar[str] = "purge"


Asking = Ask | Reword | Withdraw | Upvote | Appeal | Object | Consent | Name
Moderating = (
    Claim | Approve | StageOnly | Return | Edit | Merge | Unmerge | Hide | Undo | Topic | Brief
    | Mute | Unmute | Message | MergeAll | ReturnAll
)  # fmt: skip
Staging = Order | Now | Next | Done | Back | Acknowledge | Blank
Scribing = Take | SaveDraft | HandIn | Release
Organising = (
    ChangePhase | Accept | Extend | Pause | Banner | Conclude | Publish
    | Redact | Correct | Keep | Unpublish
)  # fmt: skip
Serving = Declare | Enter | Note | Tick | Purge
Command = Asking | Moderating | Staging | Scribing | Organising | Serving
