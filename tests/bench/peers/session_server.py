"""Upvotes as tutorials store them: SQLModel, ``AsyncSession``, aiosqlite, one commit for each.

It speaks as much of ``dialog.v1`` as the load client needs: a hello gets welcome and snapshot, an
upvote its ``done`` after COMMIT. SQLite writes FULL and as a log, as ours does.
"""

import json
import sys
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

PORT, DATABASE, READY = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
EPOCH = "e7c0ffee00000001"


class Upvote(SQLModel, table=True):
    """One person's support of one question."""

    person: int = Field(primary_key=True)
    question: int = Field(primary_key=True)


# One connection: SQLite has one writer, and several would only wait for each other in turns.
engine = create_async_engine(
    f"sqlite+aiosqlite:///{DATABASE}", pool_size=1, max_overflow=0, pool_timeout=60
)


@event.listens_for(engine.sync_engine, "connect")
def prepare(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


async def upvote(person: int, question: int, on: bool) -> None:
    async with AsyncSession(engine) as session:
        found = await session.get(Upvote, (person, question))
        if on and found is None:
            session.add(Upvote(person=person, question=question))
        elif not on and found is not None:
            await session.delete(found)
        await session.commit()


async def live(websocket: WebSocket) -> None:
    await websocket.accept("dialog.v1")
    with suppress(WebSocketDisconnect):
        person = int(json.loads(await websocket.receive_text())["page"])
        welcome = {"type": "welcome", "epoch": EPOCH, "seq": 1}
        await websocket.send_text(json.dumps(welcome, separators=(",", ":")))
        snapshot = {"type": "snapshot", "epoch": EPOCH, "seq": 1}
        await websocket.send_text(json.dumps(snapshot, separators=(",", ":")))
        while True:
            told = json.loads(await websocket.receive_text())
            await upvote(person, told["number"], told["on"])
            done = {"type": "done", "key": told["key"], "seq": 1, "result": {"on": told["on"]}}
            await websocket.send_text(json.dumps(done, separators=(",", ":")))


@asynccontextmanager
async def lifespan(_app: Starlette):
    async with engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    READY.touch()  # noqa: ASYNC240 - once, before anybody is there
    yield
    await engine.dispose()


app = Starlette(routes=[WebSocketRoute("/", live)], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(
        app, port=PORT, loop="uvloop", ws="websockets-sansio", log_level="error",
        access_log=False, ws_per_message_deflate=False, ws_ping_interval=None,
    )  # fmt: skip
