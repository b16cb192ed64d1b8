"""Hub models through the public API: names, revisions, offline, policy, ranking files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import huggingface_hub.constants
import numpy as np
import pytest
from tiny import damaged
from typer.testing import CliRunner

from textmend import Fill, Gap, Mender, Policy
from textmend.errors import FileError, MissingExtraError, ModelError, PolicyError
from textmend.fill.casing import ArticleCasing, cased
from textmend.fill.propose import GappedArticle
from textmend.fill.rank import Ranking
from textmend.fill.ranking_file import read_ranking, write_ranking
from textmend.models.registry import EMBEDDED, HubModel, hub_model

COMMIT, OLDER = "c0ffee" * 6 + "c0ff", "beef" * 10
LOST = next(one for one in damaged() if one.lost == "northern")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_folder) -> Path:
    """A cache of the hub, without network, that holds one model in two versions."""
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path))
    home = tmp_path / "models--herring--tiny"
    for commit, family in ((COMMIT, "bert-cased"), (OLDER, "roberta")):
        shutil.copytree(tiny_folder(family), home / "snapshots" / commit)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(COMMIT)
    (home / "refs" / "v1").write_text(OLDER)
    return tmp_path


@pytest.fixture
def mender(tiny_folder, fake_detector) -> Callable[..., Mender]:
    """Make a mender with a tiny model that sees the gap of ``LOST``."""

    def make(filler="bert-cased", **options) -> Mender:
        folder = tiny_folder(filler) if filler in ("bert-cased", "roberta", "bert-uncased") else filler
        return Mender(detector=fake_detector("pier"), filler=folder, threads=1, **options)

    return make


class TestPolicy:
    def test_by_default_fills_are_proposed_and_none_is_applied(self, mender):
        mended = mender(policy=Policy(apply_at=0.1)).mend(LOST.text)
        [gap] = mended.gaps
        assert gap.fills[0].text == "northern"
        assert gap.fills[0].probability > 0.5
        assert not gap.fills[0].calibrated
        assert gap.decision == "keep"
        assert mended.text == LOST.text

    def test_who_allows_it_gets_them_applied(self, mender):
        mended = mender(policy=Policy(apply_at=0.5, allow_uncalibrated=True)).mend(LOST.text)
        assert mended.text == LOST.sentence
        assert mended.undo() == LOST.text

    def test_alone_or_in_a_stream(self, mender):
        one = mender(policy=Policy(apply_at=0.5, allow_uncalibrated=True))
        texts = [LOST.text, "Nothing here.", LOST.text + " " + LOST.text]
        assert [mended.text for mended in one.mend(texts)] == [one.mend(text).text for text in texts]


class TestVersions:
    def test_a_name_means_the_newest_commit_which_is_recorded(self, cache, mender):
        [gap] = mender("herring/tiny").suggest(LOST.text)
        assert gap.fills[0].text == "northern"
        assert {fill.model for fill in gap.fills} == {f"herring/tiny@{COMMIT}"}

    @pytest.mark.parametrize(
        ("name", "revision"),
        [("herring/tiny", OLDER), ("herring/tiny", "v1"), (f"herring/tiny@{OLDER}", None), ("herring/tiny@v1", "v1")],
    )
    def test_a_revision_is_kept_to(self, cache, mender, name, revision):
        [gap] = mender(name, revision=revision).suggest(LOST.text)
        assert gap.fills[0].text == "northern"
        assert gap.fills[0].model == f"herring/tiny@{OLDER}"

    def test_what_was_recorded_names_the_model(self, cache, mender):
        recorded = mender("herring/tiny", revision="v1").suggest(LOST.text)[0].fills[0].model
        assert mender(recorded).suggest(LOST.text) == mender("herring/tiny", revision="v1").suggest(LOST.text)

    def test_a_folder_is_named_by_its_contents(self, mender, tiny_folder, tmp_path):
        name = mender().proposer.model.name
        assert name == mender().proposer.model.name
        shutil.copytree(tiny_folder("roberta"), tmp_path / tiny_folder("bert-cased").name)
        assert mender(tmp_path / tiny_folder("bert-cased").name).proposer.model.name != name

    def test_fills_keep_it_in_json(self, mender):
        [gap] = mender().suggest(LOST.text)
        record = json.loads(json.dumps(gap.fills[0].to_dict()))
        assert record["model"] == gap.fills[0].model
        assert record["calibrated"] is False
        assert Fill.from_dict(record) == gap.fills[0]

    @pytest.mark.parametrize("name", ["herring/unknown", "roberta-base", "herring/tiny@v2"])
    def test_what_is_not_there_offline(self, cache, name):
        with pytest.raises(ModelError, match=name.partition("@")[0]) as caught:
            Mender(filler=name).proposer  # noqa: B018
        assert "not downloaded before" in str(caught.value)


class TestNames:
    @pytest.mark.parametrize(
        "name", ["en", "xx", Path("nowhere"), "./nowhere", "a/b/c", "/nowhere", "..", "", "a b", 3]
    )
    def test_what_can_be_no_name_of_the_hub(self, name):
        assert hub_model(name) is None

    @pytest.mark.parametrize(
        ("name", "revision", "expected"),
        [
            ("org/name", None, HubModel("org/name")),
            ("org/name@abc", None, HubModel("org/name", "abc")),
            ("org/name", "abc", HubModel("org/name", "abc")),
            ("roberta-base", None, HubModel("roberta-base")),
        ],
    )
    def test_names_and_revisions(self, name, revision, expected):
        assert hub_model(name, revision=revision) == expected

    def test_two_revisions(self):
        with pytest.raises(ModelError, match="one revision"):
            Mender(filler="org/name@abc", revision="def")

    def test_a_folder_has_no_revisions(self, tiny_folder):
        with pytest.raises(ModelError, match="no revisions"):
            Mender(filler=tiny_folder("bert-cased"), revision="abc")

    @pytest.mark.parametrize(
        "options", [{"revision": "abc"}, {"device": "cpu"}, {"dtype": "float32"}, {"ranking": "ranking.json"}]
    )
    def test_options_of_hub_models_need_one(self, options):
        with pytest.raises(PolicyError, match="for models of the hub"):
            Mender(**options)

    @pytest.mark.parametrize("options", [{"revision": 3}, {"device": 0}, {"dtype": "int8"}, {"ranking": 1}])
    def test_odd_options(self, tiny_folder, options):
        with pytest.raises(PolicyError, match=next(iter(options))):
            Mender(filler=tiny_folder("bert-cased"), **options)

    def test_a_device_that_is_not_there(self, mender):
        with pytest.raises(PolicyError, match="quantum"):
            mender(device="quantum").proposer  # noqa: B018

    def test_without_torch(self, monkeypatch):
        monkeypatch.setattr("textmend.loading.find_spec", lambda name: None)
        with pytest.raises(MissingExtraError, match=r'pip install "textmend\[hub\]"'):
            Mender(filler="org/name")


class TestRankingFiles:
    def test_a_fitted_ranking_makes_fills_calibrated(self, mender, tmp_path):
        file = tmp_path / "ranking.json"
        write_ranking(file, Ranking(other=-2.0), mender().proposer.model.name)
        one = mender(ranking=file, policy=Policy(apply_at=0.5))
        mended = one.mend(LOST.text)
        assert mended.gaps[0].fills[0].calibrated
        assert mended.text == LOST.sentence

    def test_one_of_another_model_is_refused(self, mender, tmp_path):
        write_ranking(tmp_path / "ranking.json", Ranking(), "herring/tiny@0")
        with pytest.raises(ModelError, match="fitted to herring/tiny@0"):
            mender(ranking=tmp_path / "ranking.json").proposer  # noqa: B018

    @pytest.mark.parametrize(
        "content", ["", "[]", "{}", '{"schema": 1, "kind": "filler"}', '{"schema": 2, "kind": "ranking"}']
    )
    def test_what_is_none(self, tmp_path, content):
        file = tmp_path / "ranking.json"
        file.write_text(content)
        with pytest.raises(ModelError, match="ranking"):
            read_ranking(file, "herring/tiny@0")

    def test_a_file_that_is_not_there_or_cannot_be_written(self, tmp_path):
        with pytest.raises(ModelError, match=r"ranking\.json"):
            read_ranking(tmp_path / "ranking.json", "x")
        (tmp_path / "nowhere").write_text("a file where a folder should be")
        with pytest.raises(FileError, match="nowhere"):
            write_ranking(tmp_path / "nowhere" / "ranking.json", Ranking(), "x")

    def test_it_round_trips(self, tmp_path):
        ranking = Ranking((0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0), 0.25)
        write_ranking(tmp_path / "ranking.json", ranking, "x@y")
        assert read_ranking(tmp_path / "ranking.json", "x@y") == ranking


def test_a_tokenizer_that_pads_and_cuts_off_by_itself(tiny_folder, mender, tmp_path):
    folder = shutil.copytree(tiny_folder("bert-cased"), tmp_path / "padding")
    plan = json.loads((folder / "tokenizer.json").read_text())
    plan["padding"] = {
        **{"strategy": {"Fixed": 64}, "direction": "Right", "pad_to_multiple_of": None},
        **{"pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"},
    }
    plan["truncation"] = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    (folder / "tokenizer.json").write_text(json.dumps(plan))
    plain, padding = mender().proposer.model.pieces, mender(folder).proposer.model.pieces
    assert (padding.opening, padding.closing) == (plain.opening, plain.closing)
    assert padding.cut(LOST.sentence, spaced=True) == plain.cut(LOST.sentence, spaced=True)
    assert mender(folder).suggest(LOST.text)[0].fills[0].text == "northern"


class TestCasing:
    @pytest.mark.parametrize(
        ("words", "at_start", "expected"),
        [
            ("ingrid o’neil", False, "Ingrid O’Neil"),  # as the article writes it
            ("monday", False, "Monday"),  # as it is usually written
            ("nearly driven", False, "nearly driven"),
            ("nearly", True, "Nearly"),
            ("u.s.", False, "U.S."),
            ("j.k.r", False, "J.K.R"),
        ],
    )
    def test_a_model_that_says_nothing_of_case(self, tiny_proposer, words, at_start, expected):
        article = ArticleCasing("They met Ingrid O’Neil there.")
        usual = tiny_proposer("bert-uncased")._usual
        cut = [(word, index) for index, word in enumerate(words.split())]
        assert cased(cut, [None] * len(cut), article, usual, at_sentence_start=at_start) == expected

    def test_an_echo_in_a_headline_is_tried_in_small_letters_too(self, tiny_proposer):
        title = "Tromsø Closed the Northern Pier on Monday"
        document = GappedArticle(text=LOST.text, gaps=[LOST.gap], title=title)
        [[gap]] = tiny_proposer("bert-cased").propose([document])
        assert gap.fills[0].text == "northern"
        assert gap.fills[0].origin == "echo"
        assert gap.fills[0].evidence.place == "title"
        assert gap.fills[0].evidence.quote.count("Northern") == 1


class TestLanguage:
    RUSSIAN = "Капитан порта закрыл северный причал в понедельник, и паром вернулся до зимних бурь. " * 4

    @pytest.mark.parametrize("family", ["bert-cased", "bert-uncased", "roberta", "xlm-roberta"])
    def test_a_text_in_another_script_is_refused(self, tiny_proposer, family):
        gap = Gap(start=7, end=8, probability=1.0)
        with pytest.raises(ModelError, match="not in a language of the filler") as caught:
            tiny_proposer(family).propose([GappedArticle(text=self.RUSSIAN, gaps=[gap])])
        assert "Капитан порта" in str(caught.value)

    def test_a_quotation_in_it_is_not(self, tiny_proposer):
        text = LOST.text + " " + LOST.sentence * 4 + self.RUSSIAN[:40]
        [[gap]] = tiny_proposer("bert-cased").propose([GappedArticle(text=text, gaps=[LOST.gap])])
        assert gap.fills

    def test_of_a_short_text_nothing_is_said(self, tiny_proposer):
        [[gap]] = tiny_proposer("roberta").propose([GappedArticle(text="Капитан  закрыл", gaps=[_gap(7, 9)])])
        assert gap is not None


def _gap(start: int, end: int) -> Gap:
    return Gap(start=start, end=end, probability=1.0)


def test_a_folder_of_a_detector_trained_with_textmend(tmp_path, embedded):
    source = EMBEDDED / "en" / "detector"
    shutil.copytree(source, tmp_path / "detector")
    text = LOST.text + " " + "He said that the talks with , including the fleet, would end. "
    found = Mender(detector=tmp_path / "detector", threads=1).find_gaps(text)
    assert found == Mender(threads=1).find_gaps(text)
    assert np.isfinite([gap.probability for gap in found]).all()


class TestCalibration:
    def test_a_ranking_is_fitted_and_can_be_used(self, mender, tiny_folder, tmp_path):
        from textmend.damage.losing import Damaged, Loss
        from textmend.models.registry import EMBEDDED
        from textmend.train.calibrate import calibrate_hub_filler

        losses = [
            Damaged(one.text, (Loss(one.gap.start, one.gap.end, one.lost),)) for one in damaged() if " " not in one.lost
        ]
        file = tmp_path / "ranking.json"
        fitted = calibrate_hub_filler(
            HubModel(str(tiny_folder("bert-cased")), device="cpu"),
            file,
            EMBEDDED / "en" / "detector",
            losses,
            most_gaps=4,
        )
        assert read_ranking(file, mender().proposer.model.name) == fitted
        assert mender(ranking=file).suggest(LOST.text)[0].fills[0].calibrated

    @pytest.mark.parametrize(
        ("filler", "ranking"), [("herring/tiny", None), ("folder", "ranking.json"), (None, "ranking.json")]
    )
    def test_a_ranking_goes_with_a_hub_model(self, tmp_path, filler, ranking):
        from textmend.cli.main import app
        from textmend.models.registry import EMBEDDED

        (tmp_path / "folder").mkdir()
        (tmp_path / "text.jsonl").write_text('{"text": "x"}\n')
        options = ["--detector", EMBEDDED / "en" / "detector"]
        options += ["--held-out", tmp_path / "text.jsonl", "--linked", tmp_path / "text.jsonl"]
        options += ["--filler", tmp_path / filler if filler == "folder" else filler] if filler else []
        options += ["--ranking", tmp_path / ranking] if ranking else []
        outcome = CliRunner().invoke(app, ["train", "calibrate", *map(str, options)])
        assert outcome.exit_code == 2
        assert "--ranking" in outcome.stderr


@pytest.mark.parametrize("role", ["detector", "filler"])
def test_an_empty_name_is_no_folder(role):
    with pytest.raises(ModelError, match=f"{role}='' should be the name"):
        Mender(**{role: ""})
