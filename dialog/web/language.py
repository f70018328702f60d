"""In which language a page speaks: as asked for in its address, else as the browser prefers."""

from starlette.requests import Request

from dialog.web.catalogue import LANGUAGES, SOURCE, spoken


def chosen(request: Request) -> str | None:
    """Return the language that the address asks for, if it asks for one of ours."""
    lang = request.query_params.get("lang", "")
    return lang if lang in LANGUAGES else None


def language(request: Request) -> str:
    """Return the language of a page; German where nothing else is wanted."""
    return chosen(request) or preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> str:
    """Return the best of our languages for an Accept-Language header."""
    best, weight = SOURCE, 0.0
    for part in header[:256].split(","):
        name, _, parameters = part.strip().partition(";")
        asked = name.strip().lower()
        lang = asked if asked in LANGUAGES else spoken(asked)
        quality = _quality(parameters)
        if lang in LANGUAGES and quality > weight:
            best, weight = lang, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
