"""The lines of the queue, and which of them comes next."""

from dialog.forum.views import Row
from dialog.web.pages.moderation import entries_of, free

NOW, SOON, AGO = "2026-11-24T17:00:00.000Z", "2026-11-24T17:01:00.000Z", "2026-11-24T16:59:59.000Z"


def row(number: int, *alike: int, review: str = "waiting", **more: object) -> Row:
    return {
        "number": number,
        "review": review,
        "alike": list(alike),
        "claimed": None,
        "personal_data": [],
        "fresh": False,
    } | more


def claim(person: int, until: str) -> Row:
    return {"by": "Mara", "person": person, "until": until}


def test_what_resembles_each_other_stands_as_its_oldest() -> None:
    waiting = [row(1, 2, review="returned"), row(2), row(3, 2), row(4, 99)]
    lines = [(line["number"], line["group"]) for line in entries_of(waiting)]
    assert lines == [(1, (1,)), (2, (2, 3)), (4, (4,))]


def test_a_line_tells_what_stands_on_any_of_its_questions() -> None:
    marks = [{"kind": "phone", "from": 0, "to": 4}]
    waiting = [row(1, claimed=claim(7, AGO)), row(2, 1, claimed=claim(8, SOON))]
    waiting += [row(3, 2, personal_data=marks)]
    (line,) = entries_of(waiting)
    assert (line["claimed"], line["personal_data"]) == (claim(8, SOON), marks)


def test_the_oldest_line_of_which_nobody_else_has_anything_open_comes_next() -> None:
    waiting = [row(1), row(2, 1, claimed=claim(7, SOON)), row(3, claimed=claim(8, SOON)), row(4)]
    lines = entries_of(waiting)
    assert [line["group"] for line in lines] == [(1, 2), (3,), (4,)]
    found = [free(lines, waiting, NOW, person) for person in (7, 8, 9)]
    assert [line and line["number"] for line in found] == [1, 3, 4]
    assert free(lines[:2], waiting, NOW, 9) is None


def test_a_claim_that_ran_out_counts_no_more() -> None:
    waiting = [row(1, claimed=claim(7, AGO)), row(2)]
    assert free(entries_of(waiting), waiting, NOW, 9) == entries_of(waiting)[0]


def test_the_second_list_comes_last_and_next_only_when_nothing_else_is_free() -> None:
    waiting = [row(3), row(4, claimed=claim(7, SOON)), row(1, fresh=True), row(2, 1, fresh=True)]
    lines = entries_of(waiting)
    assert [(line["group"], line["fresh"]) for line in lines] == [
        ((3,), False), ((4,), False), ((1, 2), True),
    ]  # fmt: skip
    assert free(lines, waiting, NOW, 9) == lines[0]
    assert free(lines[1:], waiting, NOW, 9) == lines[2]


def test_a_group_stands_in_the_second_list_only_where_all_of_it_does() -> None:
    lines = entries_of([row(2, 1), row(3), row(1, fresh=True)])
    assert [(line["group"], line["fresh"]) for line in lines] == [((1, 2), False), ((3,), False)]
