"""Signed tokens of pages and forms: who opened which page in which role, good for a day.

A signature says that we gave a token out, and when; single use is the store's business.
"""

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

from dialog.forum.names import Role

DAY_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Sealed:
    """What a token says: the pass (0: none), the session, and the role that its page acts in."""

    pass_id: int
    slug: str
    role: Role


class Seals:
    """Signs and reads tokens with one secret; a page's token opens no form and the other way."""

    def __init__(self, secret: str) -> None:
        """Derive the two signers."""
        self._page = URLSafeTimedSerializer(secret, salt="dialog page")
        self._form = URLSafeTimedSerializer(secret, salt="dialog form")

    def page(self, sealed: Sealed) -> str:
        """Return the token for a page's websocket."""
        return _sign(self._page, sealed)

    def form(self, sealed: Sealed) -> str:
        """Return the token for a page's forms."""
        return _sign(self._form, sealed)

    def read_page(self, token: str) -> Sealed | None:
        """Return what a page token says, or None when it is not ours or too old."""
        return _read(self._page, token)

    def read_form(self, token: str) -> Sealed | None:
        """Return what a form token says, or None when it is not ours or too old."""
        return _read(self._form, token)


def _sign(signer: URLSafeTimedSerializer, sealed: Sealed) -> str:
    return str(signer.dumps([sealed.pass_id, sealed.slug, sealed.role.value]))


def _read(signer: URLSafeTimedSerializer, token: str) -> Sealed | None:
    try:
        pass_id, slug, role = signer.loads(token, max_age=DAY_S)
        return Sealed(int(pass_id), str(slug), Role(role))
    except (BadSignature, ValueError, TypeError):
        return None
