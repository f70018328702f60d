"""The live machinery: rooms, connections and the messages between them; no SQL, no HTTP."""
