"""Every address of the server, in one table."""

from starlette.convertors import IntegerConvertor, StringConvertor, register_url_convertor
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from dialog.archive import schema
from dialog.web import live
from dialog.web.assets import Assets
from dialog.web.pages import (
    account,
    answer,
    archive,
    archive_promises,
    archive_search,
    calendar,
    data,
    declaring,
    doctor,
    enter,
    exports,
    feeds,
    health,
    home,
    invitations,
    join,
    leave,
    log,
    mail,
    mine,
    moderation,
    notices,
    organiser,
    preview,
    programme,
    promises,
    provider,
    question,
    questions,
    ready,
    rehearsal,
    rehearsals,
    room,
    screen,
    scribe,
    signin,
    stage,
    team,
    transcript,
)
from dialog.web.places import folder

SESSION = "/sessions/{slug:slug}"


class Number(IntegerConvertor):
    """A question's number; what is longer is none, and nobody tries to read it."""

    regex = "[0-9]{1,9}"


class Slug(StringConvertor):
    """A session's name in an address; with anything else the database is not even asked."""

    regex = "[0-9a-z-]{1,80}"


register_url_convertor("number", Number())
register_url_convertor("slug", Slug())


def routes() -> list[BaseRoute]:
    """Return the table; addresses with a role choose the role."""
    return [
        Route("/", home.home),
        Route("/enter/{token}", enter.show),
        Route("/enter/{token}", enter.use, methods=["POST"]),
        Route("/signin", signin.show),
        Route("/signin", signin.ask, methods=["POST"]),
        Route("/signin/code", signin.show),
        Route("/signin/code", signin.enter, methods=["POST"]),
        Route("/signin/oidc", signin.show),
        Route("/signin/oidc", provider.begin, methods=["POST"]),
        Route("/signin/callback", provider.callback),
        Route("/signin/{token}", signin.open_link),
        Route("/signin/{token}", signin.follow, methods=["POST"]),
        Route("/account", account.show),
        Route("/account", account.act, methods=["POST"]),
        Route("/account/confirm", account.ask_again),
        Route("/account/confirm", account.confirm, methods=["POST"]),
        Route(f"{SESSION}.ics", calendar.show),
        Route(SESSION, room.show),
        Route(f"{SESSION}/join", join.show),
        Route(f"{SESSION}/join", join.join, methods=["POST"]),
        Route(f"{SESSION}/leave", leave.leave, methods=["POST"]),
        Route(f"{SESSION}/mine", mine.show),
        Route(f"{SESSION}/mine", mine.act, methods=["POST"]),
        Route(f"{SESSION}/mine/data", data.show),
        Route(f"{SESSION}/mine/data", data.act, methods=["POST"]),
        Route(f"{SESSION}/mine/data.json", data.as_json),
        Route(f"{SESSION}/mine/{{token}}", mine.open_link),
        Route(f"{SESSION}/mine/{{token}}", mine.follow, methods=["POST"]),
        Route(f"{SESSION}/questions", questions.show),
        Route(f"{SESSION}/questions", room.ask, methods=["POST"]),
        Route(f"{SESSION}/questions/{{number:number}}", question.show),
        Route(f"{SESSION}/questions/{{number:number}}/upvote", room.upvote, methods=["POST"]),
        Route(f"{SESSION}/similar", room.similar, methods=["POST"]),
        Route(f"{SESSION}/commands", live.commands, methods=["POST"]),
        Route(f"{SESSION}/updates", live.updates),
        WebSocketRoute(f"{SESSION}/live", live.socket),
        Route(f"{SESSION}/rehearsal", rehearsal.enter, methods=["POST"]),
        Route(f"{SESSION}/beamer", screen.beamer),
        Route(f"{SESSION}/overlay", screen.overlay),
        Route(f"{SESSION}/moderation", moderation.PAGE.show),
        Route(f"{SESSION}/moderation", moderation.PAGE.act, methods=["POST"]),
        Route(f"{SESSION}/moderation/log.csv", log.as_csv),
        Route(f"{SESSION}/stage", stage.PAGE.show),
        Route(f"{SESSION}/stage", stage.PAGE.act, methods=["POST"]),
        Route(f"{SESSION}/scribe", scribe.PAGE.show),
        Route(f"{SESSION}/scribe", scribe.PAGE.act, methods=["POST"]),
        Route(f"{SESSION}/scribe/promises.ics", promises.ics),
        Route(f"{SESSION}/organiser", organiser.PAGE.show),
        Route(f"{SESSION}/organiser", organiser.PAGE.act, methods=["POST"]),
        Route(f"{SESSION}/organiser/staff", team.show_seats),
        Route(f"{SESSION}/organiser/staff", team.act_seats, methods=["POST"]),
        Route("/organiser/staff", team.show),
        Route("/organiser/staff", team.act, methods=["POST"]),
        Route(f"{SESSION}/organiser/preview", preview.show),
        Route(f"{SESSION}/organiser/notices", notices.show),
        Route(f"{SESSION}/organiser/notices", notices.act, methods=["POST"]),
        Route(f"{SESSION}/organiser/invitations", invitations.show),
        Route(f"{SESSION}/organiser/invitations", invitations.act, methods=["POST"]),
        Route(f"{SESSION}/organiser/invitations/list", invitations.take_in, methods=["POST"]),
        Route(f"{SESSION}/organiser/invitations.csv", invitations.as_csv),
        Route(f"{SESSION}/organiser/edit", declaring.show),
        Route(f"{SESSION}/organiser/edit", declaring.change, methods=["POST"]),
        Route(f"{SESSION}/organiser/draft", declaring.preview),
        Route(f"{SESSION}/organiser/folder.zip", declaring.export),
        Route(f"{SESSION}/organiser/ready", ready.PAGE.show),
        Route(f"{SESSION}/organiser/ready", ready.PAGE.act, methods=["POST"]),
        Route(f"{SESSION}/organiser/rehearsals", rehearsals.show),
        Route(f"{SESSION}/organiser/rehearsals", rehearsals.act, methods=["POST"]),
        Route("/organiser", programme.show),
        Route("/organiser/mail", mail.show),
        Route("/organiser/mail", mail.act, methods=["POST"]),
        Route("/organiser/new", declaring.begin),
        Route("/organiser/new", declaring.make, methods=["POST"]),
        Route("/archive", archive.listing),
        Route("/archive/search", archive_search.search),
        Route("/archive/promises", archive_promises.show),
        Route("/archive/feed.atom", feeds.archive),
        Route("/archive/corrections.atom", feeds.corrected),
        Route("/archive/all.zip", exports.whole),
        Route(schema.PATH, exports.json_schema),
        Route("/archive/{slug:slug}.json", exports.as_json),
        Route("/archive/{slug:slug}.csv", exports.as_csv),
        Route("/archive/{slug:slug}.md", exports.as_markdown),
        Route("/archive/{slug:slug}.pdf", exports.as_pdf),
        Route("/archive/{slug:slug}.ics", exports.as_calendar),
        Route("/archive/{slug:slug}.atom", feeds.record),
        Route("/archive/{slug:slug}/{number:number}.atom", feeds.question),
        Route("/archive/{slug:slug}", transcript.transcript),
        Route("/archive/{slug:slug}/contents", transcript.contents),
        Route("/archive/{slug:slug}/question", transcript.jump),
        Route("/archive/{slug:slug}/figures.svg", transcript.picture),
        Route("/archive/{slug:slug}/{number:number}", answer.answer),
        Route("/sitemap.xml", feeds.sitemap),
        Route("/robots.txt", feeds.robots),
        Route("/healthz", health.healthz),
        Route("/readyz", health.readyz),
        Route(doctor.PATH, doctor.seen, methods=["GET", "POST"]),
        WebSocketRoute(doctor.PATH, doctor.echo),
        Mount("/static", Assets(directory=folder("static")), name="static"),
    ]
