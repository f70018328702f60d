"""Reports of deletions hold no text, and are good for deleting again what came back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from dialog.forum.events import Acted, Asked, Axis, Change, Redacted
from dialog.forum.names import BLACKENED, Field, Role
from dialog.forum.question import Wording
from dialog.store import deletions
from dialog.store.database import Database
from dialog.store.deletions import Cut, Deletions, Person, Removed, Report, decode, encode, read
from dialog.store.journal import Journal
from dialog.store.people import People
from dialog.store.sessions import find
from dialog.store.tables import DELETIONS, JOURNAL, PEOPLE, QUESTIONS, TEXTS, upsert
from tests.store.values import NOW, batch, store

WORDS = st.text(alphabet="ab█ ", max_size=12)


async def body(database: Database, number: int) -> str | None:
    query = select(TEXTS.c.body).where(TEXTS.c.number == number)
    found: str | None = await database.read(lambda connection: connection.scalar(query))
    return found


async def asked(journal: Journal, *texts: str) -> int:
    """Ask a question in each of these words, and return the journal's head."""
    await journal.open("a")
    for number, text in enumerate(texts, 1):
        told = batch(Asked(number, Wording(number)), after=number - 1, texts=((number, text),))
        await store(journal, "a", told)
    return len(texts)


def own(connection: Connection) -> int:
    session = find(connection, "a")
    assert session
    return session.id


def again(found: list[Report]):
    def work(connection: Connection) -> list[Report]:
        return deletions.apply(connection, found)

    return work


async def test_a_report_says_where_something_was_and_not_what(database, journal):
    head = await asked(journal, "Herr Maier wartet?")
    blackened = batch(
        Redacted(1, Field.TEXT), after=head, texts=((1, f"Herr {BLACKENED} wartet?"),)
    )
    await store(journal, "a", blackened)
    (report,) = await database.read(deletions.reports)
    assert report.session == "a"
    assert [(cut.number, cut.start, cut.end, cut.marks) for cut in report.cuts] == [(1, 5, 10, 5)]
    assert b"Maier" not in encode(report)
    assert decode(encode(report)) == report


async def test_what_came_back_is_deleted_again_and_only_once(database, journal):
    head = await asked(journal, "Herr Maier wartet?", "Und Frau Huber?")
    later = f"Herr {BLACKENED} wartet?"
    await store(journal, "a", batch(Redacted(1, Field.TEXT), after=head, texts=((1, later),)))
    found = await database.read(deletions.reports)

    def brought_back(connection: Connection) -> None:
        connection.execute(DELETIONS.delete())
        old = TEXTS.update().where(TEXTS.c.number == 1)
        connection.execute(old.values(body="Herr Maier wartet?"))

    await database.write(brought_back)
    assert await database.write(again(found)) == found
    assert await body(database, 1) == later
    assert await database.write(again(found)) == []
    assert await body(database, 1) == later
    assert await body(database, 2) == "Und Frau Huber?"


async def test_another_text_under_the_same_number_stays(database, journal):
    """After a restore, numbers are given once more: the moment tells texts apart."""
    await asked(journal, "Eine andere Frage?")
    report = Report("0" * 32, NOW, "a", [Cut(1, NOW - 1, 0, 4, 5)])
    assert await database.write(again([report])) == [report]
    assert await body(database, 1) == "Eine andere Frage?"


async def test_a_text_that_is_purged_is_emptied_again(database, journal):
    await asked(journal, "Mein Fall?")
    at = await database.read(lambda connection: connection.scalar(select(TEXTS.c.at)))
    report = Report("1" * 32, NOW, "a", [Cut(1, at, 0, 10, 0)])
    await database.write(again([report]))
    assert await body(database, 1) == ""


async def test_who_is_forgotten_stays_forgotten(database, journal):
    await journal.open("a")
    people = People(database, "secret", lambda: NOW)
    _token, grant = await people.join(None, "a", "Anna Beispielname")
    assert (await people.forget("a", grant.person))[0]
    (report,) = await database.read(deletions.reports)
    assert report.people == [Person(grant.person, NOW)]
    assert b"Anna" not in encode(report)

    def brought_back(connection: Connection) -> None:
        connection.execute(DELETIONS.delete())
        row = {"number": grant.person, "role": "volunteer", "name": "Anna", "since": NOW}
        connection.execute(PEOPLE.insert(), row | {"session": own(connection)})

    await database.write(brought_back)
    await database.write(again([report]))
    assert await database.read(lambda c: c.execute(select(PEOPLE.c.name)).all()) == []


async def test_purging_forgets_volunteers_and_the_names_of_staff(database, journal):
    await journal.open("a")
    people = People(database, "secret", lambda: NOW)
    token, anna = await people.join(None, "a", "Anna")
    _, boris = await people.join(None, "a", "Boris")
    invited = await people.invite("a", Role.MODERATOR, "Mara", 60)
    used = await people.consume(invited, None)
    assert used
    assert await people.purge("a", {boris.person, used[1].person}) == 1
    assert await people.pass_of(token) is None
    rows = await database.read(
        lambda c: c.execute(select(PEOPLE.c.number, PEOPLE.c.name).order_by(PEOPLE.c.number)).all()
    )
    assert [tuple(row) for row in rows] == [(boris.person, ""), (used[1].person, "")]
    assert await people.invitation(invited) is None
    (report,) = await database.read(deletions.reports)
    assert report.people == [Person(anna.person, NOW)]
    assert report.unnamed == [Person(boris.person, NOW), Person(used[1].person, NOW)]
    assert await people.purge("a", {boris.person, used[1].person}) == 0
    assert len(await database.read(deletions.reports)) == 1


async def test_what_was_taken_out_is_taken_out_again_with_its_reason(database, journal):
    await asked(journal, "Eine Frage?")
    change = Change(Axis.REMOVED, 1, 0, 2)
    told = batch(Acted("unpublish", (change,)), after=1, texts=((2, "Auf Wunsch."),))
    await store(journal, "a", told)
    (report,) = await database.read(deletions.reports)
    assert [one.why for one in report.removed] == ["Auf Wunsch."]

    def brought_back(connection: Connection) -> None:
        connection.execute(DELETIONS.delete())
        connection.execute(JOURNAL.delete().where(JOURNAL.c.number == 2))
        connection.execute(TEXTS.delete().where(TEXTS.c.number == 2))
        connection.exec_driver_sql("UPDATE sessions SET head = 1")
        row = {
            "session": own(connection),
            "number": 1,
            "asked": report.removed[0].asked,
            "review": "approved",
        }
        row |= {"into": 0, "outcome": "open", "topic": "", "upvotes": 0, "text": 1, "rev": 1}
        upsert(connection, QUESTIONS, [row])

    await database.write(brought_back)
    await database.write(again([report]))
    opened = await journal.open("a")
    last = opened.entries[-1].event
    assert isinstance(last, Acted)
    assert last.changes == (Change(Axis.REMOVED, 1, 0, 2),)
    assert opened.texts[2] == "Auf Wunsch."


async def test_another_question_under_the_same_number_is_not_taken_out(database, journal):
    await asked(journal, "Eine Frage?")
    report = Report("2" * 32, NOW, "a", removed=[Removed(1, NOW - 99, "Auf Wunsch.")])
    await database.write(again([report]))
    assert len((await journal.open("a")).entries) == 1


async def test_a_report_of_a_session_that_is_not_here_is_kept_all_the_same(database):
    report = Report("3" * 32, NOW, "anderswo", [Cut(1, NOW, 0, 1, 0)])
    await database.write(again([report]))
    assert await database.read(deletions.reports) == [report]


@given(WORDS, WORDS, WORDS, st.booleans())
def test_a_cut_makes_of_a_text_what_it_was_made_of(start, middle, end, black):
    before, after = start + middle + end, start + (BLACKENED if black else "") + end
    cut = deletions._cut(1, 0, before, after)
    made = before[: cut.start] + BLACKENED[0] * cut.marks + before[cut.end :]
    assert made == after


def test_what_is_rewritten_in_other_words_is_blackened_whole():
    assert deletions._cut(1, 0, "Herr Maier", "Frau Huber") == Cut(1, 0, 0, 10, len(BLACKENED))


async def test_reports_lie_in_files_that_nobody_else_reads(database, journal, tmp_path):
    folder = tmp_path / "deletions"
    kept = Deletions(database)
    await kept.write_down(folder)
    assert not folder.exists()
    head = await asked(journal, "Herr Maier?")
    await store(journal, "a", batch(Redacted(1, Field.TEXT), after=head, texts=((1, "█████"),)))
    await kept.write_down(folder)
    await kept.write_down(folder)
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert read(folder) == await database.read(deletions.reports)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"id":"x","at":1,"session":"a","schema":"x/9"}'])
def test_a_file_that_is_no_report_is_named(tmp_path, content):
    (tmp_path / "1.json").write_bytes(content)
    with pytest.raises(ValueError, match=r"1\.json"):
        read(tmp_path)


async def test_a_name_that_was_taken_back_is_reported_and_the_person_stays(database, journal):
    await journal.open("a")
    people = People(database, "secret", lambda: NOW)
    token, grant = await people.join(None, "a", "Anna Beispielname")
    await people.unname("a", grant.person)
    await people.unname("a", grant.person)
    held = await people.pass_of(token)
    assert held
    assert [one.name for one in held.grants] == [""]
    (report,) = await database.read(deletions.reports)
    assert report.unnamed == [Person(grant.person, NOW)]
