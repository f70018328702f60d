"""A room as one page shows it: values read between two commits, and the lists made of them."""

from dataclasses import dataclass

from dialog.forum.board import Board
from dialog.forum.names import Admission, Outcome, Phase, Stream, Who
from dialog.forum.session import Session
from dialog.forum.views import Row, me
from dialog.forum.views import row as row_of
from dialog.forum.window import FULL
from dialog.hub.room import Room

NEXT = 2


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
    welcome = not session["invited"] or who.admission is Admission.INVITED
    return welcome and _taking(session, who) and bool(session["accepts"]["questions"])


def may_upvote(session: Row, who: Who) -> bool:
    """Tell whether a volunteer can support questions at the moment."""
    return _taking(session, who) and bool(session["accepts"]["upvotes"])


def _taking(session: Row, who: Who) -> bool:
    asking = session["phase"] in (Phase.OPEN, Phase.LIVE)
    return asking and not session["paused"] and who.person > 0
