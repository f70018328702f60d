"""What other programs can rely on: the addresses as OpenAPI, the messages as AsyncAPI."""
