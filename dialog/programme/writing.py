"""A declaration as the two files that are read as the same: canonical, and made to be read."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from dialog.programme.declaration import NAMES, Declaration, Limits

HEAD: Final = """\
# Ein Dialog. Was die Angaben bedeuten, steht in sessions/README.md.
# Diese Datei schreiben die Seiten der Organisation; eigene Kommentare darin gehen verloren.
"""
# what helps whoever reads a line; keys of tables with their table
SAID: Final = {
    "draft": "Entwurf: nur für das Team sichtbar",
    "postponed": "verlegt: der Ordner nennt den ersten Termin",
    "opens": "ab jetzt: Fragen und Unterstützungen vorab",
    "questions_until": "bis wann neue Fragen angenommen werden",
    "identity": 'wer teilnimmt: "open", "code" oder "link"',
    "goes_live": '"by_hand": die Organisation beginnt; "by_clock": die Uhr',
    "readers": "darf die Öffentlichkeit mitlesen?",
    "release": '"second_person": eine zweite Person gibt Antworten frei',
    "names": 'wie Fragende erscheinen: "name", "team" (nur das Team weiß ihn), "anonymous"',
    "hold": "Moderationsprotokoll aufbewahren, bis das Staatsarchiv entschieden hat",
    "rehearsal_until": "eine Probe: dann wird sie gelöscht",
    "video.from": "ab wann die Adresse erscheint",
    "recording.starts": "der Augenblick, mit dem die Aufzeichnung beginnt",
}
ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNSEEN: Final = re.compile(r'["\\\x00-\x1f\x7f]')

Value = str | bool | int | datetime | tuple[str, ...] | None


def written(declaration: Declaration) -> str:
    """Return the session.toml of a declaration; what is not said there is left out."""
    return HEAD + "\n".join(_lines(declaration)) + "\n"


def introduced(declaration: Declaration) -> str:
    """Return the intro.de.md of a declaration."""
    return f"{declaration.intro}\n"


def _lines(one: Declaration) -> Iterator[str]:
    top: tuple[tuple[tuple[str, Value], ...], ...] = (
        (
            ("draft", one.draft or None),
            ("rehearsal_of", one.rehearsal_of),
            ("rehearsal_until", one.rehearsal_until),
        ),
        (("title", one.title), ("topics", one.topics)),
        (
            ("opens", one.opens),
            ("starts", one.starts),
            ("ends", one.ends),
            ("questions_until", one.questions_until),
            ("postponed", one.postponed or None),
        ),
        (
            ("identity", one.identity),
            ("code", one.code),
            ("goes_live", one.goes_live),
            ("readers", one.readers),
            ("release", one.release),
            ("names", None if one.names == NAMES else one.names),
            ("languages", one.languages),
            ("hold", one.hold or None),
        ),
    )
    for group in top:
        yield from _block("", group)
    yield from _table("answerer", (("name", one.answerer.name), ("office", one.answerer.office)))
    if one.video:
        video = one.video
        said = (("url", video.url), ("phone", video.phone), ("pin", video.pin))
        yield from _table("video", (*said, ("from", video.from_)))
    if one.recording:
        recording = one.recording
        yield from _table("recording", (("url", recording.url), ("starts", recording.starts)))
    if one.limits != Limits():
        limits, usual = one.limits, Limits()
        names = ("text", "background", "waiting", "ask_seconds")
        changed = (name for name in names if getattr(limits, name) != getattr(usual, name))
        yield from _table("limits", tuple((name, getattr(limits, name)) for name in changed))


def _table(name: str, pairs: tuple[tuple[str, Value], ...]) -> Iterator[str]:
    yield f"\n[{name}]"
    yield from (_line(f"{name}.", key, value) for key, value in pairs if value is not None)


def _block(path: str, pairs: tuple[tuple[str, Value], ...]) -> Iterator[str]:
    lines = [_line(path, key, value) for key, value in pairs if value is not None]
    if lines:
        yield ""
        yield from lines


def _line(path: str, key: str, value: Value) -> str:
    said = SAID.get(path + key)
    line = f"{key} = {_toml(value)}"
    return f"{line}   # {said}" if said else line


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, str):
        return f'"{_UNSEEN.sub(_escaped, value)}"'
    return str(value)


def _escaped(found: re.Match[str]) -> str:
    sign = found[0]
    return ESCAPES.get(sign) or f"\\u{ord(sign):04X}"
