"""No token, nothing typed and no address of people is in a log, of ours or of a proxy."""

import http.client
import json
import re
import ssl
import time
from contextlib import suppress
from urllib.parse import urlsplit

from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from tests.deploy.conftest import Front
from tests.live.server import Server

TYPED = "Wohnungsnot-in-Beispielhausen"
WRONG = "Kx7-unbekannter-Verweis-Qz9"
CUT = 0
# A path that a link was pasted into, or that a scanner guesses, or that belongs to nobody.
PLACES = (
    f"/enter/{WRONG}", f"/signin/{WRONG}", f"/sessions/{{slug}}/mine/{WRONG}", f"/{WRONG}",
    f"/sessions/{WRONG}", f"/archive/{WRONG}.json", f"/static/{WRONG}", f"//{WRONG}",
    f"/archive/search?q={TYPED}", f"/signin?wanted=/enter/{WRONG}", f"/sessions/{{slug}}?x={WRONG}",
    f"/enter/{WRONG}%0A%22{WRONG}", f"/ENTER/{WRONG}", f"/enter/../{WRONG}",
)  # fmt: skip


def ask(
    front: Front, base: str, path: str, method: str = "GET", body: str = "", **headers: str
) -> int:
    """Send one request as somebody who follows a link from a page with a token in its address."""
    parts = urlsplit(base)
    trusted = ssl.create_default_context(cafile=str(front.papers.authority))
    line = http.client.HTTPSConnection(parts.netloc, context=trusted, timeout=60)
    told = {
        "Referer": f"{base}/enter/{WRONG}", "Cookie": f"__Host-dialog={WRONG}",
        "User-Agent": f"Mozilla {WRONG}", "Authorization": f"Bearer {WRONG}",
    }  # fmt: skip
    try:
        line.request(method, path, body, told | headers)
        return line.getresponse().status
    except OSError:
        return CUT  # too big: it was closed before all was sent
    finally:
        line.close()


def page_of_a_stranger(front: Front, base: str, slug: str) -> None:
    """Open a websocket with the page's token in its hello."""
    trusted = ssl.create_default_context(cafile=str(front.papers.authority))
    address = f"wss{base.removeprefix('https')}/sessions/{slug}/live?x={WRONG}"
    with connect(
        address, ssl=trusted, origin=Origin(base), subprotocols=[Subprotocol("dialog.v1")],
        additional_headers={"Cookie": f"__Host-dialog={WRONG}"},
    ) as line:  # fmt: skip
        line.send(json.dumps({"type": "hello", "stream": "floor", "page": WRONG}))
        with suppress(Exception):
            line.recv(10)


def traffic(front: Front, base: str, secrets: list[str]) -> list[int]:
    slug = front.server.slugs["live"]
    found = [ask(front, base, place.format(slug=slug)) for place in PLACES]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for link in secrets:
        found.append(ask(front, base, link))
        found.append(ask(front, base, link, "POST", f"token={WRONG}&text={TYPED}", **form))
    found.append(ask(front, base, "/doctor", "POST", "x" * 4_000_000))  # too big for the proxy
    found.append(ask(front, base, "/enter/" + WRONG, X=WRONG * 3_000))  # its head as well
    return found


def quoted(logs: dict[str, str], secrets: list[str]) -> dict[str, list[str]]:
    """Return which log has a line with any of what no log may have."""
    never = [WRONG, TYPED, "remote_ip", "client_ip", "Mozilla", "__Host-"]
    never += [secret.rpartition("/")[2] for secret in secrets]
    return {
        name: [line for line in text.splitlines() if any(one in line for one in never)]
        for name, text in logs.items()
    }


def wait_for(front: Front, pattern: str, times: int) -> None:
    """Wait until the logs have so many lines of a kind: they are written a little later."""
    deadline = time.monotonic() + 60
    while len(re.findall(pattern, "\n".join(front.logs().values()))) < times:
        assert time.monotonic() < deadline, pattern
        time.sleep(0.1)


def test_no_token_is_in_any_log_whatever_is_asked_for_and_whatever_fails(front: Front) -> None:
    slug = front.server.slugs["live"]
    # Real ones as well: a link of staff, and a volunteer's private one.
    entered = front.server.invite(slug, "moderator")
    organiser = front.server.run("organiser", "olga@amt.example", "--name", "Olga").stdout.strip()
    secrets = [urlsplit(link).path for link in (entered, organiser)]
    secrets.append(f"/sessions/{slug}/mine/{WRONG}")
    for base in (front.nginx, front.caddy):
        found = traffic(front, base, secrets)
        assert {200, 404, 410} <= set(found)
        assert {413, 431, 400, 502, CUT} & set(found)  # what was too big: Caddy may say 502
        page_of_a_stranger(front, base, slug)
    front.server.stop()
    try:
        away = [set(traffic(front, base, secrets)) for base in (front.nginx, front.caddy)]
    finally:
        front.server.start()
    assert all(found & {502, 503, 504} for found in away)
    wait_for(front, r'"status": ?502', 8)
    logs = front.logs()
    assert {"dialog.log", "dialog-error.log", "caddy.log", "log"} <= logs.keys()
    main = logs.pop("nginx-main.log")  # the test's own, not of deploy/: who starts and stops
    assert WRONG not in main
    assert quoted(logs, secrets) == {name: [] for name in logs}


def test_what_operators_need_is_in_the_logs(front: Front) -> None:
    number = {}
    for base in (front.nginx, front.caddy):
        assert ask(front, base, "/archive/promises") == 200
    wait_for(front, r'"place":"/archive"', 1)
    lines = [json.loads(line) for line in front.logs()["dialog.log"].splitlines()]
    told = next(line for line in reversed(lines) if line["place"] == "/archive")
    assert (told["status"], told["upstream"]) == (200, "200")
    number = told["request"]
    wait_for(front, f'"request": "{number}"', 1)
    assert '"request": "' + number in front.logs()["log"]
    wait_for(front, r'"uri":"/archive"', 1)
    caddy = [json.loads(line) for line in front.logs()["caddy.log"].splitlines()]
    handled = [line for line in caddy if line.get("msg") == "handled request"]
    assert {"uri": "/archive", "method": "GET", "proto": "HTTP/1.1"}.items() <= next(
        line["request"].items() for line in handled if line["request"]["uri"] == "/archive"
    )


def test_the_private_link_works_through_both(front: Front) -> None:
    server: Server = front.server
    slug = server.slugs["live"]
    for base in (front.nginx, front.caddy):
        assert ask(front, base, f"/sessions/{slug}") == 200
        assert ask(front, base, "/static/css/base.css") in {200, 308, 404}
