"""The search of the archive: what finds what, in which order, narrowed down by what."""

import string
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialog.archive.facets import Choices
from dialog.archive.index import SIZE, Found, Index
from dialog.archive.query import MOST, Number, Phrase, Word, read
from dialog.archive.spelling import joined, parts, written
from tests.archive.test_answers import asked, evening

QUESTIONS = {
    1: "Wann öffnet die Ausländerbehörde in Kempten wieder?",
    2: "Welche Behörde ist für Umzüge zuständig?",
    3: "Wer hilft bei der Wohnungssuche auf dem Land?",
    4: "Gibt es Integrationskurse und Sprachkurse auch am Abend?",
    5: "Was geschieht bei einem Konkurs des Arbeitgebers?",
    6: "Warum fehlt ein Kita-Platz für Geschwister in der neuen Straße?",
    7: "Was kostet der Kitaplatz, und wer zahlt die Steuer?",
    8: "Macht das Jugendamt oder das Bauamt? Das bauen wir ja selbst, insgesamt und gesamt.",
    9: "Wie lange dauert die Anerkennung nach § 44a für 47 Menschen?",
    47: "Wo finden Jugendliche einen Ausbildungsplatz?",
}
# What is typed, and which questions it finds, the first first.
TABLE: list[tuple[str, list[int]]] = [
    ("Behörde", [2, 1]),
    ("Behörden", [2, 1]),
    ("behoerde", [2, 1]),
    ("BEHORDE", [2, 1]),
    ("Ausländerbehörden", [1]),
    ("Auslaenderbehoerde", [1]),
    ("Wohnung", [3]),
    ("Wohnungssuche", [3]),
    ("Kurs", [4]),
    ("Kurse", [4]),
    ("Sprachkurs", [4]),
    ("Konkurs", [5]),
    ("Kita", [6, 7]),
    ("Kita-Platz", [6, 7]),
    ("Kitaplatz", [6, 7]),
    ("Kita-Plätze", [6, 7]),
    ("Kitas", [6, 7]),
    ("Strasse", [6]),
    ("Straßen", [6]),
    ("neue", [6]),
    ("Steuern", [7]),
    ("Amt", [8]),
    ("Ämter", [8]),
    ("anerkennen", [9]),
    ("44a", [9]),
    ("Frage 47", [47]),
    ("#47", [47]),
    ("47", [9, 47]),
    ("wer zahlt", [7]),
    ("die der und", [7]),
    ("wer", [3, 7]),
    ("Behörde Umzug", [2]),
    ("Behörde Steuer", []),
    ('"zuständig Umzüge"', []),
    ('"für umzuege zuständig"', [2]),
    ("„einen Ausbildungsplatz“", [47]),
    ('"Kita Platz"', [6]),
    ('"Umzüge', [2]),
    ("Ausbildungsplätze Jugendliche", [47]),
    ("", [1, 2, 3, 4, 5, 6, 7, 8, 9, 47]),
    ("?!", [1, 2, 3, 4, 5, 6, 7, 8, 9, 47]),
]

# What is typed with an error, what is looked for instead, and which questions that finds.
SLIPS: list[tuple[str, str, list[int]]] = [
    ("Behrde", "Behörde", [2, 1]),
    ("Behöörde", "Behörde", [2, 1]),
    ("Behödre", "Behörde", [2, 1]),
    ("Bejörde", "Behörde", [2, 1]),
    ("Sprachkruse", "Sprachkurse", [4]),
    ("Wohnungsuche", "Wohnungssuche", [3]),
    ("Auslanderbehorte", "Ausländerbehörde", [1]),
]


def index(*taken: Any) -> Index:
    made = Index()
    for session, questions in taken or ((evening(), [asked(n, t) for n, t in QUESTIONS.items()]),):
        for _ in made.take(session, questions):
            pass
    return made


def find(made: Index, typed: str, page: int = 1, *, exactly: bool = False, **choices: Any) -> Found:
    return made.search(read(typed), Choices(**choices), page=page, exactly=exactly)


def numbers(found: Found) -> list[int]:
    return [one.question.number for one in found.entries]


@pytest.fixture(scope="module")
def plain() -> Index:
    return index()


@pytest.mark.parametrize("typed, found", TABLE, ids=[typed for typed, _ in TABLE])
def test_what_is_typed_finds(plain: Index, typed: str, found: list[int]) -> None:
    assert numbers(find(plain, typed, exactly=True)) == found


@pytest.mark.parametrize("typed, instead, found", SLIPS)
def test_a_slip_of_a_finger_finds_the_word(plain, typed, instead, found) -> None:
    seen = find(plain, typed)
    assert (numbers(seen), seen.near[0].typed, seen.near[0].instead) == (found, typed, (instead,))
    assert find(plain, typed, exactly=True).total == 0


def test_no_word_is_changed_that_finds_something(plain) -> None:
    assert find(plain, "Konkurs").near == []
    assert find(plain, "xyz").near == []
    assert find(plain, "Wiedehopf").near == []


def test_answered_questions_come_first_then_where_the_words_stand() -> None:
    open_ = {"outcome": "not_reached", "upvotes": 500}
    made = index(
        (
            evening("alt", starts="2024-01-01T18:00:00+01:00"),
            [
                asked(1, "Welche Kurse?", None, **open_),
                asked(2, "Welche Sprachkurse?", upvotes=90),
                asked(3, "Was noch?", "Es gibt Kurse.", upvotes=80),
                asked(4, "Welche Kurse?", upvotes=2),
                asked(5, "Welcher Kurs?", upvotes=70),
                asked(6, "Welche Kurse noch?", upvotes=1),
                asked(7, "Und das?", None, outcome="written", background="Kurse", upvotes=60),
                asked(8, "Und jenes?", None, outcome="aloud", upvotes=50,
                      merged=[{"number": 80, "text": "Kurse?"}]),
            ],
        ),
        (evening("neu", starts="2025-01-01T18:00:00+01:00"), [asked(4, "Nur Kurse?", upvotes=2)]),
    )  # fmt: skip
    found = [(one.evening.slug, one.question.number) for one in find(made, "Kurse").entries]
    assert found == [
        ("neu", 4), ("alt", 4), ("alt", 6), ("alt", 5), ("alt", 3), ("alt", 7), ("alt", 8),
        ("alt", 2), ("alt", 1),
    ]  # fmt: skip


def test_what_was_delivered_is_found_and_names_are_not() -> None:
    answer = asked(1, "Wann?", "Bald.", asker="Kanarienvogel", district="Kanarienkreis")
    assert answer.answer
    answer.answer.kept = {"at": "2026-01-01T00:00:00Z", "text": "Wiedehopf", "corrections": []}  # type: ignore[assignment]
    made = index((evening(), [msgspec.convert(msgspec.to_builtins(answer), type(answer))]))
    assert find(made, "Wiedehopf").total == 1
    assert find(made, "Kanarienvogel").total == 0
    assert find(made, "Kanarienkreis").total == 0


def test_english_records_have_english_words() -> None:
    made = index(
        (evening("en", language="en"), [asked(1, "Which houses are meant?")]),
        (evening("de"), [asked(1, "Welche Häuser?")]),
    )
    assert [one.evening.slug for one in find(made, "housing").entries] == ["en"]
    assert [one.evening.slug for one in find(made, "Haus").entries] == ["de"]
    assert find(made, "hous", exactly=True).total == 1


@pytest.fixture(scope="module")
def several() -> Index:
    topics = ("Sprache", "Wohnen", None)
    outcomes = ("aloud", "written", "promised", "referred", "not_reached")
    return index(
        *(
            (
                evening(
                    f"s{year}", starts=f"{year}-05-05T18:00:00+02:00", by=f"Minister {year % 2}"
                ),
                [
                    asked(n, f"Frage nach Kurs {n}?", topic=topics[n % 3], outcome=outcomes[n % 5])
                    for n in range(1, 31)
                ],
            )
            for year in (2023, 2024, 2025)
        )
    )  # fmt: skip


def test_each_facet_counts_given_the_others(several) -> None:
    found = find(several, "Kurs", topic="Sprache", year="2024")
    assert found.total == 10
    assert dict(found.facets["topic"]) == {"Sprache": 10, "Wohnen": 10}
    assert found.facets["year"] == [("2025", 10), ("2024", 10), ("2023", 10)]
    assert dict(found.facets["answerer"]) == {"Minister 0, Ministerium": 10}
    assert [name for name, _ in found.facets["outcome"]] == [
        "aloud", "written", "promised", "referred", "not_reached",
    ]  # fmt: skip
    for name, counts in found.facets.items():
        for value, count in counts:
            chosen = Choices(topic="Sprache", year="2024")._replace(**{name: value})
            assert several.search(read("Kurs"), chosen).total == count


def test_a_choice_that_there_is_not_finds_nothing_and_says_what_there_would_be(several) -> None:
    found = find(several, "Kurs", topic="Nie")
    assert (found.total, found.anywhere, found.pages) == (0, 90, 1)
    assert dict(found.facets["topic"]) == {"Sprache": 30, "Wohnen": 30}


def test_words_that_find_nothing_together_tell_what_each_finds(plain) -> None:
    assert find(plain, "Behörde Steuer").alone == [("Behörde", 2), ("Steuer", 1)]
    assert find(plain, "Behörde Nachtigall").alone == [("Behörde", 2)]


def test_pages_have_everything_once(several) -> None:
    pages = [find(several, "Kurs", page) for page in range(1, 7)]
    assert pages[0].pages == 5
    assert pages[5].page == 5  # there is no sixth
    seen = [one.path for page in pages[:5] for one in page.entries]
    assert len(seen) == len(set(seen)) == 90
    assert len(pages[0].entries) == SIZE


def test_what_changes_leaves_nothing_behind() -> None:
    """Every posting, facet and row of what is gone is gone with it."""
    made, fresh = Index(), Index()
    words = evening("a", by="Jemand")
    for questions in (
        [asked(1, "Kanarienvogel in der Kita-Gruppe?", "Wiedehopf", topic="Vögel"), asked(2, "B?")],
        [asked(1, "█████ in der Gruppe?", "█████"), asked(3, "Neu?", topic="Neu")],
    ):
        for _ in made.take(words, questions):
            pass
    for _ in fresh.take(words, questions):
        pass
    assert find(made, "Kanarienvogel").total == find(made, "Wiedehopf").total == 0
    assert "kanarienvogel" not in repr(_inside(made)).casefold()
    assert _inside(made) == _inside(fresh)
    for _ in made.drop("a"):
        pass
    assert len(made) == 0
    assert _inside(made)["words"] == _inside(Index())["words"]


def _inside(made: Index) -> dict[str, Any]:
    """Return what an index knows, whatever numbers it gave."""
    names = {number: key for key, number in made._known.items()}
    told = {
        tongue: [
            {word: sorted(names[n] for n in having) for word, having in postings.items()}
            for postings in (vocabulary._exact, vocabulary._question, vocabulary._other)
        ]
        for tongue, vocabulary in made._words.items()
    }
    return {
        "words": told,
        "facets": {
            name: {value: sorted(names[n] for n in having) for value, having in values.items()}
            for name, values in made._facets._having.items()
        },
        "order": [names[one[-1]] for one in made._order],
        "said": sorted(made._said.values()),
        "answered": sorted(names[n] for n in made._answered),
    }


def test_what_is_typed_is_bounded() -> None:
    many = read(" ".join(f"wort{n}" for n in range(40)))
    assert (len(many.terms), many.cut) == (MOST, True)
    assert read("a" * 100_000).cut
    assert read("Kurs").cut is False
    assert read('"der Kurs" Frage 7 wo „Amt“').terms == (
        Phrase('"der Kurs"', ("der", "kurs")),
        Number("Frage 7", 7),
        Word("Amt", "amt", ("amt",)),
    )
    assert [term.typed for term in read("Kurs Kurs kurs").terms] == ["Kurs", "kurs"]


LETTERS = string.ascii_letters + "äöüßÄÖÜéşİ- 0123456789.,?„“\u0301"


@given(st.text(alphabet=LETTERS, min_size=1, max_size=120), st.data())
def test_every_word_of_a_question_finds_it(text: str, data: st.DataObject) -> None:
    made = index((evening(), [asked(1, text)]))
    words = [word for word in written(text) if parts(word)]
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    for typed in (word, word.upper(), joined(word), *parts(word)):
        assert find(made, typed, exactly=True).total == 1, typed


@given(st.text(max_size=300))
def test_nothing_that_is_typed_is_a_fault(typed: str) -> None:
    found = find(index((evening(), [asked(1, "Was ist mit „Kursen“ in Kempten?")])), typed)
    assert found.total in (0, 1)
