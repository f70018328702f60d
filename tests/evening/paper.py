"""Pages as somebody without a script uses them: links, and forms with what stands in them."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import uuid4

from tests.live.client import Browser, Page


class Form(NamedTuple):
    """A form: where it goes, its fields and what stands in them, the words on its buttons."""

    method: str
    action: str
    names: set[str]
    fields: dict[str, str]
    buttons: dict[str, tuple[str, str]]
    multipart: bool


class Sheet(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self, page: Page, path: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self._path = path
        self._by_id: dict[str, Form] = {}
        self._form: Form | None = None
        self._into: tuple[Form, str] | None = None
        self._area = self._button = self._link = ""
        self._said: list[str] = []
        self._pressed: tuple[str, str] = ("", "")
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        there = {name for name, _value in attrs}
        match tag:
            case "form":
                action = urljoin(self._path, given.get("action") or self._path)
                multipart = given.get("enctype") == "multipart/form-data"
                method = given.get("method", "get").lower()
                self._form = Form(method, action, set(), {}, {}, multipart)
                self.forms.append(self._form)
                if "id" in given:
                    self._by_id[given["id"]] = self._form
            case "a":
                self._link, self._said = given.get("href", ""), []
            case "button":
                self._button, self._said = given.get("type", "submit"), []
                self._pressed = (given.get("name", ""), given.get("value", ""))
                self._into = self._of(given)
            case "textarea":
                self._into, self._area, self._said = self._of(given), given.get("name", ""), []
            case "select":
                self._into, self._area = self._of(given), given.get("name", "")
            case "option" if self._into and self._area and "selected" in there:
                self._into[0].fields[self._area] = given.get("value", "")
            case "input":
                self._input(given, there)
            case _:
                pass

    def _of(self, given: Mapping[str, str]) -> tuple[Form, str] | None:
        form = self._by_id.get(given["form"]) if "form" in given else self._form
        if form is None:
            return None
        form.names.add(given.get("name", ""))
        return form, given.get("name", "")

    def _input(self, given: Mapping[str, str], there: set[str]) -> None:
        into = self._of(given)
        kind = given.get("type", "text")
        choice = kind in {"checkbox", "radio"} and "checked" not in there
        if into and into[1] and not choice and kind != "file" and "disabled" not in there:
            into[0].fields[into[1]] = given.get("value", "on" if kind == "checkbox" else "")

    def handle_data(self, data: str) -> None:
        self._said.append(data)

    def handle_endtag(self, tag: str) -> None:
        said = " ".join("".join(self._said).split())
        match tag:
            case "form":
                self._form = None
            case "a" if self._link:
                self.links.setdefault(said, self._link)
                self._link = ""
            case "textarea" if self._into:
                text = "".join(self._said).removeprefix("\n")
                self._into[0].fields[self._area] = text
                self._into, self._area = None, ""
            case "select":
                self._into, self._area = None, ""
            case "button" if self._into and self._button == "submit":
                self._into[0].buttons[said] = self._pressed
                self._into = None
            case _:
                pass

    def form(self, button: str) -> Form:
        """Return the form with this button; the words of the button as they begin."""
        for form in self.forms:
            if any(words.startswith(button) for words in form.buttons):
                return form
        raise LookupError(f"{button!r} is not among {[[*f.buttons] for f in self.forms]}")


class Reader:
    """Somebody who follows links and presses buttons; every page has to be one."""

    def __init__(self, browser: Browser, path: str = "/") -> None:
        self.browser = browser
        self.page = Page(0, {}, "")
        self.path = path

    def go(self, path: str, status: int = 200) -> Page:
        """Open an address, and follow where it leads."""
        page = self.browser.get(path)
        while page.status in {302, 303}:
            parts = urlsplit(urljoin(path, page.headers["location"]))
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            page = self.browser.get(path)
        assert page.status == status, (path, page.status, page.text[:2_000])
        self.page, self.path = page, path
        return page

    def follow(self, words: str) -> Page:
        """Follow the link that says this."""
        return self.go(urljoin(self.path, Sheet(self.page, self.path).links[words]))

    def press(self, button: str, /, _status: int = 200, **typed: str) -> Page:
        """Press a button, with fields as they stand but those ``typed``."""
        form = Sheet(self.page, self.path).form(button)
        assert typed.keys() <= form.names, (typed.keys() - form.names, form.names)
        return self._send(form, button, typed, {}, _status)

    def hand_in(self, button: str, files: Mapping[str, tuple[str, bytes]], **typed: str) -> Page:
        """Press a button of a form with files, by the names of their fields."""
        return self._send(Sheet(self.page, self.path).form(button), button, typed, files, 200)

    def _send(
        self,
        form: Form,
        button: str,
        typed: Mapping[str, str],
        files: Mapping[str, tuple[str, bytes]],
        status: int,
    ) -> Page:
        name, value = next(v for words, v in form.buttons.items() if words.startswith(button))
        fields = form.fields | dict(typed) | ({name: value} if name else {})
        if form.method == "get":
            return self.go(f"{form.action.partition('?')[0]}?{urlencode(fields)}", status)
        if form.multipart:
            body, kind = _multipart(fields, files)
            page = self.browser.ask("POST", form.action, body, content_type=kind)
        else:
            page = self.browser.post(form.action, fields)
        if page.status in {302, 303}:
            parts = urlsplit(urljoin(form.action, page.headers["location"]))
            return self.go(parts.path + (f"?{parts.query}" if parts.query else ""), status)
        assert page.status == status, (form.action, page.status, page.text[:3_000])
        self.page, self.path = page, form.action
        return page


def _multipart(
    fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]
) -> tuple[bytes, str]:
    edge = uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, (called, body) in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{called}"'
        parts.append(f"--{edge}\r\n{head}\r\n\r\n".encode() + body + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
