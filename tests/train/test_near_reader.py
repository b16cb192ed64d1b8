"""What stands near lost words is read on from their context as if the whole row were read, and nobody's neighbours matter."""

import numpy as np
import pytest
import torch
from transformers import MPNetConfig

from textmend.models.near_reader import KEPT, NearReader
from textmend.models.queries import Place, Query
from textmend.models.trunk import Trunk
from textmend.train.filler import FillerNetwork, weights_to_export
from textmend.train.filler_graph import export_filler

VOCABULARY, MASK, PADDING = 200, 4, 1


def exported(folder, layers, *, bits, places=True):
    """A random network; without places, all have the same embedding, and only distances tell them apart."""
    torch.manual_seed(4)
    config = MPNetConfig(
        vocab_size=VOCABULARY,
        hidden_size=128,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=192,
        max_position_embeddings=160,
        initializer_range=0.1,
    )
    model = FillerNetwork(config).eval()
    torch.nn.init.normal_(model.lm.mpnet.encoder.relative_attention_bias.weight, std=1.0)
    if not places:
        torch.nn.init.zeros_(model.lm.mpnet.embeddings.position_embeddings.weight)
    file = export_filler(weights_to_export(model), config.to_dict(), folder, bits=bits, embedding_bits=max(8, bits))
    return Trunk(file, PADDING, threads=1)


@pytest.fixture(scope="module")
def shallow(tmp_path_factory):
    """One layer that sees distances alone: there, what surrounds a stretch does not depend on it."""
    return exported(tmp_path_factory.mktemp("s"), 1, bits=32, places=False)


@pytest.fixture(scope="module")
def rounded(tmp_path_factory):
    return exported(tmp_path_factory.mktemp("r"), 3, bits=4)


def question(seed, lost, *, left=20, right=20, filled=0, masks=1):
    """A row with ``lost`` pieces at its gap, the first ``filled`` of them known, asking for the next."""
    rng = np.random.default_rng(seed)
    before, after = rng.integers(5, VOCABULARY, left), rng.integers(5, VOCABULARY, right)
    pieces = [*np.random.default_rng([seed, lost]).integers(5, VOCABULARY, filled), *[MASK] * (lost - filled)]
    ids = tuple(int(piece) for piece in (*before, *pieces, *after))
    return Query(ids, left + filled, Place(left, left + lost, masks))


def whole(trunk, query):
    ids = np.full((1, -(-len(query.ids) // 32) * 32), PADDING)
    ids[0, : len(query.ids)] = query.ids
    return trunk.pieces(
        ids, (np.arange(ids.shape[1]) < len(query.ids)).astype(np.int64)[None], np.array([query.position])
    )


@pytest.mark.parametrize("lost", range(1, 7))
@pytest.mark.parametrize("masks", [1, 2, 3])
@pytest.mark.parametrize(("left", "right"), [(20, 20), (40, 3), (0, 30), (31, 0)])
def test_where_the_context_heeds_no_lost_words_it_is_as_if_whole_rows_were_read(shallow, lost, masks, left, right):
    for filled in range(lost):
        query = question(lost, lost, left=left, right=right, filled=filled, masks=masks)
        (found,) = NearReader(shallow, MASK).read([query])
        expected = whole(shallow, query)
        np.testing.assert_allclose(found.log_probs, expected.log_probs[0], atol=1e-4)
        np.testing.assert_allclose(found.case_logits, expected.case_logits[0], atol=1e-4)


def test_neither_company_nor_order_nor_what_was_read_before_changes_a_bit(rounded):
    queries = [
        question(seed, lost, filled=lost // 2, left=15 + seed) for seed in range(KEPT + 3) for lost in (1, 2, 3, 5)
    ]
    reader = NearReader(rounded, MASK)
    together = reader.read(queries)
    for _ in range(2):
        for index in np.random.default_rng(1).permutation(len(queries)):
            (alone,) = reader.read([queries[index]])
            np.testing.assert_array_equal(alone.log_probs, together[index].log_probs)
            np.testing.assert_array_equal(alone.case_logits, together[index].case_logits)
    few = [one.log_probs for one in NearReader(rounded, MASK).read(queries[::-5])]
    np.testing.assert_array_equal(few, [one.log_probs for one in together[::-5]])


def test_several_positions_of_a_row_are_told(rounded):
    query = question(3, 3)
    queries = [query._replace(position=query.position + ahead) for ahead in range(3)]
    found = NearReader(rounded, MASK).read(queries)
    for one, each in zip(found, queries, strict=True):
        (alone,) = NearReader(rounded, MASK).read([each])
        np.testing.assert_array_equal(one.log_probs, alone.log_probs)
    assert np.abs(found[0].log_probs - found[1].log_probs).max() > 0.01


def test_lost_words_beside_other_masks_have_places_of_their_own(rounded):
    ids = (*question(5, 14).ids,)  # 14 masks in a row, of seven gaps that follow each other
    queries = [Query(ids, at, Place(at, at + 2)) for at in range(20, 34, 2)]
    found = NearReader(rounded, MASK).read(queries)
    for one, each in zip(found, queries, strict=True):
        (alone,) = NearReader(rounded, MASK).read([each])
        np.testing.assert_array_equal(one.log_probs, alone.log_probs)


def test_rows_without_a_place_or_too_short_for_a_stretch_are_left_to_others(rounded):
    reader = NearReader(rounded, MASK)
    query = question(3, 1, left=3, right=3)
    assert not reader.can_read(query)
    assert reader.can_read(question(3, 1, left=4, right=3))
    assert not reader.can_read(question(3, 1)._replace(place=None))


def test_gaps_that_are_masked_in_one_context_share_its_reading(rounded, monkeypatch):
    ids = (*range(5, 25), MASK, *range(25, 45), MASK, MASK, *range(45, 65))
    first, second = Query(ids, 20, Place(20, 21)), Query(ids, 41, Place(41, 43, 2))
    longer = Query((*ids[:41], 70, MASK, MASK, *ids[43:]), 42, Place(41, 44, 2))
    read, rows = rounded.read, []
    monkeypatch.setattr(rounded, "read", lambda some: [rows.extend(some), *read(some)][1:])
    reader = NearReader(rounded, MASK)
    reader.read([first, second, longer])
    reader.read([longer])
    assert rows == [ids]


def test_contexts_are_not_kept_for_good(rounded):
    reader = NearReader(rounded, MASK)
    for seed in range(3 * KEPT):
        reader.read([question(seed, 1)])
    assert len(reader._kept) <= KEPT
