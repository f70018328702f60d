"""Signed tokens of pages and forms: who opened which page in which role, good for a day.

A third kind lets its bearer play in a rehearsal, and nowhere else; a fourth is the state of a
sign-in with the provider; with a fifth ``doctor`` is told what arrives here.

A signature says that we gave a token out, and when; single use is the store's business.
"""

from collections.abc import Callable
from dataclasses import dataclass
from secrets import token_hex

from itsdangerous import BadSignature, URLSafeSerializer

from dialog.forum.names import Role

DAY = 24 * 60 * 60 * 1_000
ATTEMPT = 10 * 60 * 1_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a token says: the pass (0: none), the session, and the role that its page acts in."""

    pass_id: int
    slug: str
    role: Role


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in with the provider: begun with which pass, asked once more, leading where, when."""

    pass_id: int
    again: bool
    wanted: str
    made: int = 0


class Seals:
    """Signs and reads tokens with one secret; a page's token opens no form and the other way.

    A token says when it was made, by the server's own clock. One from the future is ours as well:
    the clock was set back meanwhile.
    """

    def __init__(self, secret: str, clock: Callable[[], int]) -> None:
        """Derive the five signers; ``clock`` gives ms UTC."""
        self._page = URLSafeSerializer(secret, salt="dialog page")
        self._form = URLSafeSerializer(secret, salt="dialog form")
        self._rehearsal = URLSafeSerializer(secret, salt="dialog rehearsal")
        self._attempt = URLSafeSerializer(secret, salt="dialog sign-in")
        self._doctor = URLSafeSerializer(secret, salt="dialog doctor")
        self._clock = clock

    def page(self, sealed: Sealed) -> str:
        """Return the token for a page's websocket."""
        return self._sign(self._page, sealed)

    def form(self, sealed: Sealed) -> str:
        """Return the token for a page's forms."""
        return self._sign(self._form, sealed)

    def read_page(self, token: str) -> Sealed | None:
        """Return what a page token says, or None when it is not ours or too old."""
        return self._read(self._page, token)

    def read_form(self, token: str) -> Sealed | None:
        """Return what a form token says, or None when it is not ours or too old."""
        return self._read(self._form, token)

    def rehearsal(self, slug: str, good_ms: int) -> str:
        """Return the token for whoever plays in the rehearsal ``slug``."""
        return str(self._rehearsal.dumps([slug, self._clock() + good_ms]))

    def read_rehearsal(self, token: str) -> str | None:
        """Return the rehearsal that a token is for, or None when it is not ours or ran out."""
        try:
            slug, until = self._rehearsal.loads(token)
            return str(slug) if until > self._clock() else None
        except (BadSignature, ValueError, TypeError):
            return None

    def attempt(self, attempt: Attempt) -> str:
        """Return the state of a sign-in with the provider; no two are the same."""
        said = [attempt.pass_id, attempt.again, attempt.wanted, self._clock(), token_hex(16)]
        return str(self._attempt.dumps(said))

    def read_attempt(self, state: str) -> Attempt | None:
        """Return the sign-in that a state is of, or None when it is not ours or too old."""
        try:
            pass_id, again, wanted, made, _ = self._attempt.loads(state)
            attempt = Attempt(int(pass_id), bool(again), str(wanted), int(made))
        except (BadSignature, ValueError, TypeError):
            return None
        return attempt if attempt.made > self._clock() - ATTEMPT else None

    def doctor(self) -> str:
        """Return the token of whoever looks at how the server is reached; it is no secret's."""
        return str(self._doctor.dumps([self._clock(), token_hex(8)]))

    def reads_doctor(self, token: str) -> bool:
        """Tell whether a token is of somebody who has our secret, and not older than a day.

        Of whose clock it is, theirs or ours, is what they want to find out.
        """
        try:
            made, _ = self._doctor.loads(token)
            return bool(abs(int(made) - self._clock()) < DAY)
        except (BadSignature, ValueError, TypeError):
            return False

    def _sign(self, signer: URLSafeSerializer, sealed: Sealed) -> str:
        said = [sealed.pass_id, sealed.slug, sealed.role.value, self._clock()]
        return str(signer.dumps(said))

    def _read(self, signer: URLSafeSerializer, token: str) -> Sealed | None:
        try:
            pass_id, slug, role, made = signer.loads(token)
            sealed = Sealed(int(pass_id), str(slug), Role(role))
        except (BadSignature, ValueError, TypeError):
            return None
        return sealed if made > self._clock() - DAY else None
