"""Which version and which replica answers, as properties."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from infrastudio.contexts.gateway.rules import choose_least_busy, choose_version, find_version
from infrastudio.contexts.gateway.schemas import VersionRoute

draws = st.floats(0, 1, exclude_max=True)
routes = st.lists(
    st.builds(
        VersionRoute,
        version=st.integers(1, 99),
        weight=st.floats(0, 100),
        addresses=st.lists(st.sampled_from("abcdef"), max_size=3).map(tuple),
    ),
    max_size=5,
)


@given(versions=routes, draw=draws, excluded=st.sets(st.sampled_from("abcdef")))
def test_only_versions_with_weight_and_a_usable_replica_are_chosen(
    versions: list[VersionRoute], draw: float, excluded: set[str]
) -> None:
    able = [v for v in versions if v.weight > 0 and set(v.addresses) - excluded]
    chosen = choose_version(versions, draw, excluded=excluded)
    assert (chosen in able) if able else (chosen is None)


@given(weights=st.lists(st.integers(0, 10), min_size=1, max_size=5).filter(any))
def test_shares_of_the_traffic_are_the_weights(weights: list[int]) -> None:
    """Evenly spaced draws hit each version exactly as often as its weight says."""
    versions = [VersionRoute(version=n + 1, weight=w, addresses=("a",)) for n, w in enumerate(weights)]
    total = sum(weights)
    chosen = [choose_version(versions, (at + 0.5) / total) for at in range(total)]
    assert [sum(c is not None and c.version == n + 1 for c in chosen) for n in range(len(weights))] == weights


@given(in_flight=st.lists(st.integers(0, 5), min_size=1, max_size=8), draw=draws)
def test_the_least_busy_replica_is_chosen_and_ties_are_shared(in_flight: list[int], draw: float) -> None:
    assert in_flight[choose_least_busy(in_flight, draw)] == min(in_flight)
    ties = in_flight.count(min(in_flight))
    assert len({choose_least_busy(in_flight, (at + 0.5) / ties) for at in range(ties)}) == ties


def test_a_version_is_found_by_its_number_whatever_its_weight() -> None:
    versions = [VersionRoute(version=1), VersionRoute(version=2, weight=0)]
    assert find_version(versions, 2) is versions[1]
    assert find_version(versions, 3) is None
