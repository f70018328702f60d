"""Readers of exports that know their formats and nothing of this program."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt
from pypdf import PdfReader

ATOM = "{http://www.w3.org/2005/Atom}"
ELEMENTS = {
    "feed", "id", "title", "updated", "link", "author", "name", "generator", "entry", "published",
    "content",
}  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(raw: bytes) -> list[dict[str, str]]:
    """Return the rows of a CSV file as a spreadsheet takes them."""
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))


def computed(raw: bytes) -> list[str]:
    """Return the cells that a spreadsheet would compute."""
    return [cell for row in rows(raw) for cell in row.values() if cell.startswith(FORMULA)]


class Read:
    """What a reader of Markdown finds: headings by level, texts, links, and raw HTML."""

    def __init__(self, raw: bytes) -> None:
        tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(raw.decode())
        self.headings: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.strange: list[str] = []
        self.tables: list[list[list[str]]] = []
        for token, before in zip(tokens, [tokens[0], *tokens], strict=False):
            text = self._inline(token.children or []) if token.type == "inline" else ""
            if token.type == "inline" and before.type == "heading_open":
                self.headings.append((before.tag, text))
            elif token.type == "inline" and before.type in ("td_open", "th_open"):
                self.tables[-1][-1].append(text)
            elif token.type == "inline":
                self.texts.append(text)
            elif token.type == "table_open":
                self.tables.append([])
            elif token.type == "tr_open":
                self.tables[-1].append([])
            elif token.type in ("html_block", "code_block", "fence", "hr", "blockquote_open"):
                self.strange.append(token.type)

    def _inline(self, children: Any) -> str:
        said = ""
        for child in children:
            if child.type in ("text", "softbreak", "hardbreak"):
                said += child.content or "\n"
            elif child.type == "link_open":
                self.links.append(str(child.attrs["href"]))
            elif child.type not in ("link_close", "strong_open", "strong_close"):
                self.strange.append(f"{child.type} {child.content}")
        return said


class Tagged:
    """What a reader of tagged PDF finds: its structure, language, title, texts and identifiers."""

    def __init__(self, raw: bytes) -> None:
        self._pdf = PdfReader(io.BytesIO(raw))
        root: Any = self._pdf.trailer["/Root"]
        self.root = root.get_object()
        self.elements: list[tuple[str, str]] = []
        self._walk(self.root["/StructTreeRoot"])
        self.tags = [tag for tag, _title in self.elements]
        self.title = str(self._pdf.metadata.title) if self._pdf.metadata else ""
        self.marks = self.root["/Metadata"].get_object().get_data().decode()
        self.pages = len(self._pdf.pages)

    def text(self) -> str:
        """Return all texts with single spaces, without what stands at the foot of each page."""
        pages = (page.extract_text() for page in self._pdf.pages)
        said = " ".join(re.sub(r"\S+\s+(Seite|Page)\s+\d+ / \d+\s*$", "", page) for page in pages)
        return " ".join(said.replace("\u200b", "").split())

    def bookmarks(self) -> list[str]:
        """Return the titles of all bookmarks."""
        return list(_flat(self._pdf.outline))

    def addresses(self) -> set[str]:
        """Return where links lead."""
        pages: Any = self._pdf.pages
        found = (a.get_object() for page in pages for a in page.get("/Annots", ()))
        return {str(a["/A"]["/URI"]) for a in found if "/URI" in a.get("/A", {})}

    def _walk(self, node: Any) -> None:
        """Walk without recursion: a tree of thousands of paragraphs is wide, and may be deep."""
        waiting = [node]
        while waiting:
            one = waiting.pop()
            one = one.get_object() if hasattr(one, "get_object") else one
            if isinstance(one, list):
                waiting += reversed(one)
            elif isinstance(one, dict):
                if "/S" in one:
                    self.elements.append((str(one["/S"]), str(one.get("/T", ""))))
                if "/K" in one:
                    waiting.append(one["/K"])


def _flat(outline: Any) -> Iterator[str]:
    for one in outline:
        if isinstance(one, list):
            yield from _flat(one)
        else:
            yield str(one.title)


def feed(raw: bytes) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return a feed and its entries after checking what RFC 4287 asks of them."""
    root = ET.fromstring(raw)
    assert root.tag == f"{ATOM}feed"
    head = _texts(root, ("id", "title", "updated"))
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    (own,) = (link.get("href") for link in root.findall(f"{ATOM}link[@rel='self']"))
    entries = []
    for entry in root.findall(f"{ATOM}entry"):
        told = _texts(entry, ("id", "title", "updated", "published"))
        (link,) = entry.findall(f"{ATOM}link[@rel='alternate']")
        content = entry.find(f"{ATOM}content")
        text = content.text if content is not None else ""
        told |= {"link": str(link.get("href")), "content": text or ""}
        entries.append(told)
    assert len({one["id"] for one in entries}) == len(entries)
    assert {one.tag.removeprefix(ATOM) for one in root.iter()} <= ELEMENTS
    return head | {"self": str(own)}, entries


def _texts(node: ET.Element, names: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for name in names:
        (one,) = node.findall(f"{ATOM}{name}")
        assert one.text
        found[name] = one.text
    return found
