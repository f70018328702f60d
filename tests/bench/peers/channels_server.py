"""Django's way: channels with its layer in memory, on daphne; a group is sent to."""

import asyncio
import sys
from typing import Any

import django  # type: ignore[import-not-found,import-untyped,unused-ignore]
from django.conf import settings  # type: ignore[import-not-found,import-untyped,unused-ignore]

settings.configure(
    SECRET_KEY="a benchmark",
    ALLOWED_HOSTS=["*"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: E402
from channels.layers import get_channel_layer  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: E402
from daphne.server import Server  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: E402

from tests.bench.peers.bulletin import Bulletin  # noqa: E402

bulletin = Bulletin()
GROUP = "floor"


class Viewer(AsyncWebsocketConsumer):  # type: ignore[misc,unused-ignore]
    """A viewer only listens."""

    async def connect(self) -> None:
        global ticking  # noqa: PLW0603
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()
        ticking = ticking or asyncio.create_task(bulletin.ticks(publish))

    async def bulletin(self, event: dict[str, Any]) -> None:
        await self.send(text_data=event["text"])


ticking: asyncio.Task[None] | None = None


async def publish(text: str) -> None:
    await get_channel_layer().group_send(GROUP, {"type": "bulletin", "text": text})


if __name__ == "__main__":
    served = Server(
        application=Viewer.as_asgi(),
        endpoints=[f"tcp:port={bulletin.port}:interface=127.0.0.1"],
        signal_handlers=False,
        ping_interval=600,
    )
    bulletin._ready.touch()
    sys.exit(served.run())
