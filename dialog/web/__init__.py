"""HTTP and the websocket: addresses, pages, passes and guards."""
