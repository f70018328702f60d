"""What is asked in the full evening, and what whoever reads a question makes of it; all seeded."""

import random
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialog.forum.names import Reason

EXAMPLES = Path(__file__).resolve().parents[2] / "sessions/2026-11-24-sprache-und-arbeit"
PLACES = ("Ansbach", "Cham", "Dachau", "Erding", "Hof", "Kronach", "Lindau", "Passau", "Roth")


@dataclass(frozen=True)
class Plan:
    """A question to come: what moderators find right for it, and what its asker does then.

    ``fate`` is approve, edit, return, merge, stage_only or late (asked when nobody reviews any
    more); ``then`` is empty, withdraw, reword, appeal or object.
    """

    text: str
    fate: str
    reason: str = ""
    like: str = ""
    then: str = ""
    hall: bool = False
    appeal: float = 0.0


def _examples() -> list[str]:
    found = tomllib.loads((EXAMPLES / "questions.de.toml").read_text("utf-8"))["questions"]
    return [q["text"] for q in found if not q.get("like") and not q.get("case")]


def plans(count: int, draw: random.Random) -> list[Plan]:
    """Return so many questions in the order in which they are asked."""
    texts = [f"{text} ({place})" for place in PLACES for text in _examples()]
    own = draw.sample([text for text in texts if len(text) <= 290], count)
    fates = _fates(count, draw)
    made: list[Plan] = []
    for at, (text, said) in enumerate(zip(own, fates, strict=True)):
        appeal = draw.random() ** 3
        like = draw.choice(_alikes(made)) if said["fate"] == "merge" and _alikes(made) else ""
        fate = "approve" if said["fate"] == "merge" and not like else said["fate"]
        words = f"{like.removesuffix('?)')} – gilt das auch hier?"[:300] if like else text
        taken = any(words == one.text for one in made)
        words = f"Noch einmal, Nummer {at}: {text}"[:300] if taken else words
        made.append(Plan(words, fate, said.get("reason", ""), like, said.get("then", ""),
                         bool(said.get("hall")), appeal))  # fmt: skip
    return made


def _alikes(made: list[Plan]) -> list[str]:
    return [one.text for one in made if one.fate == "approve" and not one.then]


def _fates(count: int, draw: random.Random) -> list[Mapping[str, str]]:
    """Return what becomes of each: every reason thrice, the rare cases, the rest approved."""
    rare: list[Mapping[str, str]] = [
        {"fate": "return", "reason": reason.value} for reason in Reason for _ in range(3)
    ]
    rare += [{"fate": "merge"}] * 24 + [{"fate": "edit"}] * 10 + [{"fate": "stage_only"}] * 8
    rare += [{"fate": "return", "reason": "unclear", "then": "reword"}] * 5
    rare += [{"fate": "return", "reason": "off_topic", "then": "appeal"}] * 4
    rare += [{"fate": "edit", "then": "object"}] * 2 + [{"fate": "approve", "then": "withdraw"}] * 4
    rare += [{"fate": "approve", "hall": "hall"}] * 10
    late: list[Mapping[str, str]] = [{"fate": "late"}] * 6
    plain: list[Mapping[str, str]] = [{"fate": "approve"}] * (count - len(rare) - len(late))
    return draw.sample(rare + plain, len(rare) + len(plain)) + late
