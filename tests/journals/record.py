"""Records an evening with every kind of event: ``python -m tests.journals.record VERSION``.

With ``anew`` behind it, the journal with which the same session begins again a year later.

Each line of the file is one entry, its texts beside it: in the database they stand apart. Beside it
stands the state that it adds up to. Both are written once, with the version whose number they bear,
and never again.
"""

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

from dialog.forum import commands as c
from dialog.forum.board import Board
from dialog.forum.decide import decide, seal
from dialog.forum.events import Entry, Fact
from dialog.forum.evolve import evolve, replay
from dialog.forum.names import (
    MINUTE,
    SECOND,
    SYSTEM,
    Field,
    Kind,
    Outcome,
    Phase,
    Reason,
    Role,
    Show,
    Stream,
    Via,
    Who,
)
from dialog.forum.phase import Schedule
from dialog.forum.question import Mark
from dialog.forum.retention import MONTH, YEAR
from dialog.forum.session import Session
from dialog.forum.transcript import transcript
from dialog.purging import begun
from dialog.store import payloads

FOLDER = Path(__file__).parent
START = 1_796_317_200_000
SCHEDULE = Schedule(START - 60 * MINUTE, START, START + 60 * MINUTE, START + 45 * MINUTE)

AYLIN = Who(1, Role.VOLUNTEER, "Aylin K.")
BERND = Who(2, Role.VOLUNTEER, "Bernd")
CLARA = Who(3, Role.VOLUNTEER, "Clara W.")
MIA = Who(11, Role.MODERATOR, "Mia Moos")
MAX = Who(12, Role.MODERATOR, "Max Feld")
SVEN = Who(21, Role.SCRIBE, "Sven Stein")
SELMA = Who(22, Role.SCRIBE, "Selma Sand")
RITA = Who(31, Role.MINISTER, "Dr. Rita Rath")
OLGA = Who(41, Role.ORGANISER, "Olga Ott")


class Recorder:
    """A session and its journal; every command must come to something."""

    def __init__(self) -> None:
        self.session = Session()
        self.entries: list[Entry] = []
        self.now = SCHEDULE.opens - MINUTE

    def do(self, who: Who, command: c.Command) -> None:
        """Decide a command half a minute after the last one and apply what it comes to."""
        self.now += 30 * SECOND
        told = decide(self.session, command, who, self.now)
        assert isinstance(told, Fact), (command, told)
        self.keep(told, who)

    def keep(self, fact: Fact, who: Who) -> None:
        """Give a fact its number and apply it."""
        number = len(self.entries) + 1
        entry = Entry(number, self.now, who.person, fact.event, fact.texts)
        evolve(self.session, entry)
        self.entries.append(entry)

    def rev(self, number: int) -> int:
        """Return the revision of a question."""
        return self.session.questions[number].rev

    def order(self) -> int:
        """Return the revision of the running order."""
        return self.session.order_rev

    def upvote(self, number: int, *people: Who, on: bool = True) -> None:
        """Let people tap, each in an entry of its own."""
        for who in people:
            self.do(who, c.Upvote(number, on, self.now))


def evening() -> tuple[Entry, ...]:
    """Play the evening and return its journal."""
    at = Recorder()
    before(at)
    moderated(at)
    on_stage(at)
    answered(at)
    afterwards(at)
    purged(at)
    return tuple(at.entries)


def anew() -> tuple[Entry, ...]:
    """Return the journal that begins with the evening's record, a year later."""
    session = replay(evening())
    batch, kept = begun(session, session.at + YEAR)
    texts = tuple((number, session.text(number)) for number in sorted(kept))
    return (*batch.entries[:-1], replace(batch.entries[-1], texts=texts))


def before(at: Recorder) -> None:
    topics = ("Sprache", "Wohnen")
    at.do(SYSTEM, c.Declare(SCHEDULE, topics, by_clock=True, second_person=True))
    at.do(SYSTEM, c.Tick())
    for who in (MIA, MAX, SVEN, SELMA, RITA, OLGA):
        at.do(SYSTEM, c.Enter(who.person, who.role, who.name))
    at.do(AYLIN, c.Ask("Wann beginnt mein Kurs?", "Ich warte seit März.", Show.NAME, "Mitte"))
    at.do(
        BERND, c.Ask("Warum dauern Bescheide so lange? Rufen Sie 0170 1234567 an.", show=Show.TEAM)
    )
    at.do(CLARA, c.Ask("Wann fangen die Kurse an?"))
    at.do(CLARA, c.Ask("Wie hoch ist die Miete im Heim?", "Aktenzeichen folgt."))
    at.do(MIA, c.Ask("Gibt es Kurse am Abend?", via=Via.PHONE, asker="Frau D.", show=Show.NAME))
    at.do(BERND, c.Ask("Kaufen Sie mein Buch!"))
    at.do(AYLIN, c.Ask("Diese Frage ziehe ich zurück?"))
    at.do(SYSTEM, c.Note(2, (), (Mark("phone", 49, 61),)))
    at.do(SYSTEM, c.Note(3, (1,)))


def moderated(at: Recorder) -> None:
    at.do(MIA, c.Claim(1))
    at.do(MIA, c.Approve(1, at.rev(1)))
    at.do(MIA, c.Edit(2, at.rev(2), "Warum dauern Bescheide so lange?"))
    at.do(MIA, c.Approve(2, at.rev(2)))
    at.do(MAX, c.Approve(3, at.rev(3)))
    at.upvote(3, BERND, AYLIN)
    at.upvote(1, BERND)
    at.do(MIA, c.Merge(3, at.rev(3), 1))
    at.do(MIA, c.Unmerge(3, at.rev(3)))
    at.do(MIA, c.Merge(3, at.rev(3), 1))
    at.upvote(3, BERND, on=False)
    at.do(MAX, c.StageOnly(4, at.rev(4)))
    at.do(MAX, c.Brief(4, at.rev(4), "Einzelfall, nur allgemein antworten."))
    at.do(MAX, c.Approve(5, at.rev(5)))
    at.do(MAX, c.Topic(5, at.rev(5), "Sprache"))
    at.do(MAX, c.Return(6, at.rev(6), Reason.ADVERTISING, "Werbung hat hier keinen Platz."))
    at.do(BERND, c.Appeal(6, "Das war keine Werbung."))
    at.do(MIA, c.Return(6, at.rev(6), Reason.ADVERTISING))
    at.do(BERND, c.Reword(6, at.rev(6), "Welche Bücher helfen beim Lernen?"))
    at.do(AYLIN, c.Withdraw(7))
    at.do(BERND, c.Object(2))
    at.do(MAX, c.Approve(2, at.rev(2)))
    at.do(MIA, c.Mute(3))
    at.do(MIA, c.Unmute(3))
    at.do(MIA, c.Hide(5, at.rev(5)))
    at.do(MIA, c.Undo(len(at.entries)))
    together(at)


def together(at: Recorder) -> None:
    at.do(AYLIN, c.Ask("Gibt es Kurse am Samstag?"))
    at.do(CLARA, c.Ask("Gibt es am Samstag Kurse?"))
    at.do(BERND, c.Ask("Mein Buch kostet nur fünf Euro!"))
    at.do(BERND, c.Ask("Auch mein zweites Buch kostet wenig!"))
    at.do(MIA, c.MergeAll((8, 9), (at.rev(8), at.rev(9)), 9))
    at.do(MIA, c.Approve(9, at.rev(9)))
    at.do(MAX, c.ReturnAll((10, 11), (at.rev(10), at.rev(11)), Reason.ADVERTISING))


def on_stage(at: Recorder) -> None:
    at.do(OLGA, c.Banner("Wir beginnen gleich."))
    at.do(OLGA, c.Banner(""))
    at.do(OLGA, c.Pause(on=True))
    at.do(OLGA, c.Pause(on=False))
    at.do(OLGA, c.Accept(upvotes=False))
    at.do(OLGA, c.Accept(upvotes=True))
    at.now = max(at.now, START)
    at.do(SYSTEM, c.Tick())
    at.do(MIA, c.Message("Bitte lauter sprechen."))
    at.do(RITA, c.Acknowledge())
    at.do(MIA, c.Order((2, 5), at.order()))
    at.do(RITA, c.Now(1, at.order()))
    at.do(RITA, c.Next(2, at.order(), 1))
    at.do(RITA, c.Back(at.order(), 2))
    at.do(RITA, c.Done(at.order(), 1, Outcome.PROMISED))
    at.do(RITA, c.Next(2, at.order()))
    at.do(RITA, c.Next(4, at.order(), 2))
    at.do(RITA, c.Done(at.order(), 4))
    at.do(SVEN, c.Blank(on=True))
    at.do(RITA, c.Blank(on=False))
    at.do(OLGA, c.Extend(15))


def answered(at: Recorder) -> None:
    promise = c.HandIn(
        1,
        0,
        "Bis zum Sommer gibt es zwölf neue Kurse.",
        Kind.SUMMARY,
        Outcome.PROMISED,
        by="Referat 3",
        until="2027-06-30",
        sources=("https://example.org/kurse",),
        minute=754,
    )
    at.do(SVEN, c.Take(1, at.rev(1)))
    at.do(SVEN, c.SaveDraft(1, at.rev(1), "Bis zum Sommer"))
    at.do(SVEN, replace(promise, rev=at.rev(1)))
    at.do(SELMA, c.Release(1, at.rev(1)))
    at.do(SELMA, c.HandIn(2, at.rev(2), "Es fehlt an Leuten.", Kind.VERBATIM))
    at.do(SVEN, c.Release(2, at.rev(2)))
    at.do(OLGA, c.ChangePhase(Phase.CLOSED))
    at.do(OLGA, c.ChangePhase(Phase.LIVE))
    at.do(OLGA, c.ChangePhase(Phase.CLOSED))
    at.do(OLGA, c.Conclude())


def afterwards(at: Recorder) -> None:
    at.do(OLGA, c.Redact(2, 0, 5))
    at.do(OLGA, c.Redact(1, 0, 6, Field.NAME))
    at.do(OLGA, c.Publish())
    sealed = seal(at.session)
    assert sealed
    at.keep(sealed, SYSTEM)
    at.do(OLGA, c.Correct(2, "Es fehlte an Leuten; seit Mai sind es mehr."))
    at.do(BERND, c.Withdraw(2))
    at.do(AYLIN, c.Consent(1, on=True))
    at.do(OLGA, c.Keep(1, "Zwölf Kurse haben begonnen."))
    at.do(OLGA, c.Redact(1, 0, 5, Field.KEPT))
    at.do(OLGA, c.Unpublish(5, "Auf Wunsch der Fragenden."))


def purged(at: Recorder) -> None:
    at.now += MONTH
    at.do(SYSTEM, c.Purge())


def write(path: Path, entries: tuple[Entry, ...]) -> None:
    """Write a journal, one line an entry."""
    with path.open("w", encoding="utf-8") as file:
        for entry in entries:
            kind, payload = payloads.encode(entry.event)
            line = {
                "number": entry.number,
                "at": entry.at,
                "person": entry.person,
                "kind": kind,
                "payload": json.loads(payload),
                "texts": entry.texts,
            }
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")


def read(path: Path) -> tuple[Entry, ...]:
    """Read a journal as it was written."""
    with path.open(encoding="utf-8") as file:
        return tuple(map(_entry, file))


def state(entries: tuple[Entry, ...]) -> dict[str, object]:
    """Return what a journal adds up to, as JSON: the three streams whole, and the record."""
    session, board = Session(), Board()
    for entry in entries:
        board.follow(session, evolve(session, entry))
    streams = {stream.value: asdict(board.sheets[stream].snapshot()) for stream in Stream}
    return {"streams": streams, "record": asdict(transcript(session))}


def _entry(line: str) -> Entry:
    told = json.loads(line)
    event = payloads.decode(told["kind"], json.dumps(told["payload"]))
    texts = tuple((number, body) for number, body in told["texts"])
    return Entry(told["number"], told["at"], told["person"], event, texts)


if __name__ == "__main__":
    target = FOLDER / f"{int(sys.argv[1])}.jsonl"
    if target.exists():
        sys.exit(f"{target.name} was written already; journals are not written anew")
    write(target, anew() if "anew" in sys.argv else evening())
    told = json.dumps(state(read(target)), ensure_ascii=False, indent=1)
    target.with_suffix(".state.json").write_text(told + "\n", "utf-8")
