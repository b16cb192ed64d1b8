"""NeMo Curator: the modifier and the filter in its own stages."""

from __future__ import annotations

import pickle

import pytest

pytest.importorskip("nemo_curator", reason="NeMo Curator is not installed")

import pandas as pd
from nemo_curator.stages.text.filters import ScoreFilter
from nemo_curator.stages.text.modifiers import Modify
from nemo_curator.tasks import DocumentBatch
from tiny_models import CLEAN, MENDED, TEXT

from textmend import Mender
from textmend.connect.nemo_curator import GapFilter, MendModifier
from textmend.errors import PolicyError


def _batch(**columns):
    return DocumentBatch(dataset_name="d", data=pd.DataFrame(columns))


def test_modify_mends_the_text_column(tiny):
    stage = Modify(MendModifier(**tiny))
    done = stage.process(_batch(id=[1, 2, 3], text=[TEXT, CLEAN, None])).to_pandas()
    assert done["text"].tolist()[:2] == [MENDED, CLEAN]
    assert pd.isna(done["text"][2])
    assert done["id"].tolist() == [1, 2, 3]
    assert stage.name == "textmend"


def test_modify_reads_other_fields_too(tiny):
    stage = Modify(
        MendModifier(text="body", title="headline", **tiny), input_fields=[["body", "headline"]], output_fields="body"
    )
    done = stage.process(_batch(body=[TEXT], headline=["A headline"])).to_pandas()
    expected = Mender(**tiny).mend(TEXT, title="A headline").text
    assert done["body"].tolist() == [expected]


def test_the_filter_scores_and_keeps(tiny):
    stage = ScoreFilter(GapFilter(1.0, **tiny), score_field="textmend_rate")
    assert stage.ray_stage_spec() == {"is_actor_stage": True}
    stage.setup()
    done = stage.process(_batch(text=[TEXT, CLEAN])).to_pandas()
    assert done["text"].tolist() == [CLEAN]
    everything = ScoreFilter(GapFilter(1e9, **tiny), score_field="rate").process(_batch(text=[TEXT])).to_pandas()
    gaps = len(Mender(**tiny).find_gaps(TEXT))
    assert everything["rate"].tolist() == [1000 * gaps / len(TEXT.split())]


def test_both_travel_to_workers(tiny):
    modifier, gap_filter = MendModifier(**tiny), GapFilter(**tiny)
    assert modifier.modify_document(TEXT) == MENDED
    assert pickle.loads(pickle.dumps(modifier)).modify_document(TEXT) == MENDED
    gap_filter.load_model()
    assert pickle.loads(pickle.dumps(gap_filter)).score_document(CLEAN) == 0


def test_what_makes_no_sense_is_told(tiny):
    with pytest.raises(PolicyError, match="annotations"):
        MendModifier(annotations="x")
    with pytest.raises(PolicyError, match="most"):
        GapFilter(-1)
    with pytest.raises(PolicyError, match="aply_at"):
        MendModifier(aply_at=1)
