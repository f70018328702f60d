"""A room as one page shows it: values read between two commits, and the lists made of them."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from dialog.forum.board import Board
from dialog.forum.events import Acted, Axis, Change, Message, Stage, Value
from dialog.forum.names import Outcome, Phase, Role, Stream, Who
from dialog.forum.question import Standing, Wording
from dialog.forum.session import Deed, Session
from dialog.forum.undoing import FINAL
from dialog.forum.views import Row, me
from dialog.forum.views import row as row_of
from dialog.forum.window import FULL
from dialog.hub.room import Room

NEXT = 2
# Their deeds are about what came on the stage, not about what went by that.
CALLS = frozenset({"now", "next", "back", "done"})


@dataclass(frozen=True, slots=True)
class Picture:
    """One stream at one moment, and what the visitor alone may see.

    ``whole`` tells that it shows all there are, and not only the first of them.
    """

    epoch: str
    seq: int
    revised: int
    session: Row
    rows: list[Row]
    me: Row
    ranked: list[Row]
    whole: bool

    @property
    def now(self) -> Row | None:
        """The question on the stage, where this stream shows it."""
        return next((row for row in self.rows if row["place"] == "now"), None)

    @property
    def ranking(self) -> list[Row]:
        """The open questions by rank, as far as known without a gap; what is now is not among them.

        Of too many, a stream carries the first, and some that stand much further down.
        """
        ranking = [row for row in self.ranked if row["place"] != "now"]
        return ranking[: len(ranking) if self.whole else FULL.ranked]

    @property
    def order(self) -> list[Row]:
        """The running order."""
        placed = [row for row in self.ranked if isinstance(row["place"], int)]
        return sorted(placed, key=lambda row: int(row["place"]))

    @property
    def next(self) -> list[Row]:
        """The next two, each marked where it was put before a higher ranked one.

        Those that were next when the present question was called up stay so until it ends.
        """
        frozen = self.session["frozen"]
        rest = [row for row in self.ranking if row["place"] is None]
        rest.sort(key=lambda row: frozen.index(row["number"]) if row["number"] in frozen else NEXT)
        coming = (self.order + rest)[:NEXT]
        return [row | {"ahead": self._passed_over(coming[:i], row)} for i, row in enumerate(coming)]

    def _passed_over(self, before: list[Row], row: Row) -> bool:
        if row["place"] is None:
            return False
        earlier = {other["number"] for other in before}
        rank = row["rank"] or 0
        return any(
            other["rank"] and other["rank"] < rank and other["number"] not in earlier
            for other in self.ranking
        )

    @property
    def answered(self) -> list[Row]:
        """The questions that have an outcome, the latest first."""
        ended = (Outcome.OPEN, Outcome.NOT_REACHED)
        rows = [row for row in self.rows if row["outcome"] not in ended]
        return sorted(rows, key=lambda row: str(row["outcome_at"]), reverse=True)


async def picture(room: Room, stream: Stream, who: Who) -> Picture:
    """Return a room's stream as ``who`` sees it."""

    def read(session: Session, board: Board) -> Picture:
        sheet = board.sheets[stream]
        rows = sheet.snapshot().questions
        own = me(session, who)
        supported = set(own["upvoted"])
        whole = sheet.window is None
        ranked = _ranked(rows, supported, len(rows) if whole else FULL.ranked)
        head = sheet.seq, sheet.revised
        return Picture(room.epoch, *head, sheet.session, rows, own, ranked, whole)

    return await room.read(read)


def _ranked(rows: list[Row], supported: set[int], known: int) -> list[Row]:
    """Return the open questions in their order, with rank and whether one supports them.

    Ranks count the public ones; a question for the stage only stands among them without a rank, and
    so does one behind the first ``known``.
    """
    still_open = [row for row in rows if row["outcome"] == Outcome.OPEN and _stageable(row)]
    still_open.sort(key=lambda row: (-row["upvotes"], row["number"]))
    ranked, place, rank = [], 0, 0
    for row in still_open:
        place += row["place"] != "now"
        counted = row.get("public", True) and row["place"] != "now" and place <= known
        rank += counted
        on = bool(supported.intersection((row["number"], *row["merged"])))
        ranked.append(row | {"rank": rank if counted else None, "on": on})
    return ranked


def _stageable(question: Row) -> bool:
    return question.get("review", "approved") in ("approved", "stage_only")


async def shown(room: Room, stream: Stream, number: int) -> Row | None:
    """Return a question as a stream would show it, also where it does not carry it now."""

    def read(session: Session, _board: Board) -> Row | None:
        made = row_of(session, stream, number) if number in session.questions else None
        return made and made | {"upvotes": session.upvotes(number)}

    return await room.read(read)


def may_ask(session: Row, who: Who) -> bool:
    """Tell whether a volunteer can ask at the moment."""
    return _taking(session, who) and bool(session["accepts"]["questions"])


def may_upvote(session: Row, who: Who) -> bool:
    """Tell whether a volunteer can support questions at the moment."""
    return _taking(session, who) and bool(session["accepts"]["upvotes"])


def _taking(session: Row, who: Who) -> bool:
    asking = session["phase"] in (Phase.OPEN, Phase.LIVE)
    return asking and not session["paused"] and who.person > 0


def log(session: Session, most: int | None = 200) -> list[dict[str, Any]]:
    """Return the moderation log, the latest first: who, when, what, on which question.

    Without a bound each also says why, and in which words a question, topic or note stood before
    and after.
    """
    latest = list(islice(reversed(session.deeds.items()), most))
    # An undoing is later than what it undoes.
    undone = {deed.acted.undoes: event for event, deed in reversed(latest) if deed.acted.undoes}
    said = [_deed(session, event, deed) | {"undone": undone.get(event)} for event, deed in latest]
    if most is None:
        said = [row | _words(session, deed) for row, (_, deed) in zip(said, latest, strict=True)]
    return said


def _words(session: Session, deed: Deed) -> dict[str, Any]:
    """Return the words that a deed is about: the reason and note it gave, the texts it changed."""
    staff = session.staff.get(deed.person)
    given = [change.after for change in deed.acted.changes if isinstance(change.after, Standing)]
    changed = [
        (_worded(session, c, c.before), _worded(session, c, c.after)) for c in deed.acted.changes
    ]
    return {
        "role": staff.role if staff else Role.VOLUNTEER if deed.person else Role.SYSTEM,
        "reason": next((standing.reason for standing in given if standing.reason), None),
        "note": next((session.text(standing.note) for standing in given), ""),
        "before": "\n".join(before for before, after in changed if before != after and before),
        "after": "\n".join(after for before, after in changed if before != after and after),
    }


def _worded(session: Session, change: Change, value: Value) -> str:
    match change.axis, value:
        case Axis.WORDING, Wording(text, background, name):
            parts = map(session.text, (text, background, name))
            return "\n".join(part for part in parts if part)
        case Axis.TOPIC, str(topic):
            return topic
        case ((Axis.BRIEFING | Axis.BANNER), int(text)):
            return session.text(text)
        case Axis.MESSAGE, Message(text):
            return session.text(text)
        case _:
            return ""


def _kept(deed: Deed) -> set[int]:
    """Return the questions into which others were merged, or from which they were taken."""
    values = (value for change in deed.acted.changes for value in (change.before, change.after))
    return {value.into for value in values if isinstance(value, Standing) and value.into}


def _act(acted: Acted) -> str:
    """Return the name of an act; of a switch that goes both ways, the way it was put."""
    if acted.act != "blank":
        return acted.act
    emptied = any(getattr(change.after, "blank", False) for change in acted.changes)
    return "blank" if emptied != bool(acted.undoes) else "unblank"


def _called(acted: Acted) -> list[int]:
    """Return the question that a deed called up, or ended where it called none."""
    stages = [(change.before, change.after) for change in acted.changes]
    for before, after in stages:
        if isinstance(before, Stage) and isinstance(after, Stage):
            then, since = (after, before) if acted.undoes else (before, after)
            return [since.now or then.now]
    return []


def _deed(session: Session, event: int, deed: Deed) -> dict[str, Any]:
    numbers = [change.subject for change in deed.acted.changes if change.subject]
    if deed.acted.act in CALLS:
        numbers = _called(deed.acted)
    return {
        "event": event,
        "at": deed.at,
        "who": session.name(deed.person),
        "person": deed.person,
        "act": _act(deed.acted),
        "number": next(iter(numbers), None),
        "numbers": sorted({*numbers, *_kept(deed)}),
        "undoes": deed.acted.undoes or None,
        "undoable": deed.acted.act not in FINAL,
    }
