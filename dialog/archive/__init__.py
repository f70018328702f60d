"""The published record: its bundle, and the plain folder that outlives the database."""
