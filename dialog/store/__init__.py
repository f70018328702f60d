"""The store: the only place that knows SQL; SQLite on one machine, PostgreSQL past it."""
