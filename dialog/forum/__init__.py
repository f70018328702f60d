"""The rules of the forum: pure, without clock, chance, files, network or sentences."""
