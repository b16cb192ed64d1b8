from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.text.quantities import bare_quantities, is_bare_quantity


@pytest.mark.parametrize(
    "text",
    [
        "The canal is |miles long.",
        "The field covers |hectares north of it.",
        "It lies at a depth of |m in the lake.",
        "Each jar holds |ml of juice.",
        "It covers |square miles of bog.",
        "She sold it for $| last spring.",
        "A loaf is €| at the shop.",
        "The club owes $|m to its bank.",
        "Some |percent of voters stayed.",
        "Rents went up by |% over the winter.",
        "It cost £|.",
    ],
)
def test_a_unit_or_a_sign_without_a_number(text):
    place = text.index("|")
    assert bare_quantities(text.replace("|", "")) == [place]


@pytest.mark.parametrize(
    "text",
    [
        "The canal is 48 miles long, or 77\u00a0km.",
        "Twenty-five miles, two hundred acres, half a tonne.",
        "A few miles on; hundreds of metres; many pounds; on her feet; tons and tons.",
        "It costs $5, US$ 7, £1.50, €.50.",
        "5% of them, 12.5 per cent, ½ mm.",
        "For years, in minutes, days later, several times.",
        "Write $HOME, a$b, or $$ in a shell.",
        "A trillion-dollar deficit, a mm-wise count.",
    ],
)
def test_whole_quantities_and_idioms(text):
    assert bare_quantities(text) == []


@given(st.text(alphabet="a 5$£%mk.½°C\u00a0\n", max_size=60))
def test_one_place_is_judged_as_all_are(text):
    found = set(bare_quantities(text))
    assert found == {place for place in range(len(text) + 1) if is_bare_quantity(text, place, place)}
