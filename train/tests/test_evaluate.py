import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from train.data import bars, busy, metrics, tokens
from train.data.corpora import sessions
from train.data.corpora.song import CorpusError
from train.data.vocabulary import Vocabulary
from train.evaluation import evaluate as evaluation
from train.evaluation import performers
from train.evaluation.evaluate import Settings, evaluate, figures_of
from train.evaluation.performers import AGENT_SEEDS, performer
from train.evaluation.places import OPENING, drawn, seed_of, throughout
from train.evaluation.play import PolicyFile, begin, free, together
from train.evaluation.tables import tables
from train.models.contrastive import Contrastive
from train.tests.songs import made
from train.tests.test_diversity import SHAPE, save
from train.tests.test_play import policy_file

SETTINGS = Settings(draws=2, jump_draws=2, minutes=1)
PIECES = made(["test"] * 3 + ["ood"], 320)


@pytest.fixture
def played(monkeypatch) -> list[tuple[str, str]]:
    """Returns (system, place) of everything that was played, in order."""
    seen = []
    accompany, jam = performers.Performance.accompany, performers.Performance.jam

    def accompanied(self, place, *others, **more):
        seen.append((self.name, place))
        return accompany(self, place, *others, **more)

    def jammed(self, draws):
        seen.append((self.name, "agent"))
        return jam(self, draws)

    monkeypatch.setattr(performers.Performance, "accompany", accompanied)
    monkeypatch.setattr(performers.Performance, "jam", jammed)
    return seen


def run(folder: Path, *systems: str, settings: Settings = SETTINGS, **others) -> dict:
    return evaluate([performer(s) for s in systems], PIECES, folder, settings, workers=1, **others)


PLACES = ["test", "ood", "player", "jumps", "twice", "long"]


def test_systems_are_added_one_by_one_and_none_is_played_twice(tmp_path, played):
    first = run(tmp_path, "chance")
    assert played == [("chance", place) for place in PLACES]
    assert json.loads((tmp_path / "figures.json").read_text()) == first
    both = run(tmp_path, "rules-bar")
    assert played[6:] == [("rules-bar", place) for place in PLACES]
    assert list(both["places"]["test"]["systems"]) == ["data", "chance", "rules-bar"]
    assert both["places"]["test"]["systems"]["chance"] == first["places"]["test"]["systems"]["chance"]
    assert run(tmp_path, "rules-bar", "chance") == both and len(played) == 12
    with np.load(tmp_path / "played.npz") as file:
        shapes = {name: file[name].shape for name in file.files if name != "header"}
        assert all(file[name].dtype == np.int16 for name in shapes)
    assert shapes["test/chance"] == shapes["test/melody"] == shapes["test/data"] == (2, 3, 256)
    assert shapes["ood/chance"] == (2, 1, 256) and shapes["jumps/rules-bar"] == (2, 3, 256)
    assert shapes["twice/chance"] == (2, 3, 256) and shapes["long/chance"] == (1, 20, 480)


def test_a_killed_run_keeps_what_it_had_played(tmp_path, played, monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(evaluation.Played, "write", lambda self, write=evaluation.Played.write: (
            write(self), 1 / 0 if self.has("player", performer("chance")) else None))
        with pytest.raises(ZeroDivisionError):
            run(tmp_path, "chance")
    played.clear()
    run(tmp_path, "chance")
    assert played == [("chance", "jumps"), ("chance", "twice"), ("chance", "long")]


def test_what_cannot_be_compared_is_not_mixed(tmp_path):
    run(tmp_path, "chance")
    with pytest.raises(CorpusError, match=r"other settings \(draws 2, not draws 1\)"):
        run(tmp_path, "rules-bar", settings=Settings(draws=1, jump_draws=2, minutes=1))
    with pytest.raises(CorpusError, match="other windows"):
        evaluate([performer("chance")], PIECES[1:], tmp_path, SETTINGS, workers=1)
    (tmp_path / "played.npz").write_bytes(b"PK")
    with pytest.raises(CorpusError, match="not what an evaluation played"):
        run(tmp_path, "chance")


def test_a_policy_file_that_changed_is_played_again(tmp_path, played):
    path = tmp_path / "p.onnx"
    policy_file(path)
    run(tmp_path, str(path), "chance")
    policy_file(path, vocabulary=tokens.vocabulary()[::-1])
    run(tmp_path, "chance")
    played.clear()
    run(tmp_path, str(path))
    assert played == [("p", place) for place in PLACES]


def test_jams_with_the_agent_and_diversity(tmp_path, played):
    policy_file(tmp_path / "p.onnx", vocabulary=tokens.vocabulary()[::-1])
    policy_file(tmp_path / "m.onnx", "melody")
    save(Contrastive(SHAPE), "contrastive", tmp_path / "c.pt")
    agent = performer(str(tmp_path / "m.onnx"))
    result = run(tmp_path, str(tmp_path / "p.onnx"), agent=agent, encoders=[tmp_path / "c.pt"])
    assert played[-1] == ("p", "agent")
    there = result["places"]["agent"]
    assert (there["windows"], there["songs"], list(there["systems"])) == (6, 3, ["p"])
    assert there["systems"]["p"]["legal_share"] == [1, 1, 1] and 1 <= there["systems"]["p"]["vendi"][0] <= 3
    assert 1 <= result["places"]["test"]["systems"]["data"]["vendi"][0] <= 3
    assert result["places"]["test"]["systems"]["data"]["vendi_share"] == [1, 1, 1]
    data, own = (result["places"]["test"]["systems"][name] for name in ("data", "p"))
    assert data["draws"] == {"note_in_chord_share": [1, 1], "vendi_share": [1, 1]}
    assert np.mean(own["draws"]["vendi_share"]) == pytest.approx(own["vendi_share"][0], abs=1e-3)
    assert len(set(own["draws"]["note_in_chord_share"])) == 2
    assert set(own["busy"]) == {str(busy.drawn(seed_of(d, i))) for d in (0, 1) for i in range(3)} and "busy" not in data
    assert sum(of["windows"] for of in own["busy"].values()) == 6
    assert np.average([of["changes"] for of in own["busy"].values()], weights=[of["windows"] for of in own["busy"].values()]
                      ) == pytest.approx(own["changes_per_bar"][0], abs=1e-3)
    assert data["root_agreement"] == data["majmin_agreement"] == [1, 1, 1] and own["root_agreement"][0] < 0.5
    assert result["settings"]["agent"] == agent.digest and [len(d) for d in result["settings"]["encoders"]] == [64]
    with np.load(tmp_path / "played.npz") as file:
        own, ours = file["agent/p/own"], file["agent/p"]
        assert file["agent/p/melody"].shape == own.shape == (2, 3, 256)
        first = file["agent/p/melody"][:, :, 0]
        assert (first <= 128).all() and (own[:, :, 0] <= tokens.CHORDS).all()  # what the opening left sounding begins again
    policy, player, seed = PolicyFile(tmp_path / "p.onnx"), PolicyFile(tmp_path / "m.onnx"), 1000 * 2 + 1
    window = drawn(PIECES[:3], 2, 75)[1][1]
    opening, places = window.melody[:OPENING], bars.places(window.lines[:1], OPENING + 256)
    chords, melody = together(begin(policy, free(policy.start, seed)),
                              begin(player, free(player.start, AGENT_SEEDS + seed, opening=opening)), places,
                              Vocabulary(tuple(policy.vocabulary)).folded)
    with np.load(tmp_path / "played.npz") as file:
        assert (file["agent/p/own"][1, 1][1:] == chords[OPENING + 1:]).all()
        assert (file["agent/p/melody"][1, 1][1:] == melody[OPENING + 1:]).all()
    assert (melody[:OPENING] == opening).all()
    names, held = tokens.vocabulary(), own > tokens.CHORDS
    assert (held == (ours > tokens.CHORDS)).all()
    for token, folded in {*zip(own[own > 0].tolist(), ours[own > 0].tolist())}:
        assert names[::-1][(token - 1) % tokens.CHORDS] == names[(folded - 1) % tokens.CHORDS]
    two = run(tmp_path, "chance", encoders=[tmp_path / "c.pt"] * 2)["places"]["test"]["systems"]["chance"]
    assert two["vendi_1"] == two["vendi_2"] == two["vendi"] and two["vendi_share_1"] == two["vendi_share"]
    without = run(tmp_path, "chance")
    assert "agent" in without["places"] and "vendi" not in without["places"]["agent"]["systems"]["p"]


def test_recorded_jams_beside_what_was_played_in_them(tmp_path, kept, played):
    jams, _ = sessions.read(kept)
    result = evaluate([performer("rules-bar")], PIECES + jams, tmp_path / "out", SETTINGS, workers=1)
    assert ("rules-bar", "live") in played
    there = result["places"]["live"]
    assert (there["windows"], there["songs"]) == (2, 2)
    assert list(there["systems"]) == ["rules-bar", "gapt, as played", "jamd, as played"]
    for jam in jams:
        window, = throughout(jam)
        inside, both = metrics.note_in_chord(window.melody, window.chords)
        figures = there["systems"][f"{jam.policy}, as played"]
        assert figures["note_in_chord"][0] == pytest.approx(inside / both, abs=1e-4)
        assert "note_in_chord_share" not in figures
    assert "| recorded jams | jamd, as played | " in tables(result)
    without = run(tmp_path / "out", "chance")
    assert "live" not in without["places"]


def test_jams_with_another_agent_are_dropped(tmp_path):
    policy_file(tmp_path / "m.onnx", "melody")
    policy_file(tmp_path / "p.onnx", vocabulary=tokens.vocabulary()[::-1])
    agent = performer(str(tmp_path / "m.onnx"))
    before = run(tmp_path, str(tmp_path / "p.onnx"), agent=agent)["places"]
    assert list(before["agent"]["systems"]) == ["p"]
    after = run(tmp_path, "rules-bar", agent=replace(agent, digest="another"))["places"]
    assert list(after["agent"]["systems"]) == ["rules-bar"]
    assert after["test"]["systems"]["p"] == before["test"]["systems"]["p"]


def test_what_is_no_system_is_said(tmp_path):
    (tmp_path / "x.onnx").write_bytes(b"not a model")
    for name in ("x.onnx", "none.onnx"):
        with pytest.raises(CorpusError, match=f"{name}: neither a policy file"):
            performer(str(tmp_path / name))
    policy_file(tmp_path / "m.onnx", "melody")
    policy_file(tmp_path / "chance.onnx")
    policy_file(tmp_path / "data.onnx")
    with pytest.raises(CorpusError, match="m.onnx: plays the melody"):
        run(tmp_path / "out", str(tmp_path / "m.onnx"))
    with pytest.raises(CorpusError, match="'chance'"):
        run(tmp_path / "out", "chance", str(tmp_path / "chance.onnx"))
    with pytest.raises(CorpusError, match="'data'"):
        run(tmp_path / "out", str(tmp_path / "data.onnx"))
    with pytest.raises(CorpusError, match="no melody agent"):
        run(tmp_path / "out", "chance", agent=performer("rules-bar"))
    with pytest.raises(CorpusError, match="no song of the test split"):
        evaluate([performer("chance")], made(["train"], 320), tmp_path / "out", SETTINGS)
    assert not (tmp_path / "out").exists()


def test_a_policy_file_carries_its_figures_and_the_datas():
    one = {"note_in_chord": [0.5, 0.4, 0.6], "changes_per_bar": [1, 1, 1], "distinct_chords": [2, 2, 2]}
    result = {"places": {"test": {"systems": {"data": one | {"vendi": [6, 5, 7]}, "p": one}}}}
    assert figures_of("p", result) == {
        "test_note_in_chord": [0.5, 0.4, 0.6], "test_note_in_chord_of_data": [0.5, 0.4, 0.6],
        "test_changes_per_bar": [1, 1, 1], "test_changes_per_bar_of_data": [1, 1, 1], "test_vendi_of_data": [6, 5, 7]}
    with pytest.raises(CorpusError, match="no figures of 'q'"):
        figures_of("q", result)
