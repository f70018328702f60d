"""Which questions a moderator looks for: words, a number, a state, a topic, a mark."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from dialog.forum.names import Review
from dialog.forum.question import Question
from dialog.forum.session import Session
from dialog.web.sentences import MARKS

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; an empty field leaves open what it is about."""

    words: str = ""
    state: str = ""
    topic: str = ""
    mark: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Return the search that an address names; what there is not in a field leaves it open."""
        state, mark = query.get("state", ""), query.get("mark", "")
        return cls(
            query.get("q", "")[:LONGEST],
            state if state in set(Review) else "",
            query.get("topic", "")[:LONGEST],
            mark if mark in MARKS else "",
        )

    def found(self, session: Session, now: int) -> list[int]:
        """Return the questions found at ``now`` (ms UTC), the latest first."""
        return [
            question.number
            for question in reversed(session.questions.values())
            if self._fits(session, question, now) and self._says(session, question)
        ]

    def _fits(self, session: Session, question: Question, now: int) -> bool:
        if self.state and question.standing.review != self.state:
            return False
        if self.topic and question.topic != self.topic:
            return False
        return not self.mark or _marked(session, question, self.mark, now)

    def _says(self, session: Session, question: Question) -> bool:
        wording, original = question.wording, question.original
        texts = [wording.text, wording.background, wording.name]
        texts += [original.text, original.background] if original else []
        said = " ".join(map(session.text, texts)).casefold()
        return all(
            word in said or word.lstrip("#") == str(question.number)
            for word in self.words.casefold().split()
        )


def _marked(session: Session, question: Question, mark: str, now: int) -> bool:
    appeal, claim = question.standing.appeal, question.claim
    return {
        "personal": bool(question.marks),
        "appeal": bool(appeal and appeal.open),
        "claimed": bool(claim and claim.until > now),
        "via": question.via is not None,
        "edited": question.wording.edited,
        "muted": question.asker in session.muted,
    }[mark]
