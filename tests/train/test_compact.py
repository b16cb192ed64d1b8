"""Weights kept as rounded differences."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from textmend.errors import ModelError
from textmend.train.compact import load_compact, save_compact


def weights(seed, columns=7):
    generator = torch.Generator().manual_seed(seed)
    return {
        "layer.weight": torch.randn(5, columns, generator=generator),
        "layer.bias": torch.randn(5, generator=generator),
        "same.weight": torch.ones(3, 4),
        "decoder.weight": torch.randn(2, 2, generator=generator),
    }


@pytest.fixture
def base():
    kept = weights(0)
    del kept["decoder.weight"]
    return kept


def moved(base, seed=1, by=0.02):
    generator = torch.Generator().manual_seed(seed)
    new = {name: tensor + by * torch.randn(tensor.shape, generator=generator) for name, tensor in base.items()}
    return new | {"same.weight": base["same.weight"].clone(), "new.weight": torch.full((2, 3), 0.25)}


@pytest.mark.parametrize("columns", [7, 8])
@pytest.mark.parametrize(("bits", "steps"), [(8, 254), (4, 14)])
def test_weights_come_back_nearly_the_same(tmp_path, bits, steps, columns):
    base = weights(0, columns)
    new = moved(base) | {"decoder.weight": torch.ones(2, 2)}
    save_compact(new, base, tmp_path / "compact", bits=bits)
    found = load_compact(base, tmp_path / "compact")
    # What equals the base, and the decoder, which is the word embeddings over again, is left out.
    assert found.keys() == {"layer.weight", "layer.bias", "new.weight"}
    largest = (new["layer.weight"] - base["layer.weight"]).abs().amax(1, keepdim=True)
    assert ((found["layer.weight"] - new["layer.weight"]).abs() <= largest / steps * 1.001 + 1e-6).all()
    assert torch.allclose(found["layer.bias"], new["layer.bias"], rtol=1e-3, atol=1e-6)
    assert torch.equal(found["new.weight"], new["new.weight"])
    stored = load_file(tmp_path / "compact")["layer.weight.q"]
    assert stored.numel() * stored.element_size() == 5 * (columns if bits == 8 else (columns + 1) // 2)


def test_differences_from_weights_kept_before_need_them_beside(tmp_path, base):
    first, second = moved(base), moved(moved(base), seed=2)
    save_compact(first, base, tmp_path / "first")
    before = base | load_compact(base, tmp_path / "first")
    save_compact(second, before, tmp_path / "second", bits=4, after=tmp_path / "first")
    found = load_compact(base, tmp_path / "second")
    assert torch.allclose(found["layer.weight"], second["layer.weight"], atol=0.01)
    assert torch.allclose(found["layer.bias"], second["layer.bias"], atol=1e-3)
    (tmp_path / "first").unlink()
    with pytest.raises(ModelError, match=r"differs from first .* does not stand beside it"):
        load_compact(base, tmp_path / "second")
    save_compact(second, base, tmp_path / "first")
    with pytest.raises(ModelError, match="does not stand beside it"):
        load_compact(base, tmp_path / "second")


def test_what_a_vector_or_matrix_was_before_is_kept_where_only_others_changed(tmp_path, base):
    first = moved(base)
    save_compact(first, base, tmp_path / "first")
    before = base | load_compact(base, tmp_path / "first")
    save_compact(before, before, tmp_path / "second", after=tmp_path / "first")
    found = load_compact(base, tmp_path / "second")
    assert all(torch.equal(found[name], before[name]) for name in found)
    assert "layer.weight" in found


def test_bare_weights_need_no_base(tmp_path):
    save_file({"layer.weight": torch.ones(2, 2).half()}, tmp_path / "bare")
    assert torch.equal(load_compact({}, tmp_path / "bare")["layer.weight"], torch.ones(2, 2))


@pytest.mark.parametrize("other", [{}, {"layer.weight": torch.zeros(5, 9)}, {"layer.weight": torch.zeros(5)}])
@pytest.mark.parametrize("bits", [4, 8])
def test_another_base_is_refused(tmp_path, base, bits, other):
    save_compact(moved(base), base, tmp_path / "compact", bits=bits)
    with pytest.raises(ModelError, match=r"layer\.weight differs from a matrix"):
        load_compact(other, tmp_path / "compact")
