"""A real SMTP server in a process of its own; what it does with a letter stands in its address.

``later-…``: 451. ``once-…``: 451 the first time. ``never-…``: 550 to the address, ``spam-…``: 554
to the text. ``hang-…``: takes the text and says nothing. ``drop-…``: takes it and hangs up.
Everything else is taken and laid down in a folder, a file a letter.
"""

import asyncio
import email
import json
import secrets
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

ROOT = Path(__file__).resolve().parents[2]


class Clerk:
    """Takes letters in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: set[str] = set()

    async def handle_RCPT(self, _server, _session, envelope, address, _options) -> str:  # noqa: N802
        what = address.partition("-")[0]
        if what == "never":
            return f"550 5.1.1 <{address}> nobody here is called that"
        if what == "later" or (what == "once" and address not in self.seen):
            self.seen.add(address)
            return "451 4.3.0 come back later"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        (to,) = envelope.rcpt_tos
        what = to.partition("-")[0]
        self.lay(what, session, envelope)
        if what == "spam":
            return "554 5.7.1 not wanted"
        if what == "hang":
            await asyncio.sleep(3_600)
        if what == "drop":
            server.transport.abort()
            await asyncio.sleep(3_600)
        return "250 taken"

    def lay(self, what: str, session, envelope) -> None:
        told = {
            "what": what,
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "text": envelope.content.decode("utf-8", "surrogateescape"),
        }
        draft = self.folder / f".{secrets.token_hex(8)}"
        draft.write_text(json.dumps(told))
        draft.rename(self.folder / f"{draft.name[1:]}.json")


def check(_server, _session, _envelope, _mechanism, data) -> AuthResult:
    """Let in who has the right password."""
    return AuthResult(success=(data.login, data.password) == (b"team@x", b"p/w:1"), handled=False)


async def serve(folder: Path, port: int, choices: dict[str, Any]) -> None:
    context = None
    if choices.get("tls"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(choices["tls"])
    clerk = Clerk(folder)

    def make() -> SMTP:
        secured: dict[str, Any] = (
            {"tls_context": context, "require_starttls": True} if context else {}
        )
        asks: dict[str, Any] = {
            "authenticator": check,
            "auth_required": True,
            "auth_require_tls": False,
        }
        return SMTP(
            clerk,
            enable_SMTPUTF8=choices.get("utf8", False),
            hostname="post.example",
            command_call_limit=None,
            **secured,
            **(asks if choices.get("auth") else {}),
        )

    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class PostOffice:
    """The process; ``port`` stays the same when it is closed and opened again."""

    def __init__(self, folder: Path, **choices: object) -> None:
        self.folder = folder
        self.choices = choices
        self.port = 0
        self._process: subprocess.Popen[str] | None = None
        folder.mkdir(exist_ok=True)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def open(self) -> None:
        told = [str(self.folder), str(self.port), json.dumps(self.choices)]
        command = [sys.executable, "-m", "tests.mail.post_office", *told]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def letters(self) -> list[dict[str, Any]]:
        """Return all that came, in no order."""
        return [json.loads(file.read_text("utf-8")) for file in self.folder.glob("*.json")]

    def messages(self) -> list[EmailMessage]:
        """Return the letters that came, taken apart."""
        texts = (one["text"].encode("utf-8", "surrogateescape") for one in self.letters())
        return [email.message_from_bytes(text, policy=default) for text in texts]

    def ids(self) -> list[str]:
        """Return the ids of the letters that came."""
        return [str(one["message-id"])[1:].partition("@")[0] for one in self.messages()]


@contextmanager
def post_office(folder: Path, **choices: object) -> Iterator[PostOffice]:
    """Run a relay."""
    made = PostOffice(folder, **choices)
    made.open()
    try:
        yield made
    finally:
        made.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])))
