"""Letters and a real relay: what is taken, put off, refused, lost on the way; none goes twice."""

from pathlib import Path

import pytest

from dialog.forum.names import MINUTE
from dialog.mail.delivery import AT_MOST, HOUR, Void, delay
from dialog.mail.relay import NotTaken, Relay, Unclear, deliverable, mailbox, way
from dialog.store.outbox import Letter, Outbox, Taken
from dialog.store.tables import Delivery as State
from tests.mail.conftest import plain, until, way_to
from tests.mail.post_office import post_office

SLUG = "2026-12-08-probe"


def letter(name: str, person: int = 1) -> Letter:
    return Letter("invitation", f"{name}@example.org", "de", SLUG, person)


async def states(outbox: Outbox) -> dict[int, str]:
    """How the letters stand, by person."""
    return {person: one.state for person, (one,) in (await outbox.standing(SLUG)).items()}


async def stand(outbox: Outbox, wanted: dict[int, State]) -> bool:
    return await states(outbox) == wanted


async def stands(outbox: Outbox, state: State) -> bool:
    return set((await states(outbox)).values()) == {state}


async def test_letters_arrive_once_over_one_connection(outbox, office, deliver):
    ids = await outbox.put([letter(f"gast{n}", n) for n in range(1, 41)])
    deliver(way_to(office))
    await until(lambda: stands(outbox, State.SENT))
    assert sorted(office.ids()) == sorted(ids)
    assert {one["to"][0] for one in office.letters()} == {
        f"gast{n}@example.org" for n in range(1, 41)
    }
    assert (await outbox.standing(SLUG))[1][0].told == {"sequence": 1}


async def test_what_the_relay_puts_off_is_tried_again_later(outbox, office, deliver, clock):
    await outbox.put([letter("once-a"), letter("gast", 2)])
    deliver(way_to(office))
    await until(lambda: len(office.letters()) == 1)
    await until(lambda: waits(outbox))
    (one,) = (await outbox.standing(SLUG))[1]
    assert one.fault == "451 4.3.0 come back later"
    assert one.due - one.at == MINUTE
    assert not office.messages()[0]["to"].startswith("once")
    clock.ahead += MINUTE
    await until(lambda: stands(outbox, State.SENT))


async def waits(outbox: Outbox) -> bool:
    """Tell whether a letter waits after it was tried."""
    found = [one for letters in (await outbox.standing(SLUG)).values() for one in letters]
    return any(one.state is State.WAITING and one.fault for one in found)


async def test_what_the_relay_refuses_has_failed_with_its_words_and_no_address(
    outbox, office, deliver
):
    await outbox.put([letter("never-a"), letter("spam-b", 2), letter("gast", 3)])
    deliver(way_to(office))
    await until(lambda: len(office.letters()) == 2)
    await until(lambda: has_failed(outbox, 2))
    faults = {one.person: one.fault for one in await outbox.failed()}
    assert faults == {
        1: "550 5.1.1 <…@…> nobody here is called that",
        2: "554 5.7.1 not wanted",
    }
    await until(lambda: stand(outbox, {1: State.FAILED, 2: State.FAILED, 3: State.SENT}))


async def has_failed(outbox: Outbox, count: int) -> bool:
    return len(await outbox.failed()) == count


@pytest.mark.parametrize("how", ["hang", "drop"])
async def test_what_the_relay_had_and_did_not_answer_is_unclear_and_not_sent_again(
    outbox, office, deliver, how, clock
):
    await outbox.put([letter(f"{how}-a"), letter("gast", 2)])
    deliver(way_to(office, timeout=1))
    await until(lambda: has_failed(outbox, 1))
    await until(lambda: len(office.letters()) == 2)
    clock.ahead += 4 * HOUR
    (one,) = await outbox.failed()
    assert (one.person, one.state, one.fault) == (1, State.UNCLEAR, "silent")
    assert await outbox.again(one.id)
    await until(lambda: len(office.letters()) == 3)
    await until(lambda: has_failed(outbox, 1))


async def test_a_relay_that_is_away_holds_letters_up_and_spoils_none(outbox, office, deliver):
    office.close()
    await outbox.put([letter("gast")])
    delivery = deliver(way_to(office))
    await until(lambda: delivery.fault)
    (one,) = (await outbox.standing(SLUG))[1]
    assert (one.state, one.tries) == (State.WAITING, 0)
    office.open()
    await until(lambda: stands(outbox, State.SENT))
    assert delivery.fault == ""


async def test_a_relay_that_comes_back_between_two_letters_costs_none(outbox, office, deliver):
    deliver(way_to(office))
    await outbox.put([letter("gast", 1)])
    await until(lambda: stands(outbox, State.SENT))
    office.close()
    office.open()
    await outbox.put([letter("gast", 2)])
    await until(lambda: stands(outbox, State.SENT))
    assert len(office.letters()) == 2


async def test_who_sends_stops_after_the_letter_under_way(outbox, office, deliver):
    await outbox.put([letter(f"gast{n}", n) for n in range(1, 101)])
    delivery = deliver(way_to(office), per_minute=600)
    await until(office.letters)
    await delivery.stop(60)
    found = list((await states(outbox)).values())
    assert found.count(State.SENT) == len(office.letters()) > 0
    assert found.count(State.WAITING) == 100 - found.count(State.SENT) > 0


async def test_a_letter_that_is_over_or_cannot_be_written_goes_nowhere(outbox, office, deliver):
    async def write(taken: Taken):
        if taken.letter.person == 1:
            raise Void
        if taken.letter.person == 2:
            raise KeyError("a fault of ours")
        return await plain(taken)

    await outbox.put([letter("gast", 1), letter("gast", 2), letter("gast", 3)])
    deliver(way_to(office), write)
    await until(lambda: stand(outbox, {1: State.DROPPED, 2: State.FAILED, 3: State.SENT}))
    assert len(office.letters()) == 1


async def test_a_sign_in_overtakes_invitations(outbox, office, deliver):
    await outbox.put([letter(f"gast{n}", n) for n in range(1, 301)])
    delivery = deliver(way_to(office))
    await until(office.letters)
    await outbox.put([Letter("signin", "team@example.org", "de")])
    await until(lambda: any("team@example.org" in one["to"] for one in office.letters()))
    await delivery.stop(60)
    assert len(office.letters()) < 300


# --- addresses -----------------------------------------------------------------------------------


async def test_a_domain_with_letters_of_its_own_is_written_in_ascii(outbox, office, deliver):
    await outbox.put([letter("gast", 1)])
    await outbox.put([Letter("invitation", "info@größe.example", "de", SLUG, 2)])
    deliver(way_to(office))
    await until(lambda: stands(outbox, State.SENT))
    assert {one["to"][0] for one in office.letters()} == {
        "gast@example.org",
        "info@xn--gre-6ka8i.example",
    }


async def test_a_mailbox_with_letters_of_its_own_needs_a_relay_that_knows_them(
    outbox, office, deliver
):
    await outbox.put([letter("jörg")])
    deliver(way_to(office))
    await until(lambda: has_failed(outbox, 1))
    assert [one.fault for one in await outbox.failed()] == ["smtputf8"]
    assert office.letters() == []


async def test_a_relay_that_knows_them_gets_them(outbox, tmp_path, deliver):
    with post_office(tmp_path / "other", utf8=True) as office:
        await outbox.put([letter("jörg")])
        delivery = deliver(way_to(office))
        await until(lambda: stands(outbox, State.SENT))
        assert [one["to"] for one in office.letters()] == [["jörg@example.org"]]
        assert office.messages()[0]["to"] == "jörg@example.org"
        await delivery.stop(30)


async def test_a_domain_that_is_none_is_refused_before_any_relay_hears_of_it(
    outbox, office, deliver
):
    await outbox.put([Letter("invitation", "gast@-ä.example", "de", SLUG, 1)])
    deliver(way_to(office))
    await until(lambda: has_failed(outbox, 1))
    assert [one.fault for one in await outbox.failed()] == ["domain"]


# --- the way there -------------------------------------------------------------------------------


def test_the_way_to_a_relay_is_read_from_its_address():
    found = way(
        "smtp://team%40x:p%2Fw%3A1@relay.example",
        "Dialog <a@ä.de>",
        plain=False,
        timeout=5,
        name="x",
    )
    assert (found.host, found.port, found.user, found.password) == (
        "relay.example",
        587,
        "team@x",
        "p/w:1",
    )
    assert str(found.sender) == "Dialog <a@xn--4ca.de>"
    assert not found.tls
    assert not found.plain
    assert way("smtps://relay.example", "a@b.de", plain=False, timeout=5, name="").port == 465
    for here in ("localhost", "127.0.0.1", "[::1]"):
        assert way(f"smtp://{here}:25", "a@b.de", plain=False, timeout=5, name="").plain


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "smtp:relay", "relay.example", "smtp://x/y"]
)
def test_what_is_no_relay_is_refused(url):
    with pytest.raises(ValueError, match="relay is smtp"):
        way(url, "a@b.de", plain=False, timeout=5, name="")


@pytest.mark.parametrize("sender", ["", "Dialog", "a@b.de\nBcc: x@y.de", "a b@c.de", "<a@>"])
def test_what_is_no_sender_is_refused(sender):
    with pytest.raises(ValueError, match="sender is somebody"):
        mailbox(sender)


async def test_without_tls_nothing_is_said_to_another_machine(office):
    found = way_to(office)
    strict = Relay(found.__class__(found.host, found.port, found.sender, "team", "secret"))
    with pytest.raises(NotTaken, match="STARTTLS") as refused:
        await strict.ready()
    assert refused.value.away
    assert office.letters() == []


async def test_a_certificate_that_nobody_knows_is_refused_and_a_known_one_taken(
    tmp_path, certificate, monkeypatch
):
    with post_office(tmp_path / "safe", tls=str(certificate)) as office:
        found = way_to(office, url=f"smtp://localhost:{office.port}")
        strict = found.__class__(found.host, found.port, found.sender)
        with pytest.raises(NotTaken, match=r"(?i)certificate"):
            await Relay(strict).ready()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        relay = Relay(strict)
        await relay.ready()
        await relay.send("gast@example.org", b"Subject: x\r\n\r\nGuten Tag\r\n")
        await relay.close()
        assert [one["tls"] for one in office.letters()] == [True]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of localhost with its key in one file."""
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return file


@pytest.mark.parametrize("password", ["p%2Fw%3A1", "wrong"])
async def test_a_relay_that_asks_for_a_password_gets_it(tmp_path, password):
    with post_office(tmp_path / "guarded", auth=True) as office:
        url = f"smtp://team%40x:{password}@127.0.0.1:{office.port}"
        relay = Relay(way_to(office, url=url))
        if password == "wrong":
            with pytest.raises(NotTaken, match="535") as refused:
                await relay.ready()
            assert "wrong" not in refused.value.why
            return
        await relay.ready()
        await relay.send("gast@example.org", b"Subject: x\r\n\r\nGuten Tag\r\n")
        await relay.close()
        assert len(office.letters()) == 1


async def test_an_address_cannot_add_a_command(office):
    relay = Relay(way_to(office))
    await relay.ready()
    for to in ("", "a@b.de>\r\nRCPT TO:<c@d.de", "a@b.de\nX", "a@b.de> SIZE=1"):
        with pytest.raises(NotTaken):
            await relay.send(to, b"Subject: x\r\n\r\nGuten Tag\r\n")
        await relay.ready()
    await relay.close()
    assert office.letters() == []


async def test_what_is_no_address_goes_to_nobody_and_spoils_no_other_letter(office):
    relay, text = Relay(way_to(office)), b"Subject: x\r\n\r\nGuten Tag\r\n"
    for to in ("a,b@c.de", "a@b.de,c", "a;b@c.de", 'a@b.de"', 'a@"'):
        await relay.ready()
        with pytest.raises(NotTaken) as refused:
            await relay.send(to, text)
        assert (refused.value.why, refused.value.lasting) == ("address", True)
    await relay.ready()
    await relay.send("a@b.de", text)
    await relay.close()
    assert [one["to"] for one in office.letters()] == [["a@b.de"]]


async def test_a_relay_that_hangs_up_before_the_text_has_nothing(office):
    relay = Relay(way_to(office))
    with pytest.raises(NotTaken) as refused:
        await relay.send("gast@example.org", b"")
    assert refused.value.away
    await relay.close()


async def test_a_text_that_was_had_and_not_answered_is_unclear(office):
    relay = Relay(way_to(office))
    await relay.ready()
    with pytest.raises(Unclear):
        await relay.send("drop-a@example.org", b"Subject: x\r\n\r\nGuten Tag\r\n")


def test_a_letter_is_tried_for_three_days_more_and_more_seldom():
    def after(tries: int, kind: str = "invitation") -> int:
        return delay(Taken("", Letter(kind, "", "de"), tries, 0))  # type: ignore[arg-type]

    assert [after(n) // MINUTE for n in (1, 2, 3, 8, 9, 10, 25)] == [1, 2, 4, 128, 240, 240, 240]
    assert after(25) == AT_MOST
    assert sum(after(n) for n in range(1, 26)) <= 72 * HOUR + 4 * HOUR
    assert after(1, "signin") == 5_000


def test_only_the_domain_of_an_address_is_spelt_otherwise():
    assert deliverable("Jörg@Straße.de") == "Jörg@xn--strae-oqa.de"
    assert deliverable("a@b.de") == "a@b.de"


async def test_who_stops_while_a_relay_hangs_leaves_the_letter_unclear(outbox, office, deliver):
    await outbox.put([letter("hang-a")])
    delivery = deliver(way_to(office))
    await until(office.letters)
    await delivery.stop(0)
    assert await states(outbox) == {1: State.SENDING}
