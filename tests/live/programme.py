"""Declared sessions around the present moment, for servers that tests start."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dialog.programme.declaration import ZONE

CODE = "482913"
TITLE = "Prüfung des Dialogs"


def declare(
    root: Path,
    name: str,
    *,
    opens: timedelta = timedelta(days=-1),
    starts: timedelta = timedelta(hours=1),
    lasts: timedelta = timedelta(hours=2),
    ask_seconds: int = 0,
    waiting: int = 50,
    **keys: object,
) -> str:
    """Write a session whose times are relative to now, and return its slug."""
    now = datetime.now(UTC).astimezone(ZONE).replace(microsecond=0)
    slug = f"{(now + starts).date().isoformat()}-{name}"
    moments = {"opens": now + opens, "starts": now + starts, "ends": now + starts + lasts}
    plain: dict[str, object] = {
        "title": f"{TITLE}: {name}",
        "topics": ["Sprachkurse", "Wohnen"],
        "identity": "open",
        "goes_live": "by_hand",
    }
    lines = [f"{key} = {_toml(value)}" for key, value in (plain | keys).items()]
    lines += [f"{key} = {moment.isoformat()}" for key, moment in moments.items()]
    lines += ["[answerer]", 'name = "Staatsminister"', 'office = "Ministerium"']
    lines += ["[video]", 'url = "https://video.example/probe"', 'phone = "089 99998-421"']
    lines += ["[limits]", f"ask_seconds = {ask_seconds}", f"waiting = {waiting}"]
    folder = root / slug
    folder.mkdir(parents=True)
    (folder / "session.toml").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "intro.de.md").write_text("Eine **Probe** für alle, die helfen.\n", "utf-8")
    return slug


def evening(root: Path) -> Mapping[str, str]:
    """Write one session of every state, and return their slugs by name."""
    running = timedelta(minutes=-10)
    past = {"opens": timedelta(days=-4), "starts": timedelta(days=-3), "goes_live": "by_clock"}
    return {
        "open": declare(root, "offen"),
        "live": declare(root, "laeuft", starts=running, goes_live="by_clock"),
        "slow": declare(root, "langsam", starts=running, ask_seconds=600, goes_live="by_clock"),
        "announced": declare(root, "angekuendigt", opens=timedelta(minutes=30)),
        "code": declare(root, "mit-code", identity="code", code=CODE),
        "link": declare(root, "mit-link", identity="link", readers=False),
        "closed": declare(root, "vorbei", **past),  # type: ignore[arg-type]
        "direct": declare(root, "direkt", starts=running, goes_live="by_clock", release="direct"),
    }


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"'
