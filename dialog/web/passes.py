"""The one cookie, and who a request comes from."""

from dataclasses import dataclass

from starlette.requests import HTTPConnection
from starlette.responses import Response

from dialog.forum.names import Role, Stream, Who
from dialog.forum.roles import SEES, STAFF
from dialog.store.people import Grant, Pass
from dialog.web.site import Site, site_of

STAND_INS = {
    Role.MODERATOR: Role.ORGANISER,
    Role.SCRIBE: Role.ORGANISER,
    Role.MINISTER: Role.ORGANISER,
}
LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser: its cookie's token and the pass behind it, if it has any."""

    token: str | None
    holder: Pass | None

    @property
    def pass_id(self) -> int:
        """The number of the pass, 0 for none."""
        return self.holder.id if self.holder else 0

    def grant(self, slug: str, role: Role) -> Grant | None:
        """Return the grant of this pass for a session and a role."""
        grants = self.holder.grants if self.holder else ()
        return next((g for g in grants if g.session == slug and g.role is role), None)

    def who(self, slug: str, role: Role) -> Who | None:
        """Return the person who acts in a role; an organiser may do what other staff may."""
        if role is Role.READER:
            return Who(0, Role.READER)
        grant = self.grant(slug, role)
        if grant is None and role in STAND_INS:
            grant = self.grant(slug, STAND_INS[role])
        if grant is None:
            return None
        return Who(grant.person, grant.role, grant.name, grant.admission)

    def on_floor(self, slug: str) -> Who:
        """Return who this is on the volunteers' pages: a volunteer, or a reader."""
        return self.who(slug, Role.VOLUNTEER) or Who(0, Role.READER)

    def belongs(self, slug: str) -> bool:
        """Tell whether this pass opens anything in a session."""
        return self.holder is not None and any(g.session == slug for g in self.holder.grants)

    @property
    def takes_part(self) -> bool:
        """Tell whether this browser is a volunteer's, and of nobody who signed in."""
        holder = self.holder
        grants = holder.grants if holder and holder.account is None else ()
        return any(g.role is Role.VOLUNTEER for g in grants)

    def works(self, slug: str) -> bool:
        """Tell whether this pass is one of a session's staff."""
        return any(self.grant(slug, role) for role in STAFF)

    def seeing(self, slug: str, stream: Stream) -> Who | None:
        """Return in which role this pass may follow a stream, the humblest first."""
        if stream is Stream.FLOOR:
            return self.on_floor(slug)
        for role in (Role.MODERATOR, Role.SCRIBE, Role.MINISTER, Role.ORGANISER):
            who = self.who(slug, role)
            if who and stream in SEES[who.role]:
                return who
        return None


NOBODY = Visitor(None, None)


def cookie_name(site: Site) -> str:
    """Return the cookie's name: bound to the host by its prefix wherever there is https."""
    return "__Host-dialog" if site.secure else "dialog"


async def visitor(connection: HTTPConnection) -> Visitor:
    """Return who a request comes from."""
    site = site_of(connection)
    token = connection.cookies.get(cookie_name(site))
    if not token or len(token) > LONGEST_TOKEN:
        return NOBODY
    return Visitor(token, await site.people.pass_of(token))


def give(response: Response, site: Site, token: str, good_s: int = 0) -> None:
    """Put the pass into the browser's cookie, for as long as it is good."""
    response.set_cookie(
        cookie_name(site),
        token,
        max_age=good_s or site.bounds.pass_s,
        path="/",
        secure=site.secure,
        httponly=True,
        samesite="lax",
    )


def take(response: Response, site: Site) -> None:
    """Remove the pass from the browser."""
    response.delete_cookie(
        cookie_name(site), path="/", secure=site.secure, httponly=True, samesite="lax"
    )
