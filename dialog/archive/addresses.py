"""The permanent addresses of the archive; ``base_url`` is the server's, without a slash."""

from collections.abc import Mapping
from typing import Any


def page(base_url: str, record: Mapping[str, Any]) -> str:
    """Return the address of a record's page."""
    return f"{base_url}/archive/{record['slug']}"


def question_page(base_url: str, record: Mapping[str, Any], question: Mapping[str, Any]) -> str:
    """Return the address of a question's page."""
    return f"{page(base_url, record)}/{question['number']}"
