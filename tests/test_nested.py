"""Fields inside fields: found by a dotted name, and changed with all else kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from textmend.nested import value_at, with_value

NAMES = st.text("ab.", max_size=4)
RECORDS = st.recursive(
    st.dictionaries(NAMES, st.integers() | st.none(), max_size=3),
    lambda inner: st.dictionaries(NAMES, inner | st.integers(), max_size=3),
)


def test_a_name_leads_into_objects_unless_a_field_is_called_just_so():
    record = {"article": {"body": "nested", "a.b": "dotted"}, "article.title": "flat"}
    assert value_at(record, "article.body") == "nested"
    assert value_at(record, "article.title") == "flat"
    assert value_at(record, "article.a.b") == "dotted"
    assert value_at(record, "article.other") is None
    assert value_at(record, "article.body.more") is None


def test_nothing_else_changes():
    record = {"id": 1, "article": {"body": "old", "by": "Ada"}}
    assert with_value(record, "article.body", "new") == {"id": 1, "article": {"body": "new", "by": "Ada"}}
    assert list(with_value(record, "article.body", "new")) == ["id", "article"]
    assert record["article"]["body"] == "old"


@given(RECORDS, st.text("ab.", max_size=6))
def test_what_was_put_in_is_found_and_putting_back_gives_the_record(record, name):
    before = value_at(record, name)
    changed = with_value(record, name, "new")
    assert value_at(changed, name) == "new"
    if before is not None:
        assert with_value(changed, name, before) == record
