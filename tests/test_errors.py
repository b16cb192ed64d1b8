"""Every refusal is a TextmendError that says what is wrong, where, and what to do about it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from textmend import Mender, Policy, TextmendError
from textmend.errors import InputError, MissingExtraError, ModelError, PolicyError
from textmend.models.registry import EMBEDDED


class TestInput:
    @pytest.mark.parametrize("verb", ["find_gaps", "suggest", "mend"])
    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (None, ["string", "NoneType"]),
            (5, ["string", "int"]),
            (b"data", ["string", "bytes", "decode"]),
            (bytearray(b"data"), ["string", "bytearray", "decode"]),
            ({"text": "data"}, ["string", "dict"]),
            (object(), ["string", "object"]),
        ],
    )
    def test_no_text(self, mender_without_models, verb, value, said):
        with pytest.raises(InputError) as caught:
            getattr(mender_without_models(["and"]), verb)(value)
        assert all(word in str(caught.value) for word in said)

    @pytest.mark.parametrize(
        ("value", "said"), [(None, "NoneType"), (b"data", "decode"), (["nested"], "list"), (3, "int")]
    )
    def test_a_bad_text_in_a_stream_is_named_by_its_number(self, mender_without_models, value, said):
        with pytest.raises(InputError, match=rf"^text 2: .*{said}"):
            list(mender_without_models(["and"]).mend(["a", "b", value]))

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"title": 5}, "title should be a string, not int"),
            ({"title": b"Oslo"}, "title should be a string, not bytes"),
            ({"metadata": "Oslo"}, "metadata should map names to strings, got 'Oslo'"),
            ({"metadata": {"year": 1999}}, "metadata should map names to strings, got .*1999"),
            ({"metadata": {1: "a"}}, "metadata should map names to strings"),
        ],
    )
    def test_bad_titles_and_metadata(self, mender_without_models, options, said):
        with pytest.raises(InputError, match=said):
            mender_without_models(["and"]).mend("They met and left.", **options)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"title": "Oslo"}, "title: for many texts give as many.* not one str"),
            ({"metadata": {"summary": "Oslo"}}, "metadata: for many texts give as many.* not one dict"),
            ({"title": ["Oslo"]}, "title: there are fewer than texts: none for text 1"),
            ({"metadata": [{}]}, "metadata: there are fewer than texts: none for text 1"),
            ({"title": ["Oslo", 5]}, "text 1: title should be a string, not int"),
            ({"metadata": [None, {"year": 1999}]}, "text 1: metadata should map names to strings"),
        ],
    )
    def test_bad_titles_and_metadata_of_a_stream(self, mender_without_models, options, said):
        with pytest.raises(InputError, match=said):
            list(mender_without_models(["and"]).mend(["a", "b"], **options))

    @pytest.mark.parametrize("options", [{"title": 5}, {"metadata": 5}])
    def test_titles_that_are_no_iterable(self, mender_without_models, options):
        with pytest.raises(InputError, match=f"{next(iter(options))}.*int"):
            list(mender_without_models(["and"]).mend(["a"], **options))

    def test_more_titles_than_texts(self, mender_without_models):
        # An endless iterable of titles is fine; what is left over can't be told from it.
        assert len(list(mender_without_models(["and"]).mend(["a"], title=["x", "y"]))) == 1


class TestOptions:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            *(("apply_at", value) for value in (0, -1, 1.5, float("nan"), float("inf"), "0.9", None, True)),
            *(("find_at", value) for value in (0, 2, "high", None)),
            *(("unsure", value) for value in ("delete", None, 5, "")),
            *(("placeholder", value) for value in ("", " ", "\u200b", "a\nb", None, 5)),
            *((name, value) for name in ("allow_names", "allow_numbers") for value in (1, "no", None)),
        ],
    )
    def test_absurd_policies(self, name, value):
        with pytest.raises(PolicyError) as caught:
            Policy(**{name: value})
        assert name in str(caught.value)
        assert repr(value) in str(caught.value)
        assert "should be" in str(caught.value)

    @pytest.mark.parametrize("name", ["threads", "batch"])
    @pytest.mark.parametrize("value", [0, -1, 1.5, "4", True])
    def test_absurd_menders(self, name, value):
        with pytest.raises(PolicyError, match=rf"{name}={value!r} should be a whole number from 1"):
            Mender(**{name: value})

    def test_no_batch_at_all(self):
        with pytest.raises(PolicyError, match="batch=None"):
            Mender(batch=None)

    @pytest.mark.parametrize("policy", [0.9, "keep", {"apply_at": 0.9}, Policy])
    def test_no_policy(self, policy):
        with pytest.raises(PolicyError, match=r"should be a textmend\.Policy"):
            Mender(policy=policy)


class TestModels:
    @pytest.mark.parametrize("kind", ["detector", "filler"])
    @pytest.mark.parametrize("name", ["xx", "no/such/folder", Path("no/such/folder")])
    def test_unknown_names(self, kind, name):
        with pytest.raises(ModelError) as caught:
            Mender(**{kind: name})
        assert kind in str(caught.value)
        assert str(name) in str(caught.value)
        assert "'en'" in str(caught.value)

    @pytest.mark.parametrize("kind", ["detector", "filler"])
    @pytest.mark.parametrize("name", [None, 5, b"en"])
    def test_names_that_are_none(self, kind, name):
        with pytest.raises(TextmendError, match=kind):
            Mender(**{kind: name})

    @pytest.fixture(params=["detector", "filler"])
    def kind(self, request) -> str:
        return request.param

    @pytest.fixture
    def folder(self, kind, tmp_path) -> Path:
        """A copy of an embedded model's folder, to be broken; its weights are cut short."""
        source = EMBEDDED / "en" / kind
        if not (source / "model.onnx").is_file():
            pytest.skip("the embedded models are missing")
        for file in source.iterdir():
            if file.suffix == ".onnx":
                with file.open("rb") as stream:
                    (tmp_path / file.name).write_bytes(stream.read(1000))
            else:
                shutil.copy(file, tmp_path)
        return tmp_path

    def fails(self, kind: str, folder: Path) -> str:
        """Load the model in ``folder`` and return the message of the refusal."""
        mender = Mender(**{kind: folder})
        with pytest.raises(ModelError) as caught:
            _ = mender.detector if kind == "detector" else mender.proposer
        assert str(folder) in str(caught.value), "the message names no file"
        return str(caught.value)

    @pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.onnx"])
    def test_a_file_is_missing(self, kind, folder, name):
        (folder / name).unlink()
        message = self.fails(kind, folder)
        assert name in message
        assert "missing" in message

    def test_an_empty_folder(self, kind, tmp_path):
        assert "missing" in self.fails(kind, tmp_path)

    @pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"nonsense"])
    def test_a_configuration_that_is_no_json(self, kind, folder, content):
        (folder / "config.json").write_bytes(content)
        assert "config.json: can't be read" in self.fails(kind, folder)

    @pytest.mark.parametrize("content", [[], "detector", None, {}, {"kind": "other"}])
    def test_another_kind(self, kind, folder, content):
        (folder / "config.json").write_text(json.dumps(content))
        assert f"not a {kind!r}" in self.fails(kind, folder)

    def test_a_filler_is_no_detector(self, kind, folder):
        self._configure(folder, kind={"detector": "filler", "filler": "detector"}[kind])
        assert f"not a {kind!r}" in self.fails(kind, folder)

    @pytest.mark.parametrize("schema", [None, 0, 99, "1"])
    def test_another_schema(self, kind, folder, schema):
        self._configure(folder, schema=schema)
        message = self.fails(kind, folder)
        assert f"schema version {schema!r}" in message
        assert "export" in message

    def test_truncated_weights(self, kind, folder):
        assert "model.onnx: ONNX Runtime can't load this model" in self.fails(kind, folder)

    @pytest.mark.parametrize("content", ["", "{}", "nonsense"])
    def test_a_broken_tokenizer(self, kind, folder, content):
        (folder / "tokenizer.json").write_text(content)
        assert "not a tokenizer" in self.fails(kind, folder)

    def test_a_token_the_vocabulary_lacks(self, kind, folder):
        tokens = json.loads((folder / "config.json").read_text())["tokens"]
        self._configure(folder, tokens={**tokens, "start": "[BEGIN]"})
        assert "no token '[BEGIN]'" in self.fails(kind, folder)

    @pytest.mark.parametrize("value", [None, {}, "x", {"start": "[CLS]"}, {"begin": "[CLS]"}])
    def test_malformed_tokens(self, kind, folder, value):
        self._configure(folder, tokens=value)
        self.fails(kind, folder)

    @pytest.mark.parametrize("key", ["name", "window"])
    def test_a_missing_value(self, kind, folder, key):
        self._configure(folder, **{key: None})
        assert key in self.fails(kind, folder)

    @pytest.mark.parametrize(
        ("kind", "key", "value"),
        [
            ("detector", "margin", 200),
            ("detector", "labels", 1),
            ("detector", "calibration", {"raw": [1.0, 0.0], "true": [0.0, 1.0]}),
            ("detector", "calibration", {}),
            ("detector", "echoes", {"some": 1.0}),
            ("detector", "echoes", {"some": -1.0, "word": 0.0}),
            ("detector", "echoes", "x"),
            ("detector", "calibration", {"raw": "x", "true": 5}),
        ],
        indirect=["kind"],
    )
    def test_values_that_make_no_sense(self, kind, folder, key, value):
        self._configure(folder, **{key: value})
        self.fails(kind, folder)

    @pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"schema": 99, "surfaces": {}}'])
    def test_a_broken_table_of_casings(self, content, tmp_path):
        from textmend.fill.casing_table import UsualCasing

        file = tmp_path / "casing.json"
        if content is not None:
            file.write_text(content)
        with pytest.raises(ModelError, match=r"casing\.json"):
            UsualCasing.load(file)

    @pytest.mark.parametrize("kind", ["filler"], indirect=True)
    @pytest.mark.parametrize("value", [{}, {"weights": {}, "other": 0}, {"weights": 5, "other": 0, "calibration": {}}])
    def test_a_broken_ranking(self, kind, folder, value):
        (folder / "model.onnx").unlink()
        (folder / "model.onnx").symlink_to(EMBEDDED / "en" / kind / "model.onnx")
        self._configure(folder, ranking=value)
        assert "ranking" in self.fails(kind, folder)

    def _configure(self, folder: Path, **changes) -> None:
        file = folder / "config.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


class TestKinds:
    @pytest.mark.parametrize(
        ("error", "also"),
        [(InputError, TypeError), (PolicyError, ValueError), (ModelError, RuntimeError)],
    )
    def test_errors_are_also_the_built_in_kind(self, error, also):
        assert issubclass(error, TextmendError)
        assert issubclass(error, also)

    def test_a_missing_extra_says_what_to_install(self):
        error = MissingExtraError("training", "train")
        assert isinstance(error, TextmendError)
        assert isinstance(error, ImportError)
        assert 'pip install "textmend[train]"' in str(error)
