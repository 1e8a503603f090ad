"""Which version and which replica answers a request. Pure: randomness comes as a number."""

from __future__ import annotations

from collections.abc import Container, Sequence

from infrastudio.contexts.gateway.schemas import VersionRoute


def choose_version(
    versions: Sequence[VersionRoute], draw: float, *, excluded: Container[str] = ()
) -> VersionRoute | None:
    """Return the version that answers, by weight among those that have a replica; None: no version has.

    A version without a ready replica leaves its share to the others: users get answers, and what happened to the
    version is judged by its replicas' states.

    Args:
        draw: A random number, 0 <= draw < 1.
        excluded: Addresses that shall not be used.
    """
    able = [version for version in versions if version.weight > 0 and _is_usable(version, excluded)]
    if len(able) <= 1:
        return able[0] if able else None
    at = draw * sum(version.weight for version in able)
    for version in able:
        at -= version.weight
        if at < 0:
            return version
    return able[-1]


def find_version(versions: Sequence[VersionRoute], number: int) -> VersionRoute | None:
    """Return the version with this number, whatever its weight."""
    return next((version for version in versions if version.version == number), None)


def choose_least_busy(in_flight: Sequence[int], draw: float) -> int:
    """Return the index of a smallest number; of several equal ones, that which `draw` names.

    Args:
        in_flight: Requests under way at each replica; at least one.
        draw: A random number, 0 <= draw < 1.
    """
    if len(in_flight) == 1:
        return 0
    least = min(in_flight)
    candidates = [at for at, count in enumerate(in_flight) if count == least]
    return candidates[int(draw * len(candidates))]


def _is_usable(version: VersionRoute, excluded: Container[str]) -> bool:
    for address in version.addresses:  # noqa: SIM110  a generator would cost more than the rest of the choice
        if address not in excluded:
            return True
    return False
