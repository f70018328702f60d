"""Who may do what: the one permission table."""

from collections.abc import Mapping

from dialog.forum.names import Role, Stream

VOLUNTEERS = frozenset(
    {"ask", "reword", "withdraw", "upvote", "appeal", "object", "consent", "name"}
)
MODERATORS = frozenset(
    {
        "ask", "claim", "approve", "stage_only", "return", "edit", "merge", "unmerge", "hide",
        "undo", "topic", "brief", "mute", "unmute", "message", "merge_all", "return_all",
    }
)  # fmt: skip
STAGE = frozenset({"order", "now", "next", "done", "back", "acknowledge"})
EMERGENCY = frozenset({"hide", "blank"})
SCRIBES = frozenset({"take", "draft", "answer", "release", "correct", "keep"})
ORGANISERS = frozenset(
    {
        "phase", "accept", "extend", "pause", "banner", "conclude", "publish",
        "redact", "unpublish",
    }
)  # fmt: skip

MAY: Mapping[Role, frozenset[str]] = {
    Role.READER: frozenset(),
    Role.VOLUNTEER: VOLUNTEERS,
    Role.MODERATOR: MODERATORS | STAGE | EMERGENCY,
    Role.SCRIBE: SCRIBES | EMERGENCY,
    Role.MINISTER: STAGE | EMERGENCY,
    Role.ORGANISER: MODERATORS | STAGE | SCRIBES | ORGANISERS | EMERGENCY,
    Role.SYSTEM: frozenset({"declare", "enter", "note", "tick", "purge"}),
}

SEES: Mapping[Role, frozenset[Stream]] = {
    Role.READER: frozenset({Stream.FLOOR}),
    Role.VOLUNTEER: frozenset({Stream.FLOOR}),
    Role.MODERATOR: frozenset({Stream.FLOOR, Stream.DESK}),
    Role.SCRIBE: frozenset({Stream.FLOOR, Stream.STAGE}),
    Role.MINISTER: frozenset({Stream.FLOOR, Stream.STAGE}),
    Role.ORGANISER: frozenset({Stream.FLOOR, Stream.STAGE, Stream.DESK}),
    Role.SYSTEM: frozenset(),
}

STAFF = frozenset({Role.MODERATOR, Role.SCRIBE, Role.MINISTER, Role.ORGANISER})


def may(role: Role, do: str) -> bool:
    """Tell whether a role may give a command at all."""
    return do in MAY[role]


def sees(role: Role, stream: Stream) -> bool:
    """Tell whether a role may follow a stream."""
    return stream in SEES[role]
