"""The index over all published questions: in memory, exact, the same on every database.

Answered questions come first; then whose words stand as they are in the question, then other forms
of them there, then other texts of its, then compounds; then more upvotes, then the later session.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from pyroaring import BitMap

from dialog.archive.entries import Entry, Evening, shown
from dialog.archive.facets import Choices, Counts, Facets
from dialog.archive.highlight import Wanted
from dialog.archive.query import Number, Phrase, Query, Term, Word
from dialog.archive.record import Question
from dialog.archive.spelling import joined, parts, written
from dialog.archive.vocabulary import Levels, Memo, Vocabulary
from dialog.forum.names import Outcome

SIZE: Final = 20
MANY: Final = 1_000  # beyond that the order of all is walked, which is known
UNANSWERED: Final = frozenset({Outcome.OPEN, Outcome.NOT_REACHED})
TONGUES: Final = ("de", "en")

Standing = tuple[int, float, str, int, int]
Forms = Mapping[str, frozenset[str]]


class Near(NamedTuple):
    """A word that nothing has, and those that were looked for instead."""

    typed: str
    instead: tuple[str, ...]


class Found(NamedTuple):
    """A page of what was found; ``page`` begins with 1, ``pages`` is at least 1.

    ``alone`` is what each word finds where together nothing has them, ``anywhere`` how many there
    are whatever was chosen.
    """

    total: int
    page: int
    pages: int
    entries: list[Entry]
    facets: Mapping[str, Counts]
    wanted: Wanted
    near: list[Near]
    alone: list[tuple[str, int]]
    anywhere: int


class Sought(NamedTuple):
    """Who has a term, at which level, by which stems of each language."""

    levels: Levels
    forms: Forms
    near: Near | None = None


class Index:
    """All questions that can be read, by their words and by what they are narrowed down with."""

    def __init__(self, turn: Callable[[], object] = lambda: None) -> None:
        """Begin with none; ``turn`` is called about every millisecond of a search."""
        self._turn = turn
        self._entries: dict[int, Entry] = {}
        self._known: dict[tuple[str, int], int] = {}
        self._said: dict[int, tuple[str, str]] = {}
        self._words = {tongue: Vocabulary(tongue) for tongue in TONGUES}
        self._numbers: dict[int, BitMap] = {}
        self._evenings: dict[str, BitMap] = {}
        self._facets = Facets()
        self._answered = BitMap()
        self._all = BitMap()
        self._order: list[Standing] = []
        self._last = 0

    def __len__(self) -> int:
        return len(self._entries)

    def take(self, evening: Evening, questions: Iterable[Question]) -> Iterator[None]:
        """Take a record in, in the place of what was known of it; between steps others may work."""
        memo: Memo = {}
        readable = (shown(evening, question) for question in questions)
        found = {one.question.number: one for one in readable if one}
        for key in [k for k in self._known if k[0] == evening.slug and k[1] not in found]:
            self._drop(key, memo)
            yield
        for number, entry in found.items():
            key = (evening.slug, number)
            if self._entries.get(self._known.get(key, 0)) != entry:
                self._drop(key, memo)
                self._put(key, entry, memo)
                yield

    def drop(self, slug: str) -> Iterator[None]:
        """Forget a record that is there no more."""
        for key in [key for key in self._known if key[0] == slug]:
            self._drop(key, {})
            yield

    def search(
        self,
        query: Query,
        choices: Choices = Choices(),  # noqa: B008 - a frozen value
        *,
        page: int = 1,
        hidden: Collection[str] = (),
        exactly: bool = False,
    ) -> Found:
        """Return a page of what has all that a query names.

        ``hidden`` names records that are not to be shown, ``exactly`` allows no other word.
        """
        there = self.there(hidden)
        sought = list(self._seek_all(query.terms, exactly=exactly))
        matched = there.intersection(*(one.levels.all for one in sought)) if sought else there
        found = self._facets.narrowed(matched, choices)
        pages = max(1, -(-len(found) // SIZE))
        page = min(max(1, page), pages)
        self._turn()
        numbers = self._page(self._ranked(found, sought), (page - 1) * SIZE)
        self._turn()
        alone = []
        if not found and len(sought) > 1:
            fitting = self._facets.narrowed(there, choices)
            each = zip(query.terms, sought, strict=True)
            alone = [(term.typed, len(fitting & one.levels.all)) for term, one in each]
        return Found(
            len(found),
            page,
            pages,
            [self._entries[number] for number in numbers],
            self._facets.counts(matched, choices),
            _wanted(query, sought),
            [one.near for one in sought if one.near],
            [(typed, count) for typed, count in alone if count],
            len(matched),
        )

    def facets(self, hidden: Collection[str] = ()) -> Mapping[str, Counts]:
        """Return how many there are of each value in all."""
        return self._facets.counts(self.there(hidden), Choices())

    def promised(self, hidden: Collection[str] = ()) -> list[Entry]:
        """Return the questions to which something was promised until a day."""
        there = self.there(hidden)
        having = [self._facets.narrowed(there, Choices(outcome=o)) for o in ("promised", "kept")]
        entries = (self._entries[number] for number in BitMap.union(*having))
        return [one for one in entries if one.question.answer and one.question.answer.until]

    def there(self, hidden: Collection[str] = ()) -> BitMap:
        """Return the numbers of all questions but those of some records."""
        gone = (self._evenings[slug] for slug in hidden if slug in self._evenings)
        return self._all.difference(*gone)

    # --- what has a term --------------------------------------------------------------------------

    def _seek_all(self, terms: Iterable[Term], *, exactly: bool) -> Iterator[Sought]:
        for term in terms:
            yield self._seek(term, exactly=exactly)
            self._turn()

    def _seek(self, term: Term, *, exactly: bool) -> Sought:
        match term:
            case Number(_, number):
                return Sought(self._numbered(number), {})
            case Phrase(_, words):
                return Sought(self._side_by_side(words), {})
            case Word():
                return self._seek_word(term, exactly=exactly)

    def _seek_word(self, term: Word, *, exactly: bool) -> Sought:
        levels, forms = self._having(term.joined)
        if len(term.parts) > 1:
            single = [self._having(part) for part in term.parts]
            levels = _apart(levels, [one for one, _ in single])
            forms = _together([forms, *(theirs for _, theirs in single)])
        if term.joined.isdecimal():
            levels = _first(levels, self._numbered(int(term.joined)).exact)
        if not exactly and not levels.all:
            return self._near(term)
        return Sought(levels, forms)

    def _having(self, word: str) -> tuple[Levels, Forms]:
        found = {tongue: words.having(word) for tongue, words in self._words.items()}
        levels = Levels.none()
        for theirs, _ in found.values():
            levels |= theirs
        return levels, {tongue: forms for tongue, (_, forms) in found.items()}

    def _numbered(self, number: int) -> Levels:
        return Levels.none()._replace(exact=self._numbers.get(number, BitMap()))

    def _side_by_side(self, words: tuple[str, ...]) -> Levels:
        """Return who has a phrase: of those that have all its words, who has them in a row."""
        levels = [self._having(word)[0] for word in words]
        likely = BitMap.intersection(*(one.exact | one.question | one.other for one in levels))
        phrase = f" {' '.join(words)} "
        asked, told = BitMap(), BitMap()
        for step, number in enumerate(likely):
            question, others = self._said[number]
            if phrase in question:
                asked.add(number)
            elif phrase in others:
                told.add(number)
            if step % MANY == 0:
                self._turn()
        return Levels.none()._replace(exact=asked, other=told)

    def _near(self, term: Word) -> Sought:
        levels, forms, instead = Levels.none(), {}, []
        for tongue, words in self._words.items():
            stems = words.near(term.joined)
            theirs, forms[tongue] = words.having_stems(stems)
            levels |= theirs
            instead += [self._written(tongue, stem) for stem in stems]
        near = Near(term.typed, tuple(dict.fromkeys(instead))) if instead else None
        return Sought(levels, forms, near)

    def _written(self, tongue: str, stem: str) -> str:
        """Return a stem as somebody wrote it."""
        words = self._words[tongue]
        entry = self._entries[words.first(stem)]
        texts = (entry.text, *(text for _, text in entry.others()))
        return next(
            word
            for text in texts
            for word in written(text)
            if any(stem in words.stems.of(one) for one in (joined(word), *parts(word)))
        )

    # --- in which order ---------------------------------------------------------------------------

    def _ranked(self, found: BitMap, sought: list[Sought]) -> Iterator[BitMap]:
        """Yield what was found in groups, the best first: answered, then the sum of its levels."""
        groups = [found]
        for one in sought:
            after = [BitMap() for _ in range(len(groups) + len(one.levels) - 1)]
            for at, group in enumerate(groups):
                for more, having in enumerate(one.levels if group else ()):
                    after[at + more] |= group & having
            groups = after
        for group in groups:
            yield group & self._answered
        for group in groups:
            yield group - self._answered

    def _page(self, groups: Iterator[BitMap], first: int) -> list[int]:
        numbers: list[int] = []
        for group in groups:
            if first >= len(group):
                first -= len(group)
                continue
            numbers += self._ordered(group)[first : first + SIZE - len(numbers)]
            first = 0
            if len(numbers) == SIZE:
                break
        return numbers

    def _ordered(self, group: BitMap) -> list[int]:
        if len(group) > MANY:
            return [standing[-1] for standing in self._order if standing[-1] in group]
        return [standing[-1] for standing in sorted(self._standing(n) for n in group)]

    def _standing(self, number: int) -> Standing:
        evening, question = self._entries[number]
        later = -datetime.fromisoformat(evening.starts).timestamp()
        return (-question.upvotes, later, evening.slug, question.number, number)

    # --- one question in, one out -----------------------------------------------------------------

    def _put(self, key: tuple[str, int], entry: Entry, memo: Memo) -> None:
        self._last += 1
        number, question = self._last, entry.question
        others = [text for _, text in entry.others()]
        self._known[key], self._entries[number] = number, entry
        self._said[number] = _row([entry.text]), _row(others)
        self._words[entry.tongue].put(number, entry.text, others, memo)
        self._facets.put(number, entry)
        self._numbers.setdefault(question.number, BitMap()).add(number)
        self._evenings.setdefault(entry.evening.slug, BitMap()).add(number)
        self._all.add(number)
        if question.outcome not in UNANSWERED:
            self._answered.add(number)
        insort(self._order, self._standing(number))

    def _drop(self, key: tuple[str, int], memo: Memo) -> None:
        number = self._known.pop(key, None)
        if number is None:
            return
        del self._order[bisect_left(self._order, self._standing(number))]
        entry = self._entries.pop(number)
        others = [text for _, text in entry.others()]
        self._words[entry.tongue].discard(number, entry.text, others, memo)
        self._facets.discard(number, entry)
        del self._said[number]
        self._numbers[entry.question.number].discard(number)
        self._evenings[entry.evening.slug].discard(number)
        self._all.discard(number)
        self._answered.discard(number)


def _row(texts: Iterable[str]) -> str:
    """Return folded words in a row, a text apart from the next."""
    rows = (" ".join(p for word in written(text) for p in parts(word)) for text in texts)
    return f" {' | '.join(rows)} "


def _apart(levels: Levels, single: list[Levels]) -> Levels:
    """Add who has the parts of a word with a hyphen, each on its own."""
    asked = BitMap.intersection(*(one.exact | one.question for one in single)) - levels.exact
    told = BitMap.intersection(*(one.all for one in single)) - levels.exact - levels.question
    question = (levels.question | asked) - levels.exact
    other = (levels.other | told) - question
    return Levels(levels.exact, question, other, levels.compound - question - other)


def _first(levels: Levels, exact: BitMap) -> Levels:
    """Raise some to the first level."""
    return Levels(levels.exact | exact, *(one - exact for one in levels[1:]))


def _wanted(query: Query, sought: list[Sought]) -> Wanted:
    phrases = tuple(term.words for term in query.terms if isinstance(term, Phrase))
    forms = _together([one.forms for one in sought])
    return Wanted(forms, phrases)


def _together(several: list[Forms]) -> Forms:
    return {
        tongue: frozenset[str]().union(*(forms.get(tongue, frozenset()) for forms in several))
        for tongue in TONGUES
    }
