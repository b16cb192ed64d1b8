"""From weights to folders that textmend reads, by function and by command; and the card beside them."""

import json
import logging
import shutil
import sys
from pathlib import Path

import onnx
import pytest
import torch
from safetensors.torch import load_file, save_file
from taught import teach
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel
from typer import BadParameter
from typer.testing import CliRunner

from textmend import Mender, Policy
from textmend.cli.main import app
from textmend.cli.train.checks import parse_sources
from textmend.errors import FileError, ModelError, PolicyError
from textmend.fill.load import load_proposer
from textmend.models.wordpiece import WordPieces
from textmend.train.card import MINILM, MPNET, write_card
from textmend.train.detector import from_base
from textmend.train.filler import from_base as filler_from_base
from textmend.train.package import Package, package_detector

WORDS = "the mayor of oslo met envoy rome at old harbour today and saw a red river near hill".split()
TEXT = "The mayor of Oslo met the old envoy of Rome at the harbour today. He saw a red river near the hill."
LONG = TEXT + " The mayor saw a red river near the hill today." * 8
SPECIAL = {
    "bert": ["[PAD]", "[CLS]", "[SEP]", "[UNK]"],
    "mpnet": ["<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>"],
}
ARCHITECTURES = {"bert": (BertConfig, BertModel), "mpnet": (MPNetConfig, MPNetModel)}


def base(folder: Path, kind: str) -> Path:
    folder.mkdir()
    vocabulary = {piece: index for index, piece in enumerate([*SPECIAL[kind], *WORDS, *".,s"])}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    config_class, model_class = ARCHITECTURES[kind]
    torch.manual_seed(2)
    model_class(
        config_class(
            vocab_size=len(vocabulary),
            hidden_size=128,
            num_hidden_layers=4 if kind == "bert" else 1,
            num_attention_heads=2,
            intermediate_size=128,
            max_position_embeddings=260,
            pad_token_id=1 if kind == "mpnet" else 0,
        )
    ).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return base(tmp_path_factory.mktemp("base") / "bert", "bert")


@pytest.fixture(scope="module")
def detector(bert, tmp_path_factory):
    """A detector that thinks a word is missing nearly everywhere."""
    place = tmp_path_factory.mktemp("detector")
    model = from_base(bert)
    with torch.no_grad():
        model.gap.weight.mul_(0.1)
        model.gap.bias[:3] = torch.tensor([0.0, 3.0, 1.0])
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, place / "weights")
    package_detector(Package(bert, place / "weights", place / "model", name="tiny 1.0", language="xx"))
    return place / "model"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    file = tmp_path_factory.mktemp("corpus") / "articles.jsonl"
    paragraphs = [{"text": TEXT, "links": [[13, 17]]}] * 12
    file.write_text((json.dumps({"paragraphs": paragraphs}) + "\n") * 20)
    return file


def train(*arguments):
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


def test_a_packaged_detector_finds_gaps(detector):
    gaps = Mender(detector=detector, threads=1).find_gaps(TEXT)
    assert gaps
    assert all(0.5 <= gap.probability <= 1 for gap in gaps)
    assert all(not TEXT[gap.start : gap.end].strip() for gap in gaps)


def test_a_detector_left_in_float_finds_the_same_with_more_bytes(bert, detector, tmp_path):
    weights = detector.parent / "weights"
    given = ("--kind", "detector", "--base", bert, "--weights", weights, "--out", tmp_path, "--name", "exact 1.0")
    made = train("export", *given, "--float")
    assert made.exit_code == 0, made.output
    rounded, exact = (Mender(detector=folder, threads=1).find_gaps(TEXT) for folder in (detector, tmp_path))
    assert [gap.start for gap in exact] == [gap.start for gap in rounded]
    assert [gap.probability for gap in exact] == pytest.approx([gap.probability for gap in rounded], abs=0.02)
    assert [gap.probability for gap in exact] != [gap.probability for gap in rounded]
    assert (tmp_path / "model.onnx").stat().st_size > 2 * (detector / "model.onnx").stat().st_size


@pytest.fixture(scope="module")
def early(bert, tmp_path_factory):
    """A detector that sees a gap before "envoy", and leaves early where there is none."""
    place = tmp_path_factory.mktemp("early")
    model = teach(from_base(bert), WordPieces(bert / "tokenizer.json", start="[CLS]", separator="[SEP]")("envoy")[0])
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, place / "weights")
    package_detector(Package(bert, place / "weights", place / "model", name="tiny 1.0"), [LONG] * 60)
    return place / "model"


def test_a_detector_that_leaves_early_finds_the_same_gaps(early):
    config = json.loads((early / "config.json").read_text())
    assert config["early_exit"]["layer"] == 2
    long = " ".join([LONG] * 20)
    gaps = Mender(detector=early, threads=1).find_gaps(long)
    assert [long[gap.end : gap.end + 5] for gap in gaps] == ["envoy"] * 20
    assert Mender(detector=early, threads=3).find_gaps(long) == gaps


def test_a_detector_of_another_version_is_to_be_exported_again(early, tmp_path):
    folder = shutil.copytree(early, tmp_path / "old")
    model = onnx.load(folder / "model.onnx")
    model.graph.input[2].name = "attention_mask"
    for node in model.graph.node:
        node.input[:] = ["attention_mask" if name == "sites" else name for name in node.input]
    onnx.save(model, folder / "model.onnx")
    with pytest.raises(ModelError, match="export the model again"):
        Mender(detector=folder).find_gaps(TEXT)


def test_weights_of_another_model_are_refused(bert, tmp_path):
    save_file({"lm.head": torch.ones(2)}, tmp_path / "weights")
    with pytest.raises(ModelError, match="holds no weights of this detector"):
        package_detector(Package(bert, tmp_path / "weights", tmp_path / "model", name="none"))


def test_weights_without_early_heads_have_no_early_exit(bert, detector, tmp_path):
    weights = {name: tensor for name, tensor in load_file(detector.parent / "weights").items() if "early" not in name}
    save_file(weights, tmp_path / "weights")
    package_detector(Package(bert, tmp_path / "weights", tmp_path / "model", name="old 1.0"), [TEXT] * 60)
    assert json.loads((tmp_path / "model" / "config.json").read_text())["early_exit"] is None


def test_a_packaged_detector_says_what_it_is(detector):
    config = json.loads((detector / "config.json").read_text())
    assert (config["kind"], config["name"], config["language"], config["labels"]) == ("detector", "tiny 1.0", "xx", 7)
    assert {path.name for path in detector.iterdir()} >= {"config.json", "model.onnx", "tokenizer.json"}


def test_from_text_to_folders_by_command(bert, detector, corpus, tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("textmend.train.second_look.LEAST", 0.001)  # the tiny detector is never sure of a gap
    monkeypatch.setattr("textmend.train.second_look.LEAST_IN_DAMAGED", 0.0005)
    with caplog.at_level(logging.INFO):
        checkpoint, mine = tmp_path / "detector.ckpt", tmp_path / "mine"
        common = ["--linked", corpus, "--hours", 0.0001, "--decay", 1, "--threads", 1]
        made = train("detector", bert, f"{corpus}=0.5", "--checkpoint", checkpoint, "--batch", 2, *common)
        assert made.exit_code == 0, made.output
        made = train(
            "export", "--kind", "detector", "--base", bert, "--weights", checkpoint, "--out", mine, "--name", "mine 1.0"
        )
        assert made.exit_code == 0, made.output
        assert Mender(detector=mine, threads=1).find_gaps(TEXT) == []

        mpnet, table, weights, filler = (tmp_path / name for name in ("mpnet", "casing.json", "weights", "filler"))
        base(mpnet, "mpnet")
        made = train("casing", corpus, "--out", table)
        assert made.exit_code == 0, made.output
        model = filler_from_base(mpnet)
        kept = {name: tensor.clone() for name, tensor in model.state_dict().items() if "decoder" not in name}
        save_file(kept, weights)
        held_out = ["--held-out", corpus, "--linked", corpus, "--skip", 15]
        made = train(
            *("export", "--kind", "filler", "--base", mpnet, "--weights", weights, "--out", filler),
            *("--name", "tiny 1.0", "--casing", table, "--windows", 4, *held_out),
        )
        assert made.exit_code == 0, made.output
        assert load_proposer(filler, 1) is not None
        config = json.loads((filler / "config.json").read_text())
        assert sum(config["pieces_per_word"]) == pytest.approx(1, abs=1e-3)

        made = train("calibrate", "--detector", detector, "--filler", filler, "--gaps", 3, *held_out)
        assert made.exit_code == 0, made.output
        assert json.loads((detector / "config.json").read_text())["calibration"]["raw"] != [0.0]
        made_of = json.loads((filler / "config.json").read_text())
        assert made_of["ranking"] != config["ranking"]
        assert made_of["second_look"]["detector"] == "tiny 1.0"
        looks_twice(detector, filler, mine)
    assert "evaluation at step" in caplog.text


def looks_twice(detector, filler, other):
    """A filler that was fitted to a detector reads its doubtful places again; with another detector it doesn't."""
    given = {"filler": filler, "threads": 1, "policy": Policy(find_at=1e-6)}
    twice, once = Mender(detector=detector, **given), Mender(detector=detector, second_look=False, **given)
    first, second = once.find_gaps(TEXT), twice.find_gaps(TEXT)
    assert [gap.start for gap in first] == [gap.start for gap in second]
    assert [gap.probability for gap in first] != [gap.probability for gap in second]
    assert list(twice.find_gaps(iter([LONG, TEXT])))[1] == second
    assert Mender(detector=twice.detector, filler=twice.proposer, policy=twice.policy).find_gaps(TEXT) == second
    assert Mender(detector=other, **given).second_look is None
    with pytest.raises(PolicyError, match="second_look"):
        Mender(second_look=1)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("detector", "{bert}", "none.jsonl"), 3, "none.jsonl: no such file"),
        (("detector", "{tmp}", "{corpus}"), 4, "the file config.json is missing"),
        (("detector", "{bert}", "{corpus}=many"), 2, "share should be a number above 0"),
        (("detector", "{bert}", "{corpus}", "--hours", "0"), 2, "should be above 0"),
    ],
)
def test_what_is_wrong_is_said_before_the_training(bert, corpus, tmp_path, capsys, arguments, code, said):
    places = {"bert": bert, "corpus": corpus, "tmp": tmp_path}
    given = [argument.format(**places) for argument in arguments]
    made = train(*given, "--linked", corpus, "--checkpoint", tmp_path / "run.ckpt")
    assert made.exit_code == code
    assert said in " ".join(made.output.replace("│", " ").split())


def test_without_the_extra_the_command_says_how_to_install_it(bert, detector, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    weights = detector.parent / "weights"
    made = train("export", "--kind", "detector", "--base", bert, "--weights", weights, "--out", tmp_path, "--name", "x")
    assert made.exit_code == 4
    assert 'pip install "textmend[train]"' in " ".join(made.output.split())


def test_a_filler_needs_a_casing_table(bert, detector, tmp_path):
    weights = detector.parent / "weights"
    made = train("export", "--kind", "filler", "--base", bert, "--weights", weights, "--out", tmp_path, "--name", "x")
    assert made.exit_code == 2
    assert "--casing" in made.output


def test_sources_have_shares(tmp_path):
    for name in ("a", "b", "c=2"):
        (tmp_path / name).touch()
    given = [f"{tmp_path}/a", f"{tmp_path}/b=0.25", f"{tmp_path}/c=2", f"{tmp_path}/c=2=3"]
    assert parse_sources(given) == [
        (tmp_path / "a", 1.0),
        (tmp_path / "b", 0.25),
        (tmp_path / "c=2", 1.0),
        (tmp_path / "c=2", 3.0),
    ]


@pytest.mark.parametrize("share", ["0", "-1", "nan", "inf", ""])
def test_a_share_is_a_number_above_zero(tmp_path, share):
    (tmp_path / "a").touch()
    with pytest.raises(BadParameter, match="above 0"):
        parse_sources([f"{tmp_path}/a={share}"])


def card(folder, figures, origin=MINILM):
    made = ["textmend train detector …"]
    return write_card(folder, base=origin, hours=2.25, tokens=7_100_000, figures=figures, commands=made).read_text()


def test_a_card_says_where_the_model_comes_from_and_what_it_can_do(detector):
    text = card(detector, {"link_loss": {"F1": 0.8125, "gaps": 300}})
    front, rest = text.removeprefix("---\n").split("\n---\n", 1)
    values = {key: json.loads(value) for key, value in (line.split(": ", 1) for line in front.splitlines())}
    assert values["language"] == "xx"
    assert values["license"] == "apache-2.0"
    assert values["base_model"] == "all-MiniLM-L6-v2"
    assert rest.startswith("\n# tiny 1.0\n")
    for part in ("sentence-transformers", "Apache-2.0", "2.2 hours, 7.1 million", "textmend train detector …"):
        assert part in rest
    assert "| link_loss | F1 | 0.812 |" in rest
    assert "| link_loss | gaps | 300 |" in rest
    assert "6 or more" in rest


def test_a_card_reads_what_evaluate_wrote(detector):
    figures = {"f1": {"value": 0.8, "low": 0.75, "high": 0.85}, "ece": {"value": None, "low": None, "high": None}}
    record = {
        "kind": "textmend-evaluation",
        "textmend": "0.1.0",
        "date": "2026-01-02T03:04:05+00:00",
        "benchmarks": [{"name": "link_loss", "records": 12, "figures": {"detection": figures}}],
        "clean": [],
    }
    text = card(detector, record, MPNET)
    assert "| link_loss (12 records) | detection: f1 | 0.800 [0.750 – 0.850] |" in text
    assert "(textmend 0.1.0, 2026-01-02)" in text
    assert "detection: ece" not in text


def test_a_card_says_whether_the_model_is_calibrated(bert, detector, tmp_path):
    package_detector(Package(bert, detector.parent / "weights", tmp_path, name="fresh 1.0"))
    assert "not calibrated" in card(tmp_path, {})
    file = tmp_path / "config.json"
    config = json.loads(file.read_text()) | {"calibration": {"raw": [-1.0, 1.0], "true": [-2.0, 0.5]}}
    file.write_text(json.dumps(config))
    assert "are calibrated" in card(tmp_path, {})


def test_a_card_makes_no_figures_up(detector):
    assert "Not measured." in card(detector, {})


def test_a_card_needs_a_model(tmp_path):
    with pytest.raises(ModelError, match="no model's folder"):
        card(tmp_path, {})
    with pytest.raises(FileError):
        parse_sources([f"{tmp_path}/missing"])
