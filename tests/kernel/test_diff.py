"""A difference names what changed as JSON values, and applied to the old state it gives the new one."""

from __future__ import annotations

from typing import Annotated, Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import PlainSerializer

from infrastudio.kernel.clock import from_micros
from infrastudio.kernel.diff import Change, apply_changes, diff, state_json
from infrastudio.kernel.versioned import Time, Versioned


class Thing(Versioned):
    """A state of every sort of field."""

    name: str
    size: float | None
    at: Time
    share: Annotated[float, PlainSerializer(lambda share: round(share, 1), when_used="json")]
    params: dict[str, Any]


FINITE = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | FINITE | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=5,
)
THINGS = st.builds(
    Thing,
    version=st.integers(1, 9),
    name=st.text(max_size=3),
    size=st.none() | FINITE | st.integers(0, 3),
    share=st.floats(0, 1),
    at=st.integers(0, 2 * 10**15).map(from_micros),
    params=st.dictionaries(st.text(max_size=2), VALUES, max_size=3),
)


@given(old=THINGS, new=THINGS)
def test_it_leads_from_the_old_state_to_the_new_one(old: Thing, new: Thing) -> None:
    changes = diff(old, new)
    assert apply_changes(state_json(old), changes, version=new.version) == state_json(new)
    assert all(change.old != change.new for change in changes.values())
    was, now = state_json(old), state_json(new)
    assert changes == {f: Change(was[f], now[f]) for f in was if f != "version" and was[f] != now[f]}


@given(state=THINGS, share=st.floats(0, 1))
def test_what_its_json_does_not_tell_is_no_change(state: Thing, share: float) -> None:
    other = state.model_copy(update={"share": share})
    assert ("share" in diff(state, other)) == (round(state.share, 1) != round(share, 1))


@given(state=THINGS)
def test_a_create_and_a_delete_name_every_field(state: Thing) -> None:
    values = {field: value for field, value in state_json(state).items() if field != "version"}
    assert diff(None, state) == {field: Change(None, value) for field, value in values.items()}
    assert diff(state, None) == {field: Change(value, None) for field, value in values.items()}
    assert diff(state, state) == {}
