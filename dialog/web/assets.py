"""Static files; scripts travel without the comments that only those who write them read."""

import re
from functools import lru_cache
from os import PathLike, stat_result
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

# Comments stand on lines of their own, and no text of a script has lines that begin like one.
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*.*?\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE)


def bare(script: str) -> str:
    """Return a script without its comments."""
    return _COMMENT.sub("", script)


@lru_cache(maxsize=64)
def _bare_file(path: str, _changed: int) -> bytes:
    return bare(Path(path).read_text("utf-8")).encode()


class Assets(StaticFiles):
    """The files of a folder."""

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, a script bare."""
        whole = super().file_response(full_path, stat_result, scope, status_code)
        path = str(full_path)
        if isinstance(whole, NotModifiedResponse) or not path.endswith(".js"):
            return whole
        kept = {name: whole.headers[name] for name in ("etag", "last-modified")}
        body = _bare_file(path, stat_result.st_mtime_ns)
        return Response(body, status_code, kept, "text/javascript")
