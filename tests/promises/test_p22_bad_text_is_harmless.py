"""P22: bad text is harmless and costs nothing: refused or clean, in every field and on every page.

The texts are those of ``tests/hostile.py``. They go through every free-text field of every command
and through names, addresses, headers and forms of the real server; then everyone looks at every
page, stream and export, and a real browser opens them.
"""

import html
import json
import re
import time
import typing
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page as Screen
from playwright.sync_api import expect
from pyroaring import BitMap

from dialog.cli import main
from dialog.forum import commands as c
from dialog.forum import texts
from dialog.forum.likeness import STEPS, Likeness
from dialog.forum.refusals import Refusal
from dialog.hub import wire
from dialog.programme import programme
from tests.archive.readers import Read, computed, feed
from tests.hostile import ADDRESSES, BIDI, MARK, MARKUP, TEXTS, WELCOME, messages
from tests.journeys.people import PHONE, People, connected
from tests.journeys.tour import tour
from tests.live.client import Browser, Live
from tests.live.client import Page as Answer
from tests.live.programme import declare, evening
from tests.live.server import Server
from tests.mutants import Mutant

TEXTS_PY, WIRE = "dialog/forum/texts.py", "dialog/hub/wire.py"
MUTANTS = (
    Mutant(
        "nothing caps a text before it is looked at", TEXTS_PY,
        "if len(raw) > limit * RAW_FACTOR + RAW_SPARE:", "if limit < 0:", "capped",
    ),
    Mutant(
        "marks may pile up", TEXTS_PY, "if run > MARKS_IN_A_ROW:", "if run < 0:", "harmless_or",
    ),
    Mutant(
        "only marks without width count", TEXTS_PY,
        'unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me")',
        'unicodedata.category(sign) in ("Mn", "Me")', "harmless_or",
    ),
    Mutant(
        "signs that move others are taken", TEXTS_PY,
        r"\u202a-\u202e\u2066-\u206f", r"\u206a", "harmless_or",
    ),
    Mutant(
        "noncharacters far out are taken", TEXTS_PY,
        r"\U000e0000-\U000e0fff{_PLANES_END}]", r"\U000e0000-\U000e0fff]", "harmless_or",
    ),
    Mutant(
        "what nobody can see is a text", TEXTS_PY,
        "if not any(map(_visible, text)):", "if not text:", "harmless_or",
    ),
    Mutant(
        "pages escape nothing", "dialog/web/templating.py",
        "autoescape=True", "autoescape=False", "harms_anyone",
    ),
    Mutant(
        "sources lead anywhere", "dialog/forum/scribing.py",
        "if not _LINK.fullmatch(link):", "if not link[:0] and False:", "sources",
    ),
    Mutant(
        "a name twice in a message", WIRE,
        "if len(dict(pairs)) != len(pairs):", "if not len(pairs):", "messages",
    ),
    Mutant(
        "fields nobody knows", WIRE,
        "        forbid_unknown_fields=True,\n        frozen=True,\n    )",
        "        frozen=True,\n    )", "messages",
    ),
    Mutant("a key of two lines", WIRE, r"{8,64}\Z", r"{8,64}$", "messages"),
    Mutant(
        "numbers without bounds", WIRE, "    if annotation is int:\n        return _Count",
        "    if annotation is None:\n        return _Count", "messages",
    ),
    Mutant(
        "names of staff pass by the gate", "dialog/cli/conditions.py",
        'called = required(name, Limits().name, "name")', "called = name or required", "invited",
    ),
    Mutant(
        "what a folder says passes by the gate", "dialog/programme/table.py",
        "elif not harmless(text):", "elif not text:", "declared",
    ),
    Mutant(
        "an introduction passes by the gate", "dialog/programme/reading.py",
        "elif not harmless(text):", "elif not text:", "declared",
    ),
    Mutant(
        "a path leads elsewhere", "dialog/web/page.py",
        "path.lstrip('/')", "path[1:]", "harms_anyone",
    ),
    Mutant(
        "a search for likeness walks on", "dialog/forum/likeness.py",
        "            if steps > most:\n                break", "            steps += 0", "bounded",
    ),
    Mutant(
        "lines of a log are those of others", "dialog/log.py",
        'return found[0].strip() if found else ""', "return record.getMessage()", "log",
    ),
)  # fmt: skip

FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e0fff"
    f"\ud800-\udfff{BIDI}]"
)
DATA = "application/ld+json"  # a block of data, which no browser runs
ADDRESSED = {"href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href"}
SCHEMES = ("javascript:", "vbscript:", "data:text", "//")
TITLE = f"<img src=x onerror={MARK}()>" + MARK + "{{7*7}}"
PACE = {"messages_per_10s": 100_000, "staff_messages_per_10s": 100_000, "window_ms": 0}
LIMITS = (300, 1_000, 8_000)


# --- what harm is --------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Reads a page as a browser would, and notes whatever came out of a text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.harm: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = DATA if tag == "script" and ("type", DATA) in attrs else tag
        for name, value in ((tag, ""), *attrs):
            if MARK in name or name.startswith("on"):
                self.harm.append(f"<{tag} {name}={value}>")
            address = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name in ADDRESSED and address.startswith(SCHEMES):
                self.harm.append(f"<{tag} {name}={value}>")
            if name in ("style", "srcdoc") and MARK in (value or ""):
                self.harm.append(f"<{tag} {name}={value}>")

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in ("script", "style") and MARK in data:
            self.harm.append(f"<{self._within}>{data}")
        if self._within == DATA and not whole_json(data):
            self.harm.append(f"broken data: {data}")

    def handle_comment(self, data: str) -> None:
        if MARK in data:
            self.harm.append(f"<!--{data}-->")


def harm_in(answer: Answer) -> list[str]:
    """Return what is wrong with an answer of any kind."""
    kind = answer.headers.get("content-type", "")
    found = [f"header {name}" for name, value in answer.headers.items() if value == MARK]
    found += [f"sign {sign!r}" for sign in FORBIDDEN.findall(answer.text)[:3]]
    if "html" in kind:
        reader = Reader()
        reader.feed(answer.text)
        found += reader.harm
        found += [f"{MARK}49"] if f"{MARK}49" in answer.text else []
    elif "json" in kind:
        found += [f"sign {t!r}" for t in strings(answer.json()) if FORBIDDEN.search(t)]
    elif "calendar" in kind:
        lines = answer.text.replace("\r\n ", "").split("\r\n")
        found += [line for line in lines if line and not re.match(r"[A-Z-]+[;:]", line)]
        found += [line for line in lines if line.startswith(MARK)]
    elif "csv" in kind:
        found += computed(answer.body)
    elif "markdown" in kind:
        read = Read(answer.body)
        found += [*read.strange, *(link for link in read.links if MARK in link)]
    elif "atom" in kind:
        feed(answer.body)
    return found


def whole_json(text: str) -> bool:
    """Whether a block of data holds one value, and nothing in it could end the block."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return not set("<>&") & set(text)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def test_the_reader_finds_what_is_not_escaped() -> None:
    """A look that finds nothing anywhere would prove nothing."""
    page = '<p title="{}">{}</p><a href="{}">x</a><b x={}></b><script>"{}"</script>'
    kind = {"content-type": "text/html"}
    raw = {n: Answer(200, kind, page.format(*[text] * 5)) for n, text in MARKUP.items()}
    safe = [
        Answer(200, kind, f"<p>{html.escape(t)}</p>".replace("\0", "")) for t in MARKUP.values()
    ]
    assert all(harm_in(answer) for answer in raw.values())
    block = '<script type="application/ld+json">{{"text": "{}"}}</script>'
    broken = [Answer(200, kind, block.format(t)) for t in ("</script>", '"', "<!--", "&lt;")]
    assert all(harm_in(answer) for answer in broken)
    assert not harm_in(Answer(200, kind, block.format(rf"{MARK} \u003cb")))
    assert not any(harm_in(answer) for answer in safe)


# --- the gate ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TEXTS))
@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("lines", [True, False])
def test_a_text_is_harmless_or_refused(name: str, limit: int, lines: bool) -> None:
    kept = texts.clean(TEXTS[name], limit, "text", lines=lines)
    if isinstance(kept, str):
        assert not FORBIDDEN.search(kept.replace("\n", ""))
        assert kept == unicodedata.normalize("NFC", kept)
        assert len(kept) <= limit
        assert not towers(kept)
        assert kept == "" or any(map(visible, kept))
        assert not re.search("[\U0001fffe-\U0001ffff\U0010fffe-\U0010ffff\u206a-\u206f]", kept)
    if name in WELCOME:
        assert kept == " ".join(unicodedata.normalize("NFC", TEXTS[name]).split(" "))


def visible(sign: str) -> bool:
    """Tell whether a sign shows something: letters that are blank show nothing either."""
    return unicodedata.category(sign)[0] in "LNPS" and sign not in "\u115f\u1160\u3164\uffa0\u2800"


def towers(text: str) -> bool:
    """Tell whether more than four signs in a row stand on another one."""
    run = 0
    for sign in text:
        piled = unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me")
        run = run + 1 if piled else run if unicodedata.category(sign) == "Cf" else 0
        if run > 4:
            return True
    return False


def test_texts_are_capped_before_anything_looks_at_them(monkeypatch) -> None:
    """Normalising is quadratic in alternating marks: 200 KB of them take ten seconds."""
    looked: list[int] = []

    class Watching:
        category, combining = unicodedata.category, unicodedata.combining

        @staticmethod
        def normalize(form: typing.Literal["NFC"], text: str) -> str:
            looked.append(len(text))
            assert not towers(text)
            return unicodedata.normalize(form, text)

    monkeypatch.setattr(texts, "unicodedata", Watching)
    for text in (*TEXTS.values(), "x" * 10**6, "a\u0301\u0323" * 30_000):
        for limit in LIMITS:
            texts.clean(text, limit, "text")
    assert max(looked) <= 4 * max(LIMITS) + 64


def test_patterns_are_bounded_whatever_is_repeated() -> None:
    """No pattern of ours takes more than a moment at the longest text that reaches it."""
    atoms = (
        "a", "A", "0", " ", "\n", ".", "-", "@", "+", "(", "/", ":", "az", "nr ", "Frau ", "Tel. ",
        "DE12", "1234 ", "a.", "0 ", "Dr. ", "\u0301", "ä", "\\", '"', "https://", "{",
    )  # fmt: skip
    slowest = (0.0, "", "")
    for name, pattern in patterns():
        length = 300 if "marks" in name else 8_192
        if "likeness" in name or "marks" not in name:
            length = 2_048
        for one in atoms:
            for two in ("", *atoms):
                pumped = ((one + two) * length)[:length]
                began = time.process_time()
                for _ in pattern.finditer(pumped + "!"):
                    pass
                slowest = max(slowest, (time.process_time() - began, name, one + two))
    print(f"slowest pattern: {slowest[0] * 1_000:.2f} ms, {slowest[1:]}")
    assert slowest[0] < 2  # what backtracks without end takes hours


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Return all patterns of the modules that touch what people type."""
    from dialog.archive import document, markdown, pdf, query, spelling
    from dialog.forum import likeness, scribing
    from dialog.hub import marks
    from dialog.programme import reading, table
    from dialog.web import catalogue
    from dialog.web.pages import staff

    exported, searched = (document, markdown, pdf), (query, spelling)
    typed = (texts, marks, likeness, scribing, staff, catalogue, table, reading)
    for module in (*typed, *exported, *searched):
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                yield f"{module.__name__}.{name}", value
    yield "wire.key", re.compile(r"^[0-9A-Za-z-]{8,64}\Z")


def test_the_search_for_likeness_is_bounded() -> None:
    """A thousand questions in nearly the same words cost no more than a few."""
    text = "".join(chr(97 + n * 7 % 26) + chr(97 + n * 11 % 26) for n in range(140))
    index = Likeness(lambda number: f"{text} {number}")
    for number in range(1, 2_001):
        index.put(number)
    assert sum(map(len, index._postings.values())) > 10 * STEPS
    assert _walk(index, 1) <= STEPS
    assert index.alike(1)


def _walk(index: Likeness, number: int) -> int:
    """Return how many entries of its lists a search looks at."""
    looked = 0

    class Looked(BitMap):
        def __iter__(self) -> Iterator[int]:
            nonlocal looked
            for one in super().__iter__():
                looked += 1
                yield one

    index._postings = {gram: Looked(found) for gram, found in index._postings.items()}
    index.alike(number)
    return looked


def test_messages_that_are_none_are_refused() -> None:
    taken = [name for name, message in messages() if not refused(message)]
    assert not taken


@pytest.mark.large
def test_every_text_and_message_costs_less_than_a_moment() -> None:
    """Measured in processor time, the best of three, in ms."""
    costs = {}
    for name, text in TEXTS.items():
        for limit in LIMITS:
            costs[f"{name} {limit}"] = cost(lambda t=text, n=limit: texts.clean(t, n, "x"))  # type: ignore[misc]
    for name, message in messages():
        costs[name] = cost(lambda m=message: refused(m))  # type: ignore[misc]
    for text in ("a\u0301\u0323\u0302\u0327" * 6_400, "\n " * 16_000, "\u200b" * 32_000):
        costs[f"longest {text[:2]!r}"] = cost(lambda t=text: texts.clean(t, 8_000, "x", lines=True))  # type: ignore[misc]
    slowest = max(costs, key=lambda name: costs[name])
    print(f"{len(costs)} texts and messages, the dearest: {slowest!r} {costs[slowest]:.2f} ms")
    assert costs[slowest] < 20


def cost(work: Callable[[], object]) -> float:
    def once() -> float:
        began = time.process_time()
        work()
        return (time.process_time() - began) * 1_000

    return min(once() for _ in range(3))


def refused(message: bytes) -> bool:
    try:
        wire.decode(message)
    except (wire.Malformed, wire.NotUnderstood):
        return True
    return False


# --- every way in --------------------------------------------------------------------------------


def textual() -> set[tuple[str, str]]:
    """Return every field of every command that takes a text."""
    given = typing.get_args(c.Asking | c.Moderating | c.Staging | c.Scribing | c.Organising)
    hints = {command: typing.get_type_hints(command) for command in given}
    return {
        (command.do, field.name)
        for command in given
        for field in fields(command)
        if hints[command][field.name] in (str, str | None, tuple[str, ...])
    }


# How each of them is tried; ``q`` is a question that becomes public, ``r`` one that is returned.
BEFORE: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("asker", "ask", "text", {}),
    ("asker", "ask", "background", {"text": "Wer fragt {}?"}),
    ("asker", "ask", "district", {"text": "Woher kommt {}?"}),
    ("team", "ask", "asker", {"text": "Am Telefon {}?", "via": "phone", "show": "name"}),
    ("owner", "reword", "text", {"q": 0}),
    ("owner", "reword", "background", {"q": 0, "text": "Frage {} neu?"}),
    ("owner", "name", "district", {"q": 0, "show": "anonymous"}),
    ("team", "return", "note", {"r": 0, "reason": "pending"}),
    ("team", "return", "", {"r": 0, "reason": "unclear"}),
    ("owner", "appeal", "text", {"r": 0}),
    ("team", "return_all", "note", {"r": 0, "reason": "pending"}),
    ("team", "edit", "background", {"q": 0, "text": None}),
    ("team", "edit", "asker", {"q": 0, "text": None}),
    ("team", "edit", "text", {"q": 0, "also": "background"}),
    ("team", "topic", "topic", {"q": 0}),
    ("team", "brief", "text", {"q": 0}),
    ("team", "brief", "seen", {"q": 0, "text": "Siehe Haushalt"}),
    ("team", "approve", "", {"q": 0}),
    ("team", "draft", "text", {"q": 0}),
    ("team", "answer", "text", {"q": 0}),
    ("team", "answer", "to", {"q": 0, "text": "Verwiesen", "outcome": "referred"}),
    ("team", "answer", "sources", {"q": 0, "text": "Belegt"}),
    ("team", "answer", "until", {"q": 0, "text": "Bald", "outcome": "promised", "by": "Referat"}),
    (
        "team",
        "answer",
        "",
        {"q": 0, "text": "Ja", "outcome": "promised", "by": "Wir", "until": "2030-01-02"},
    ),
    ("team", "answer", "by", {"q": 0, "text": "Ja", "outcome": "promised", "until": "2030-01-02"}),
    ("team", "message", "text", {}),
    ("team", "banner", "text", {}),
)
AFTER: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("team", "correct", "text", {"q": 0}),
    ("team", "correct", "by", {"q": 0, "text": "Später"}),
    ("team", "correct", "sources", {"q": 0, "text": "Belegt"}),
    ("team", "keep", "text", {"q": 0}),
    ("team", "unpublish", "why", {"q": 0}),
)


def test_every_field_that_takes_a_text_is_tried() -> None:
    assert {(do, field) for _, do, field, _ in BEFORE + AFTER if field} == textual()


class Hall:
    """A running evening, people of every role, and two questions for each text."""

    def __init__(self, folder: Path) -> None:
        slugs = dict(evening(folder / "sessions"))
        slugs["hall"] = declare(
            folder / "sessions", "saal", starts=-MINUTES(10), goes_live="by_clock",
            release="direct", waiting=100, title=TITLE, topics=["<b>" + MARK, "Wohnen"],
        )  # fmt: skip
        self.server = Server(folder, slugs, **PACE)
        self.server.migrate()
        self.server.start()
        self.slug = slugs["hall"]
        self.path = f"/sessions/{self.slug}"
        self.staff = {
            role: self.server.staff(self.slug, role, f"{role} <b {MARK}>")
            for role in ("moderator", "minister", "scribe", "organiser")
        }
        self.guests = {name: self.server.volunteer(self.slug, name) for name in ("owner", "second")}
        self.guests |= {f"asker{n}": self.server.volunteer(self.slug, f"A{n}") for n in range(5)}
        self.tokens = {"team": self.staff["organiser"].get(f"{self.path}/organiser").token}
        self.tokens |= {n: b.get(self.path).token for n, b in self.guests.items()}
        self.revs: dict[int, int] = {}
        self.numbers: dict[tuple[str, int], int] = {}

    def people(self) -> dict[str, Browser]:
        return {"stranger": self.server.browser(), **self.guests, **self.staff}

    def give(self, who: str, command: dict[str, Any]) -> dict[str, Any]:
        """Give a command by POST, and return its answer."""
        sender = self.server.browser()
        owner = self.staff["organiser"] if who == "team" else self.guests[who]
        sender.cookie, sender.may = owner.cookie, owner.may
        body = json.dumps({"type": "command", "key": str(uuid4())} | command)
        headers = {"content_type": "application/json", "x_dialog_token": self.tokens[who]}
        answer = sender.ask("POST", f"{self.path}/commands", body, **headers)
        assert answer.status < 500, (answer.status, command)
        assert not harm_in(answer)
        return {"code": "too_big"} if answer.status == 413 else dict(answer.json())

    def prepare(self, index: int) -> None:
        """Ask the two plain questions of a text."""
        for kind, who in (("q", "owner"), ("r", "second")):
            done = self.give(who, {"do": "ask", "text": f"Frage {index} {kind} {uuid4().hex}?"})
            number = int(done["result"]["number"])
            self.numbers[kind, index] = number
            self.revs[number] = int(done["result"]["rev"])

    def send(
        self, index: int, text: str, steps: tuple[tuple[str, str, str, dict[str, Any]], ...]
    ) -> int:
        """Send a text through every field; return in how many it was taken."""
        taken = 0
        for who, do, field, given in steps:
            command = {n: v for n, v in given.items() if n not in ("q", "r", "also")} | {"do": do}
            plain = f"Frage {index} {uuid4().hex[:8]}?"
            if "text" in command:
                command["text"] = (command["text"] or plain).format(uuid4().hex[:8])
            elif do in ("reword", "edit", "ask") and field != "text":
                command["text"] = plain
            kind = "r" if "r" in given else "q"
            number = self.numbers[kind, index] if {"q", "r"} & given.keys() else 0
            if number:
                command["number"] = number
                if do not in ("appeal", "correct", "keep", "unpublish"):
                    command["rev"] = self.revs[number]
            if do.endswith("_all"):
                command |= {"numbers": [command.pop("number")], "revs": [command.pop("rev")]}
            if field:
                command[field] = [text] if field == "sources" else text
                command |= {given["also"]: text} if "also" in given else {}
            sender = who
            if who == "asker":
                sender = f"asker{(index + hash_of(field)) % 5}"
            elif who == "owner" and kind == "r":
                sender = "second"
            answer = self.give(sender, command)
            assert answer.get("type") == "done" or answer.get("code") in REFUSED, (
                do,
                field,
                answer,
            )
            taken += bool(field) and answer.get("type") == "done"
            if number and "rev" in answer.get("result", {}):
                self.revs[number] = int(answer["result"]["rev"])
        return taken


REFUSED = {
    "bad_text", "too_long", "too_big", "empty", "malformed", "duplicate", "incomplete", "unknown",
    "conflict", "too_many",
}  # fmt: skip


def MINUTES(count: int) -> Any:  # noqa: N802 - it reads as a unit
    from datetime import timedelta

    return timedelta(minutes=count)


def hash_of(text: str) -> int:
    return sum(map(ord, text))


@contextmanager
def opened(folder: Path) -> Iterator[Hall]:
    made = Hall(folder)
    yield made
    made.server.stop()
    made.server.check_log()
    assert MARK not in made.server.log.read_text("utf-8")


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with opened(tmp_path_factory.mktemp("hall")) as made:
        yield made


@pytest.fixture
def hall_of_its_own(tmp_path: Path) -> Iterator[Hall]:
    """One whose evening nobody has published yet."""
    with opened(tmp_path) as made:
        yield made


async def test_messages_that_are_none_end_at_most_their_own_connection(hall: Hall) -> None:
    """By POST and over a socket: an answer or a good-bye, and not a line in the log."""
    import asyncio

    slug = hall.server.slugs["live"]  # the hall's own evening may be over by now
    guest = hall.server.volunteer(slug)
    page = hall.server.page(guest, slug)
    headers = {"content_type": "application/json", "x_dialog_token": page.token}
    ended = 0
    for name, message in messages():
        place = f"/sessions/{slug}/commands"
        posted = await asyncio.to_thread(guest.ask, "POST", place, message, **headers)
        assert posted.status in (413, 422), name
        line = Live(guest, slug, page=page.live)
        async with line:
            await line.send(message.decode("utf-8", "surrogatepass") if utf8(message) else message)
            try:
                await line.until(lambda one=line: any(m["type"] == "refused" for m in one.seen))
            except AssertionError:
                assert await line.closed() in (1007, 1009, 4511), name
                ended += 1
    print(f"{len(list(messages()))} messages, {ended} of them ended their connection")
    assert (await asyncio.to_thread(guest.get, f"/sessions/{slug}")).status == 200
    await asyncio.to_thread(hall.server.check_log)


def utf8(message: bytes) -> bool:
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True


async def test_no_text_harms_anyone(hall: Hall, chromium_path: str) -> None:
    """From the form to the archive."""
    import asyncio

    line = Live(hall.staff["organiser"], hall.slug, stream="desk",
                page=hall.staff["organiser"].get(f"{hall.path}/organiser").live)  # fmt: skip
    async with line:
        taken = await asyncio.to_thread(fill, hall)
        await asyncio.to_thread(join_as, hall)
        seen, harm = await asyncio.to_thread(look_everywhere, hall)
        assert not harm, harm[:5]
        await asyncio.to_thread(tour, chromium_path, hall.server, lambda p: visit(hall, p))
        for do, more in (("phase", {"to": "closed"}), ("conclude", {}), ("publish", {})):
            answer = await asyncio.to_thread(hall.give, "team", {"do": do} | more)
            assert answer["type"] == "done", answer
        later, harm = await asyncio.to_thread(after_the_end, hall)
        assert not harm, harm[:5]
        frames = [text for message in line.seen for text in strings(message)]
    assert not [text for text in frames if FORBIDDEN.search(text.replace("\n", ""))]
    tried = f"{len(TEXTS)} texts in {len(textual())} fields, {taken} taken"
    print(f"{tried}; {seen + later} answers and {len(line.seen)} frames looked at")


def fill(hall: Hall) -> int:
    """Send every text through every field of an evening that is on."""
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(hall.prepare, range(len(TEXTS))))
        taken = threads.map(lambda it: hall.send(it[0], it[1], BEFORE), enumerate(TEXTS.values()))
        return sum(taken)


def join_as(hall: Hall) -> None:
    """Come in under every text for a name, and ask under it."""

    def come(text: str) -> None:
        guest = hall.server.browser()
        answer = guest.join(
            hall.slug, text.replace("\ud800", "?").encode("utf-8", "replace").decode()
        )
        assert answer.status in (303, 413, 422)
        assert not [h for h in harm_in(answer) if not h.startswith("sign")]  # one's own comes back
        if answer.status == 303:
            form = {"token": guest.get(hall.path).token, "key": str(uuid4()), "show": "name"}
            guest.post(f"{hall.path}/questions", form | {"text": f"Als wer {uuid4().hex}?"})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(come, TEXTS.values()))


PLACES = (
    "", "/mine", "/join", ".ics", "/moderation", "/moderation?tab=order", "/moderation?tab=log",
    "/moderation?number={}&dialog=edit", "/moderation?number={}&dialog=return",
    "/moderation?number={}&dialog=merge&into=1", "/moderation?number={}&dialog=group",
    "/moderation?dialog=search", "/stage", "/stage?view=list", "/stage?view=note",
    "/scribe", "/scribe?tab=open", "/scribe?tab=release", "/scribe?number={}", "/organiser",
    "/organiser?tab=publish", "/organiser?confirm=close", "/questions/{}",
    "/updates?stream=floor", "/updates?stream=stage", "/updates?stream=desk",
)  # fmt: skip


def look_everywhere(hall: Hall) -> tuple[int, list[str]]:
    """Open every page as everyone; a question's own pages for some of them."""
    asked: list[tuple[Browser, str]] = []
    people = hall.people()
    for who in ("stranger", "owner", "asker0", "moderator", "minister", "scribe", "organiser"):
        browser = people[who]
        some = [hall.numbers["q", n] for n in range(0, len(TEXTS), 9)]
        for place in PLACES:
            numbers = (
                some if "{}" in place and who in ("moderator", "stranger", "scribe") else some[:1]
            )
            paths = {place.format(n) for n in numbers}
            asked += [(browser, f"{hall.path}{path}") for path in sorted(paths)]
        asked += [(browser, path) for path in ("/", "/archive", "//evil.example/x", "/nichts")]
    return looked(asked)


def looked(asked: list[tuple[Browser, str]]) -> tuple[int, list[str]]:
    def look(it: tuple[Browser, str]) -> list[str]:
        browser, path = it
        answer = browser.get(path)
        assert answer.status < 500, path
        return [f"{path}: {harm}" for harm in harm_in(answer)]

    with ThreadPoolExecutor(4) as threads:
        found = [harm for harms in threads.map(look, asked) for harm in harms]
    return len(asked), found


def visit(hall: Hall, people: People) -> None:
    """Look at the pages with a real browser: no script runs, no policy and no page is broken."""
    ran = f"window.{MARK} = () => {{ document.documentElement.dataset.ran = 'yes'; }};"

    def opened(path: str, cookie: str = "", **options: Any) -> Screen:
        page = people.page(**options)
        page.add_init_script(ran)
        page.on("dialog", lambda dialog: people.faults.append(f"dialog: {dialog.message}"))
        if cookie:
            name, _, value = cookie.partition("=")
            page.context.add_cookies([{"name": name, "value": value, "url": hall.server.base}])
        page.goto(path)
        return page

    pages = [opened(hall.path, hall.guests["owner"].cookie, size=PHONE)]
    connected(pages[0])
    banner = MARKUP["attribute"]
    assert hall.give("team", {"do": "banner", "text": banner})["type"] == "done"
    expect(pages[0].get_by_text(banner).first).to_be_visible()
    arabic = pages[0].get_by_text(WELCOME["Arabic"]).first
    direction = "element => getComputedStyle(element).direction"
    assert arabic.evaluate(direction) == "rtl"
    question = hall.numbers["q", list(TEXTS).index("long word")]
    pages.append(opened(f"{hall.path}/questions/{question}", size=PHONE))
    pages.append(opened(f"{hall.path}/mine", hall.guests["owner"].cookie, size=PHONE))
    pages.append(opened(f"{hall.path}/moderation", hall.staff["moderator"].cookie))
    pages.append(opened(f"{hall.path}/scribe?tab=open", hall.staff["scribe"].cookie))
    pages.append(opened(f"{hall.path}/stage?view=list", hall.staff["minister"].cookie))
    for page in pages:
        assert page.evaluate("() => document.documentElement.dataset.ran") is None, page.url
        over = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        assert over <= 1, (page.url, over)
        expect(page.get_by_role("heading", level=1).first).to_be_visible()


def after_the_end(hall: Hall) -> tuple[int, list[str]]:
    """Correct, keep and take out; then read the record in every form it has."""
    path = f"/archive/{hall.slug}"
    reader = hall.server.browser()
    deadline = time.monotonic() + 30
    while reader.get(path).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)

    def send(it: tuple[int, str]) -> int:
        steps = AFTER if it[0] % 2 else AFTER[:2]  # or nothing would be left to read
        return hall.send(it[0], it[1], steps)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(send, enumerate(TEXTS.values())))
    told = hall.give("team", {"do": "correct", "number": hall.numbers["q", 0], "text": "Zuletzt"})
    assert told["type"] == "done"
    while "Zuletzt" not in reader.get(f"{path}.json").text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    numbers = [hall.numbers["q", n] for n in range(0, len(TEXTS), 5)]
    paths = [path, "/archive", "/", *(f"{path}/{n}" for n in numbers)]
    paths += [f"{path}.{ending}" for ending in ("json", "csv", "md", "pdf", "ics", "atom")]
    paths += ["/archive/feed.atom", "/archive/corrections.atom", "/archive/all.zip"]
    paths += [*(f"{path}/{n}.atom" for n in numbers), "/sitemap.xml"]
    year = hall.slug[:4]
    paths += [f"/archive/search?year={year}&page={n}" for n in range(1, 5)]
    paths += ["/archive/search?q=hostile", "/archive/promises"]
    count, harm = looked([(reader, path) for path in paths])
    file = hall.server.folder / "sessions" / hall.slug / "transcript.json"
    kept = [
        t
        for t in strings(json.loads(file.read_text("utf-8")))
        if FORBIDDEN.search(t.replace("\n", ""))
    ]
    return count + 1, [*harm, *kept]


@pytest.mark.parametrize("source", ADDRESSES)
def test_sources_are_addresses_of_the_web(source: str) -> None:
    from dialog.forum.names import Phase
    from tests.forum.evening import ANNA, MARA, OLGA, Evening

    evening_ = Evening(Phase.LIVE)
    evening_.told(c.Ask("Woher?"), ANNA)
    evening_.told(c.Approve(1, evening_.session.questions[1].rev), MARA)
    command = c.HandIn(1, evening_.session.questions[1].rev, "Von dort", sources=(source,))
    assert isinstance(evening_.refused(command, OLGA), Refusal)


@pytest.mark.parametrize(
    "slow", [pytest.param(11, id="small"), pytest.param(3, marks=pytest.mark.large, id="large")]
)
def test_addresses_headers_and_forms_are_harmless(hall: Hall, slow: int) -> None:
    """Whatever stands in a path, a query, a header, a cookie or a field that no form has."""
    asked, people = 0, hall.people()
    roles = ("stranger", "owner", "organiser")
    for index, text in enumerate(list(TEXTS.values())[::slow]):
        raw = text.encode("utf-8", "surrogatepass")[:6_000]
        for answer in strange(hall, people[roles[index % 3]], raw):
            asked += 1
            assert answer.status < 500
            assert not [h for h in harm_in(answer) if not h.startswith("sign")], raw
    print(f"{asked} strange requests")


def strange(hall: Hall, browser: Browser, raw: bytes) -> Iterator[Answer]:
    path = quote(raw, safe="")
    for place in ("/{}", "/sessions/{}", "/archive/{}", "/enter/{}", hall.path + "/mine/{}"):
        yield browser.get(place.format(path))
    query = "&".join(
        f"{name}={path}" for name in ("lang", "tab", "number", "dialog", "view", "into")
    )
    for place in ("", "/moderation", "/stage", "/scribe", "/organiser"):
        yield browser.get(f"{hall.path}{place}?{query}"[:8_000])
    yield browser.get(f"{hall.path}/updates?stream=floor&seq=1&epoch={path}"[:8_000])
    yield browser.get(f"{hall.path}/updates?stream={path}&seq={path}"[:8_000])
    header = re.sub(rb"[\r\n\0]", b"", raw).decode("latin-1").strip()[:2_000]
    for name in ("accept", "accept_language", "x_dialog_token", "content_type", "user_agent"):
        yield browser.get(hall.path, **{name: header})
    thief = hall.server.browser()
    thief.cookie = f"dialog={header}"
    yield thief.get(hall.path)
    names = ("do", "key", "token", "text", "back", "number", "show", "via", "from", "numbers")
    form = {name: raw.decode("utf-8", "replace") for name in names}
    page = {"owner": "/questions", "organiser": "/moderation"}
    for place in ("/questions", "/mine", "/moderation", "/join", "/leave", "/commands"):
        yield browser.post(f"{hall.path}{place}", form)
    good = browser.get(hall.path).text
    token = re.search(r'name="token" value="([^"]*)"', good)
    if token:
        for place in page.values():
            yield browser.post(f"{hall.path}{place}", form | {"token": token[1]})


@pytest.mark.large
def test_every_role_sends_texts_to_every_command(hall_of_its_own: Hall) -> None:
    """Also to those it may not give: refused or clean, and never a fault."""
    hall = hall_of_its_own
    pages = {"moderator": "/moderation", "minister": "/stage", "scribe": "/scribe"}
    pages |= {"organiser": "/organiser", "owner": "", "stranger": "/join"}
    people, given = hall.people(), sorted(textual())

    def send(it: tuple[Browser, str, str, str, str]) -> str:
        browser, token, do, field, text = it
        sender = hall.server.browser()
        sender.cookie, sender.may = browser.cookie, browser.may
        command = {"number": 1, "rev": 1, "text": "Wer?", "reason": "unclear", "why": "Darum"}
        known = {n: command[n] for n in wire.fields(do) if n in command}
        known |= {"type": "command", "do": do, "key": str(uuid4())}
        known[field] = [text] if field == "sources" else text
        headers = {"content_type": "application/json", "x_dialog_token": token}
        answer = sender.ask("POST", f"{hall.path}/commands", json.dumps(known), **headers)
        assert answer.status < 500
        assert not harm_in(answer)
        return "too_big" if answer.status == 413 else str(answer.json().get("code", "done"))

    tries = [
        (people[who], people[who].get(f"{hall.path}{page}").token, do, field, text)
        for who, page in pages.items()
        for do, field in given
        for text in list(TEXTS.values())[::3]
    ]
    with ThreadPoolExecutor(8) as threads:
        codes = Counter(threads.map(send, tries))
    print(f"{len(tries)} commands: {dict(codes.most_common())}")
    assert set(codes) <= REFUSED | {"done", "forbidden", "closed", "paused"}


# --- ways past the gate --------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["override", "invisible only", "very long", "log"])
def test_nobody_is_invited_under_a_bad_name(tmp_path, name: str) -> None:
    slug = declare(tmp_path / "sessions", "probe")
    environment = {
        "DIALOG_DATA": str(tmp_path / "data"),
        "DIALOG_SESSIONS": str(tmp_path / "sessions"),
    }
    assert CliRunner().invoke(main, ["migrate"], env=environment).exit_code == 0
    asked = ["invite", slug, "--role", "scribe", "--name", TEXTS[name]]
    told = CliRunner().invoke(main, asked, env=environment)
    if name == "log":  # a line break becomes a space, as in any name
        assert told.exit_code == 0
    else:
        assert told.exit_code != 0
        assert "cannot be used" in told.output


@pytest.mark.parametrize(
    "sign", ["\u202e", "\u2066", "\U0001fffe", "\U000e0041", "e" + "\u0301\u0323" * 3]
)
@pytest.mark.parametrize("key", ["title", "topics", "intro"])
def test_what_a_folder_says_is_declared_clean(tmp_path, sign: str, key: str) -> None:
    text = f"Prü{sign}fung"
    keys: dict[str, Any] = {} if key == "intro" else {key: [text] if key == "topics" else text}
    slug = declare(tmp_path, "probe", **keys)
    if key == "intro":
        (tmp_path / slug / "intro.de.md").write_text(text, "utf-8")
    read = programme(tmp_path)
    assert read.declarations == ()
    assert [fault.code for fault in read.faults] == ["bad_signs"]


@pytest.mark.parametrize(
    "raw", ["x = " + "[" * 100_000, "x = " + "9" * 5_000, "\0", 'x = "\\ud800"']
)
def test_a_declared_folder_that_cannot_be_read_is_a_fault_and_no_end(tmp_path, raw: str) -> None:
    slug = declare(tmp_path, "probe")
    (tmp_path / slug / "session.toml").write_text(raw, "utf-8")
    assert [fault.code for fault in programme(tmp_path).faults] == ["bad_toml"]


def test_no_log_line_is_anyone_elses() -> None:
    """What libraries say of a request is told without the request."""
    import logging

    from dialog.log import Lines

    for text in TEXTS.values():
        record = logging.makeLogRecord({"msg": "Invalid request: %s", "args": (text,)})
        line = Lines().format(record)
        assert MARK not in line
        assert "\n" not in line
        assert json.loads(line)["event"] == "Invalid request:"
