"""Files of exchange as the tools' own code reads them, where a package has that code without a server."""

from __future__ import annotations

import json
import sys
import types
import uuid
from pathlib import Path

import pytest
from review_cases import article

from textmend.review.decisions import latest, record
from textmend.review.exchange import exchange


def _decisions():
    document = article()
    verdicts = [("fill", "owners"), ("fill", "the neighbours"), ("not_a_gap", None)]
    return latest(
        record(document, gap, verdict, text) for gap, (verdict, text) in zip(document.gaps, verdicts, strict=True)
    )


def test_label_studio_takes_the_configuration_and_the_tasks():
    interface = pytest.importorskip("label_studio_sdk.label_interface").LabelInterface(exchange("label-studio").SETUP)
    interface.validate()
    for decisions in ({}, _decisions()):
        (task,) = json.loads(exchange("label-studio").export([article()], decisions))
        for prediction in task["predictions"]:
            assert interface.validate_prediction(prediction, return_errors=True) == []
        for annotation in task.get("annotations", ()):
            assert interface._validate_object(annotation, return_errors=True) == []
        assert interface.validate_task({"data": task["data"]})
        assert len(task.get("annotations", ())) == bool(decisions)


def test_label_studios_converter_reads_an_export(tmp_path):
    """Its converter finds every region, with the text that it stands on."""
    converter = pytest.importorskip("label_studio_sdk.converter").Converter(
        exchange("label-studio").SETUP, str(tmp_path), download_resources=False
    )
    (task,) = json.loads(exchange("label-studio").export([article()], _decisions()))
    task["annotations"][0] |= {"id": 1, "completed_by": {"id": 1}, "was_cancelled": False}
    source = tmp_path / "export.json"
    source.write_text(json.dumps([{**task, "id": 1}]), encoding="utf-8")
    (item,) = converter.iter_from_json_file(str(source))
    found = {one["id"]: one for one in item["output"]["gap"]} if "id" in item["output"]["gap"][0] else None
    texts = [one["text"] for one in item["output"]["gap"]]
    assert texts == ["▢1", "▢2", "▢3"]
    assert found is None or set(found) == {"gap-1", "gap-2", "gap-3"}


@pytest.fixture
def doccano(monkeypatch):
    """doccano's own readers of labels and examples; its server's models are left out, so no Django is needed."""
    root = pytest.importorskip("backend", reason="needs doccano").__path__[0]
    pytest.importorskip("pydantic")
    monkeypatch.syspath_prepend(root)
    for name in ("examples", "label_types", "labels", "projects"):
        models = types.ModuleType(f"{name}.models")
        models.__getattr__ = lambda _: type("Model", (), {})  # type: ignore[method-assign]
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        monkeypatch.setitem(sys.modules, f"{name}.models", models)
    package = types.ModuleType("data_import.pipeline")
    package.__path__ = [str(Path(root) / "data_import" / "pipeline")]
    monkeypatch.setitem(sys.modules, "data_import", types.ModuleType("data_import"))
    monkeypatch.setitem(sys.modules, "data_import.pipeline", package)
    import importlib

    return importlib.import_module("data_import.pipeline.label"), importlib.import_module("data_import.pipeline.data")


def test_doccano_takes_the_lines(doccano):
    label, data = doccano
    for decisions in ({}, _decisions()):
        line = json.loads(exchange("doccano").export([article()], decisions))
        spans = [label.SpanLabel.parse(uuid.uuid4(), span) for span in line.pop("label")]
        assert [line["text"][span.start_offset : span.end_offset] for span in spans] == ["▢1", "▢2", "▢3"]
        example = data.TextData.parse(example_uuid=uuid.uuid4(), filename="a", upload_name="a", **line)
        # What is exported again is the identifier, the text, and the metadata, with the labels added.
        again = {"id": 1, "text": example.text, **example.meta, "label": [[*_span(span)] for span in spans]}
        assert exchange("doccano").read("x", json.dumps(again)) == list(decisions.values())


def test_doccano_takes_the_label_types():
    labels = json.loads(exchange("doccano").SETUP)
    keys = [label["suffix_key"] for label in labels]
    assert len(set(keys)) == len(keys)
    assert all(len(key) == 1 and (key.isdigit() or key.islower()) for key in keys)
    assert all(len(label["text"]) <= 100 and len(label["background_color"]) == 7 for label in labels)


def _span(span):
    return span.start_offset, span.end_offset, span.label
