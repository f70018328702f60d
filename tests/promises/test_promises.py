"""Every promise has its module, and every module its mutants, which still fit the program."""

import re

import pytest

from tests.mutants import ROOT, modules, mutants


def test_every_promise_has_its_module():
    promised = {f"p{number:02}" for number in range(1, 23)}
    assert set(modules()) == promised


@pytest.mark.parametrize("promise", sorted(modules()))
def test_every_guard_stands_where_its_mutant_takes_it_out(promise):
    named = mutants(modules()[promise])
    assert named
    for mutant in named:
        text = (ROOT / mutant.file).read_text("utf-8")
        assert mutant.applied(text) != text


@pytest.mark.parametrize("promise", sorted(modules()))
def test_the_table_of_promises_names_the_module_and_counts_its_mutants(promise):
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    row = re.search(rf"^\| P{int(promise[1:])} \|.*$", table, re.MULTILINE)
    assert row
    path, count = modules()[promise], len(mutants(modules()[promise]))
    assert f"`{path.stem.removeprefix('test_')}`" in row[0]
    assert row[0].endswith(f"| {count} of {count} |")
