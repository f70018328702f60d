"""The socket edge on uvicorn: frames, limits and drain; it knows no forum."""
