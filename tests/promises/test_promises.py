"""Every promise has its module, and every module its mutants, which still fit the program."""

import pytest

from tests.mutants import ROOT, modules, mutants

ELSEWHERE = {"p19"}  # several processes on one session


def test_every_promise_has_its_module():
    promised = {f"p{number:02}" for number in range(1, 23)} - ELSEWHERE
    assert set(modules()) == promised


@pytest.mark.parametrize("promise", sorted(modules()))
def test_every_guard_stands_where_its_mutant_takes_it_out(promise):
    named = mutants(modules()[promise])
    assert named
    for mutant in named:
        text = (ROOT / mutant.file).read_text("utf-8")
        assert mutant.applied(text) != text
