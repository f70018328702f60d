"""Who may do what, and who sees what: as the table of commands says."""

from typing import get_args

import pytest

from dialog.forum import commands as c
from dialog.forum.names import Role, Stream
from dialog.forum.roles import MAY, SEES, STAFF, may, sees

DOES = {
    Role.READER: "",
    Role.VOLUNTEER: "ask reword withdraw upvote appeal object consent name",
    Role.MODERATOR: (
        "ask claim approve stage_only return edit merge unmerge hide undo topic brief mute unmute "
        "merge_all return_all message order now next done back acknowledge blank"
    ),
    Role.SCRIBE: "take draft answer release correct keep hide blank",
    Role.MINISTER: "order now next done back acknowledge hide blank",
    Role.SYSTEM: "declare enter note tick purge",
}
ALONE = "phase accept extend pause banner conclude publish redact unpublish"
DOES[Role.ORGANISER] = f"{DOES[Role.MODERATOR]} {DOES[Role.SCRIBE]} {ALONE}"
COMMANDS = {command.do for command in get_args(c.Command)}


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_what_the_table_says_and_nothing_else(role: Role):
    assert {do for do in COMMANDS if may(role, do)} == set(DOES[role].split())
    assert set(DOES[role].split()) == MAY[role]


def test_every_command_may_be_given_by_somebody_and_has_one_name():
    assert set().union(*MAY.values()) == COMMANDS
    assert len(COMMANDS) == len(get_args(c.Command))


def test_each_role_sees_its_streams():
    assert {role: "".join(sorted(s[0] for s in SEES[role])) for role in Role} == {
        Role.READER: "f",
        Role.VOLUNTEER: "f",
        Role.MODERATOR: "df",
        Role.SCRIBE: "fs",
        Role.MINISTER: "fs",
        Role.ORGANISER: "dfs",
        Role.SYSTEM: "",
    }
    assert sees(Role.MINISTER, Stream.STAGE)
    assert not sees(Role.VOLUNTEER, Stream.DESK)


def test_staff_is_everyone_with_work_to_do():
    assert set(Role) - STAFF == {Role.READER, Role.VOLUNTEER, Role.SYSTEM}
