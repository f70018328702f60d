"""Which questions stand as one group: those that resemble each other, directly or by others."""

from collections.abc import Iterable, Mapping


def groups(alike: Mapping[int, Iterable[int]]) -> list[tuple[int, ...]]:
    """Return numbers in groups, each from its lowest on; ``alike`` says whom each resembles.

    Likeness is found in one direction: two belong together where either names the other. A number
    that ``alike`` does not know connects nobody; who resembles nobody is a group alone.
    """
    near: dict[int, set[int]] = {number: set() for number in alike}
    for number, others in alike.items():
        for other in near.keys() & set(others):
            near[number].add(other)
            near[other].add(number)
    found: list[tuple[int, ...]] = []
    for number in sorted(near):
        group, ahead = set[int](), {number} & near.keys()
        while ahead:
            group |= ahead
            ahead = {other for one in ahead for other in near.pop(one)} & near.keys()
        if group:
            found.append(tuple(sorted(group)))
    return found
