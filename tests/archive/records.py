"""Plausible records of any length, drawn from a seed: German, with all that can happen to one.

The questions are those of the demonstration; further ones ask the same for other places, so that
every text stands once. What falls due does so long ago, or when nobody who reads this is left.
"""

import itertools
import json
import random
import tomllib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
ASKED = ROOT / "sessions/2026-11-24-sprache-und-arbeit/questions.de.toml"
ANSWERED = Path(__file__).parent / "schemas/1.json"
BERLIN = ZoneInfo("Europe/Berlin")
NEVER = "2099-12-31"

TITLES = (
    "Sprache und Arbeit", "Wohnen und Ankommen", "Schule und Kita", "Internet in Unterkünften",
    "Gesundheit und Beratung", "Ausländerbehörden und Wege", "Anerkennung im Beruf",
)  # fmt: skip
PLACES = (
    "Landkreis Ansbach", "Nürnberg", "Landkreis Freising", "Augsburg", "Landkreis Dachau",
    "Ingolstadt", "Landkreis Miesbach", "Passau", "Landkreis Hof", "Würzburg",
    "Landkreis Oberallgäu", "Bamberg", "Landkreis Cham", "Kempten (Allgäu)", "Landkreis Fürth",
    "Straubing", "Landkreis Rhön-Grabfeld", "Schweinfurt", "Landkreis Lindau (Bodensee)", "Coburg",
)  # fmt: skip
GROUPS = (
    "für Familien mit kleinen Kindern", "für Menschen, die im Schichtdienst arbeiten",
    "für Jugendliche ohne Schulabschluss", "für Alleinerziehende", "für ältere Menschen",
    "für Geduldete", "für Frauen, die nach der Elternzeit beginnen", "für Auszubildende",
    "für Menschen mit Behinderung", "für Studierende", "für Beschäftigte in der Pflege",
    "für Geflüchtete, die auf dem Land wohnen",
)  # fmt: skip
SINCE = (
    "seit diesem Jahr", "nach der neuen Regelung", "auch in den Ferien", "in kleinen Gemeinden",
    "bei einem Umzug", "ohne eigenes Fahrzeug", "neben der Arbeit", "beim zweiten Antrag",
    "mit einer Übersetzung", "ohne festen Wohnsitz",
)  # fmt: skip
OFFICES = (
    "Referat Wohnen und Unterbringung", "Referat Sprache und Bildung", "Abteilung Integration",
    "Referat Arbeitsmarkt", "Geschäftsstelle des Dialogs",
)  # fmt: skip
COMPETENT = ("das Bundesamt für Migration und Flüchtlinge", "die Ausländerbehörde vor Ort",
             "das Jobcenter", "die Regierung von Mittelfranken")  # fmt: skip
KEPT = (
    "Das Gespräch hat stattgefunden; das Ergebnis steht jetzt als Merkblatt im Netz.",
    "Die Übersicht ist veröffentlicht und wird jedes Vierteljahr erneuert.",
    "Alle Landkreise wurden angeschrieben, 61 haben geantwortet. Die Antworten sind verlinkt.",
)
BEFORE = (
    "In einer früheren Fassung war die Frist mit zwei Wochen angegeben.",
    "Eine frühere Fassung nannte eine andere Stelle als zuständig.",
)
WHY = "Auf Wunsch einer genannten Person aus dem Protokoll genommen."
RETURNED = ("off_topic", "already_answered", "not_ours", "single_case", "no_question", "unclear")


def record(count: int, seed: int = 1, *, year: int = 2025) -> dict[str, Any]:
    """Return a record of schema 2 with so many questions, published in a year that is over."""
    return _Drawn(count, random.Random(f"{count} {seed} {year}"), year).record()


class _Drawn:
    """One evening as the lots fall."""

    def __init__(self, count: int, lots: random.Random, year: int) -> None:
        self.count, self.lots = count, lots
        self.starts = datetime(year, lots.randint(1, 9), lots.randint(1, 28), 18, tzinfo=BERLIN)
        self.published = self.starts.astimezone(UTC) + timedelta(days=14, hours=16)
        self.title = lots.choice(TITLES)
        self.asked = tomllib.loads(ASKED.read_text("utf-8"))
        self.shown = json.loads(ANSWERED.read_text("utf-8"))
        self.topics = list(dict.fromkeys(one["topic"] for one in self.asked["questions"]))
        self.answers = [q["answer"]["text"] for q in self.shown["questions"] if q["answer"]]
        self.answers += [q["answer"] for q in self.asked["questions"] if "answer" in q]
        self.changed = self.published

    def record(self) -> dict[str, Any]:
        """Return it as it was after its last change."""
        slug = f"{self.starts:%Y-%m-%d}-{_plain(self.title)}-{self.count}"
        questions = self._questions()
        figures = self._figures(questions)
        return {
            "schema": "dialog-transcript/2",
            "slug": slug,
            "title": self.title,
            "language": "de",
            "introduction": self.shown["introduction"],
            "answerer": {
                "name": "Staatssekretärin" if self.lots.random() < 0.4 else "Staatsminister",
                "office": "Ministerium für Integration (Demonstration)",
            },
            "starts": self.starts.isoformat(),
            "ends": (self.starts + timedelta(minutes=90)).isoformat(),
            "published": _local(self.published),
            "changed": _local(self.changed),
            "recording": {
                "url": f"https://video.example/aufzeichnungen/{slug}",
                "starts": (self.starts - timedelta(minutes=2)).isoformat(),
            },
            "topics": self.topics,
            "figures": figures,
            "questions": questions,
        }

    def _questions(self) -> list[dict[str, Any]]:
        texts = self._texts()
        merging = self.count // 12
        number = itertools.count(1)
        taken = [next(number) for _ in range(self.count + merging)]
        self.lots.shuffle(taken)
        numbers, others = sorted(taken[: self.count]), taken[self.count :]
        made = [self._question(n, *next(texts)) for n in numbers]
        for other in others:
            kept = self.lots.choice(made)
            kept["merged"].append({"number": other, "text": next(texts)[0]})
        for question in made:
            question["merged"].sort(key=lambda one: one["number"])
        ranking = sorted(made, key=lambda q: (-q["upvotes"], q["number"]))
        for rank, question in enumerate(ranking, 1):
            question["rank"] = rank
        self._end(ranking)
        reached = [q for q in made if q["outcome"] != "not_reached"]
        rest = [q for q in made if q["outcome"] == "not_reached"]
        reached.sort(key=lambda q: q["outcome_at"])
        return reached + sorted(rest, key=lambda q: q["rank"])

    def _texts(self):
        """Yield a text, its background and its topic: the given ones, then their variations."""
        given = [
            (q["text"], q.get("background"), q["topic"])
            for q in self.asked["questions"]
            if "case" not in q and "merge" not in q
        ]
        given += [
            (q["text"], q["background"], self.lots.choice(self.topics))
            for q in self.shown["questions"]
        ]
        given = list({text: (text, *rest) for text, *rest in given}.values())
        yield from given
        for when, group, place in itertools.product(("", *SINCE), GROUPS, PLACES):
            for text, _, topic in self.lots.sample(given, 3):
                where = f"{place}, {when}" if when else place
                asked = f"{where}: Gilt das auch {group}? {text}"
                if len(asked) <= 300:
                    yield asked, None, topic

    def _question(self, number: int, text: str, background: str | None, topic: str):
        lots = self.lots
        before = timedelta(days=13) * (number / (self.count * 1.1))
        asked = self.starts.astimezone(UTC) - timedelta(days=14) + before
        anonymous = lots.random() < 0.3
        return {
            "number": number,
            "text": text,
            "background": background,
            "asker": None if anonymous else lots.choice(self.asked["names"]),
            "district": None if lots.random() < 0.3 else lots.choice(PLACES),
            "topic": topic,
            "upvotes": 1 + int(lots.paretovariate(1.1)) % 400,
            "rank": 0,
            "asked": _moment(asked),
            "outcome": "not_reached",
            "outcome_at": _moment(self.starts.astimezone(UTC) + timedelta(minutes=90)),
            "answer": None,
            "edited": lots.random() < 0.1,
            "merged": [],
            "removed": None,
            "changes": [],
        }

    def _end(self, ranking: list[dict[str, Any]]) -> None:
        """Answer what was reached; of what was promised, each third is kept, overdue and open."""
        reached = max(min(self.count, 12), self.count * 2 // 3)
        promises = itertools.cycle(("kept", "overdue", "open"))
        outcomes = itertools.cycle(
            ("aloud", "promised", "aloud", "written", "aloud", "promised", "referred", "promised")
        )
        for place, question in enumerate(ranking[:reached]):
            at = self.starts.astimezone(UTC) + timedelta(minutes=85) * (place / reached)
            question["outcome"] = next(outcomes)
            question["outcome_at"] = _moment(at)
            question["answer"] = self._answer(question["outcome"], at)
            if question["outcome"] == "promised":
                self._promise(question, next(promises))
        if reached > 6:
            self._correct(ranking[0])
            self._correct(ranking[3])
        if self.count > 20:
            self._answer_later(ranking[reached])
            self._remove(ranking[reached // 2])

    def _answer(self, outcome: str, at: datetime) -> dict[str, Any]:
        lots = self.lots
        source = "https://www.ministerium.example/integration/auskunft"
        return {
            "text": lots.choice(self.answers),
            "kind": "verbatim" if lots.random() < 0.2 else "summary",
            "by": lots.choice(OFFICES) if outcome in ("promised", "written") else None,
            "until": None,
            "kept": None,
            "to": lots.choice(COMPETENT) if outcome == "referred" else None,
            "sources": [source] if lots.random() < 0.3 else [],
            "minute": None
            if outcome == "written"
            else 120 + int((at - self.starts).total_seconds()),
            "at": _moment(at + timedelta(minutes=2)),
            "corrections": [],
        }

    def _promise(self, question: dict[str, Any], state: str) -> None:
        answer = question["answer"]
        due = (self.starts + timedelta(days=60)).date().isoformat()
        answer["until"] = NEVER if state == "open" else due
        if state == "kept":
            at = self._later(question, "kept")
            kept = {"at": _moment(at), "text": self.lots.choice(KEPT), "corrections": []}
            answer["kept"] = kept

    def _correct(self, question: dict[str, Any]) -> None:
        at = self._later(question, "corrected")
        before = {"at": _moment(at), "before": self.lots.choice(BEFORE)}
        question["answer"]["corrections"].append(before)

    def _answer_later(self, question: dict[str, Any]) -> None:
        at = self._later(question, "answered")
        question["outcome"], question["outcome_at"] = "written", _moment(at)
        question["answer"] = self._answer("written", at)

    def _remove(self, question: dict[str, Any]) -> None:
        at = self._later(question, "removed")
        for text in ("text", "background", "asker", "district", "topic", "asked", "answer"):
            question[text] = None
        question["merged"] = []
        question["edited"] = False
        question["removed"] = {"at": _moment(at), "why": WHY}

    def _later(self, question: dict[str, Any], what: str) -> datetime:
        seconds = self.lots.randint(3600, 40 * 86_400)
        at = self.published + timedelta(seconds=seconds)
        question["changes"].append({"at": _moment(at), "what": what})
        question["changes"].sort(key=lambda change: change["at"])
        self.changed = max(self.changed, at)
        return at

    def _figures(self, questions: list[dict[str, Any]]) -> dict[str, Any]:
        merged = sum(len(question["merged"]) for question in questions)
        returned = {reason: 1 + self.lots.randrange(1 + self.count // 20) for reason in RETURNED}
        apart = {"stage_only": 2, "merged": merged, "withdrawn": 3, "unreviewed": 1}
        outcomes = Counter(question["outcome"] for question in questions)
        every = ("aloud", "promised", "written", "referred", "not_reached")
        upvotes = sum(question["upvotes"] for question in questions)
        return {
            "received": self.count + sum(returned.values()) + sum(apart.values()),
            "approved": self.count,
            "stage_only": apart["stage_only"],
            "returned": returned,
            "merged": merged,
            "withdrawn": apart["withdrawn"],
            "unreviewed": apart["unreviewed"],
            "outcomes": {outcome: outcomes[outcome] for outcome in every},
            "kept": sum(bool(q["answer"] and q["answer"]["kept"]) for q in questions),
            "upvotes": upvotes,
            "voters": max(upvotes // 3, *(question["upvotes"] for question in questions)),
        }


def summed(told: dict[str, Any]) -> dict[str, Any]:
    """Return a record whose questions were changed with figures that add up again."""
    figures, questions = told["figures"], told["questions"]
    merged = [one["number"] for question in questions for one in question["merged"]]
    outcomes = dict.fromkeys(figures["outcomes"], 0)
    for question in questions:
        outcomes[question["outcome"]] += 1
    apart = figures["stage_only"] + figures["withdrawn"] + sum(figures["returned"].values())
    known = len(questions) + len(merged) + apart
    most = max(*(question["number"] for question in questions), *merged, known)
    figures |= {"approved": len(questions), "merged": len(merged), "outcomes": outcomes}
    figures |= {"received": most, "unreviewed": most - known}
    return told


def _plain(title: str) -> str:
    spelled = title.lower().replace(" ", "-")
    for letter, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        spelled = spelled.replace(letter, plain)
    return spelled


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _local(at: datetime) -> str:
    return at.astimezone(BERLIN).isoformat(timespec="seconds")
