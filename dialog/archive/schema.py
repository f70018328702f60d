"""The shape of a record as JSON Schema, for whoever reads records without us."""

from typing import Any

import msgspec

from dialog.archive.record import Record

NAME = "dialog-transcript-2.json"
PATH = f"/archive/schema/{NAME}"


def schema(base_url: str) -> dict[str, Any]:
    """Return the schema, named by its address on this server."""
    (shape,), parts = msgspec.json.schema_components([Record], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base_url}{PATH}",
        "title": "Dialog digital: record of a session",
        **shape,
        "$defs": portable(parts),
    }


def portable(value: Any) -> Any:  # noqa: ANN401 - any part of a schema
    r"""Return a schema whose patterns end in `$`: `\Z` is Python's alone."""
    match value:
        case dict():
            return {
                key: inner.replace("\\Z", "$") if key == "pattern" else portable(inner)
                for key, inner in value.items()
            }
        case list():
            return [portable(inner) for inner in value]
        case _:
            return value
