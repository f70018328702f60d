"""What a session and whoever keeps its journal hand to each other."""

import dataclasses

import pytest

from dialog.forum import journal
from dialog.forum.events import Entry, Upvoted
from dialog.forum.names import Phase


def test_a_batch_is_a_value_that_nobody_changes():
    entry = Entry(1, 0, 0, Upvoted(()))
    batch = journal.Batch((entry,), phase=Phase.LIVE)
    assert batch == journal.Batch((entry,), (), (), Phase.LIVE)
    with pytest.raises(dataclasses.FrozenInstanceError):
        batch.phase = Phase.CLOSED  # type: ignore[misc]


@pytest.mark.parametrize("value", [journal.Batch, journal.Line, journal.Opened, journal.Remembered])
def test_everything_handed_over_is_frozen_and_slotted(value: type):
    assert value.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert not hasattr(value, "__dict__") or "__slots__" in vars(value)
