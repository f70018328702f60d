"""The programme: reads `sessions/*/session.toml` and names every fault of a file at once."""

from dialog.programme.declaration import Answerer, Declaration, Limits, Recording, Video
from dialog.programme.faults import DeclarationError, Fault
from dialog.programme.reading import Programme, programme, read

__all__ = [
    "Answerer",
    "Declaration",
    "DeclarationError",
    "Fault",
    "Limits",
    "Programme",
    "Recording",
    "Video",
    "programme",
    "read",
]
