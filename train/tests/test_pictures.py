import json
import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from train.__main__ import main
from train.data import tokens
from train.data.corpora import dataset
from train.evaluation import evaluated, pictures
from train.evaluation.piano_roll import close_position, piano_roll, spans
from train.evaluation.places import drawn, place_of
from train.models.contrastive import Contrastive
from train.models.encoder import EncoderShape
from train.tests.songs import made

SYSTEMS = ["jamd", "gapt", "rules-bar"]
PIECES = made(["test"] * 6 + ["ood"] * 2, 320)
C, AM = tokens.vocabulary().index("C"), tokens.vocabulary().index("Am")


def figures(random: np.random.Generator, vendi: bool) -> dict[str, list[float]]:
    value = float(random.uniform(0.3, 0.8))
    return {"note_in_chord": [value, value - 0.02, value + 0.02]} | ({"vendi": [10 * value, 2.0, 9.0]} if vendi else {})


def evaluation(folder, vendi: bool = True, jumps: tuple[str, ...] = ("any interval", "tritone", "fifth")):
    """Writes a folder as evaluate does, with made-up figures and with chords of other songs."""
    folder.mkdir()
    random = np.random.default_rng(0)
    places, played = {}, {"header": np.array("{}")}
    for place in ("test", "ood"):
        draws = drawn([p for p in PIECES if place_of(p) == place], 2, 75)
        found = draws[0]
        played[f"{place}/melody"] = np.stack([[w.melody for w in draw] for draw in draws])
        played[f"{place}/data"] = np.stack([[w.chords for w in draw] for draw in draws])
        for system in SYSTEMS:
            played[f"{place}/{system}"] = np.roll(played[f"{place}/data"], 1, axis=1)
        places[place] = {"windows": len(found), "songs": len(found),
                         "systems": {system: figures(random, vendi) for system in ["data", *SYSTEMS]}}
    adaptation = {jump: {system: {"by_beat": [None, *random.uniform(size=63)]} for system in SYSTEMS} for jump in jumps}
    (folder / "figures.json").write_text(json.dumps({
        "settings": {"songs": 75}, "places": places, "adaptation": adaptation, "long": {}}))
    np.savez_compressed(folder / "played.npz", **played)
    return folder


def a_run(folder, *rows: str):
    folder.mkdir()
    (folder / "metrics.csv").write_text("\n".join(["step,seconds,contrastive-1,entropy,adversary_right", *rows]) + "\n")
    return folder


def size(path) -> tuple[int, int]:
    """Returns width and height of a PNG file in pixels."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    return struct.unpack(">II", content[16:24])


def test_every_picture_is_made(tmp_path, capsys):
    folder, cache, weights = evaluation(tmp_path / "evaluation"), tmp_path / "cache.npz", tmp_path / "contrastive.pt"
    dataset.write(PIECES, {}, cache)
    shape = EncoderShape(dim=32, layers=1, heads=2)
    model = {"network": Contrastive(shape).state_dict(), "shape": {"kind": "contrastive", **shape.asdict()}}
    torch.save(model, weights)
    run = a_run(tmp_path / "gapt", *(f"{i},{i},0.{i % 10},1.5,{'nan' if i % 5 else 0.5}" for i in range(1, 100)))
    out = tmp_path / "pictures"
    assert main(["pictures", str(folder), "-o", str(out), "--cache", str(cache), "--encoder", str(weights), "--runs",
                 str(run)]) == 0
    names = ["harmony-diversity", "generations", "adaptation", "piano-roll-1", "training"]
    # All songs here are of one corpus, so there is one piano roll.
    assert sorted(p.name for p in out.iterdir()) == sorted(f"{name}.png" for name in names)
    said = capsys.readouterr().out.splitlines()
    assert [line for line in said if line.startswith("left out")] == [
        "left out piano-roll-2: test songs for 1 alone", "left out piano-roll-3: test songs for 1 alone"]
    assert all(size(path)[0] >= 900 and path.stat().st_size < 400_000 for path in out.iterdir())
    assert sum(path.stat().st_size for path in out.iterdir()) < 2_000_000


def test_what_is_missing_is_left_out_with_a_line(tmp_path):
    folder = evaluation(tmp_path / "evaluation", vendi=False, jumps=())
    np.savez(folder / "played.npz", header=np.array("{}"))
    assert list(pictures.draw(folder, tmp_path / "pictures")) == [
        "left out harmony-diversity: no Vendi scores in figures.json", "left out generations: no --encoder",
        "left out adaptation: no adaptation in figures.json", "left out piano-roll-1: no test songs in played.npz",
        "left out piano-roll-2: no test songs in played.npz", "left out piano-roll-3: no test songs in played.npz",
        "left out training: no --runs"]


def test_without_the_corpora_piano_rolls_are_spread_over_the_windows(tmp_path):
    read = evaluated.read(evaluation(tmp_path / "evaluation"))
    assert [i for i, _, _ in evaluated.excerpts(read, PIECES)] == [0]
    (one, title, lines), *others = evaluated.excerpts(read, ())
    assert [one, *(i for i, _, _ in others)] == [1, 3, 5]
    assert title == "test window 2" and lines.tolist() == list(range(0, 256, 16))


@pytest.mark.parametrize(("points", "front"), [
    ([], []),
    ([(1, 1)], [0]),
    ([(1, 3), (2, 2), (3, 1), (1, 1), (2, 1.5)], [0, 1, 2]),
    ([(3, 1), (1, 3), (0, 3), (3, 0.5)], [1, 0]),
    ([(1, 1), (2, 2)], [1]),
])
def test_pareto_front(points, front):
    assert pictures.pareto(points) == front


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1))
def test_nobody_surpasses_the_front_and_all_others_are_surpassed(points):
    front = pictures.pareto(points)
    for point in points:
        surpassed = any(x >= point[0] and y >= point[1] and (x, y) != point for x, y in points)
        assert (point in [points[i] for i in front]) is not surpassed
    assert sorted(front, key=lambda i: points[i]) == front


def test_a_run_resumed_counts_its_later_rows(tmp_path):
    run = a_run(tmp_path / "run", "1,1,0.1,5,nan", "2,2,0.2,6,0.5", "3,3,0.22,9,0.1", "2,9,0.4,7,nan", "3,4,0.5")
    with open(run / "metrics.csv", "a", encoding="utf-8") as file:
        file.write("4,5,0.6,1,0.")  # cut off
    table = pictures.curves_of(run)
    assert table["step"].tolist() == [1, 2, 3] and table["entropy"].tolist() == [5, 7, 9]
    assert np.isnan(table["adversary_right"][:2]).all()


@pytest.mark.parametrize(("values", "width", "expected"), [
    ([1, 2, 3, 4], 1, [1, 2, 3, 4]), ([1, 2, 3, 4], 4, [2.5]), ([1, 2, 3, 4], 2, [1.5, 2.5, 3.5]), ([1], 4, []),
    ([], 1, []),
])
def test_means(values, width, expected):
    assert pictures.means(np.array(values, dtype=float), width).tolist() == expected


def test_a_system_keeps_its_colour_and_the_data_is_black():
    styles = pictures.marks(["a", "b"])
    assert styles["data"][0] == "#000000" and len(set(styles.values())) == 3
    assert pictures.marks(["a", "b", "c"])["b"] == styles["b"]


def test_spans_of_tokens():
    n = tokens.CHORDS
    frames = np.array([0, 1 + C, 1 + C + n, 1 + C, 1 + AM, 1 + AM + n, 0, 1 + AM + n])
    assert list(spans(frames, n)) == [(1, 3, C), (3, 4, C), (4, 6, AM), (7, 8, AM)]
    assert list(spans(np.array([61, 189, 0, 63]), 128)) == [(0, 2, 60), (3, 4, 62)]


def test_chords_lie_around_middle_c():
    assert close_position(C) == [55, 60, 64] and close_position(AM) == [57, 60, 64]
    classes = tokens.chord_pitch_classes()
    for chord in range(tokens.CHORDS):
        pitches = close_position(chord)
        assert set(pitches) <= set(range(54, 66))
        assert {p % 12 for p in pitches} == set(np.flatnonzero(classes[1 + chord]))


def test_a_piano_roll_has_a_panel_and_the_symbols_of_each():
    n = tokens.CHORDS
    melody = np.array([61] + [189] * 15)
    chords = {"data": np.array([1 + C] + [1 + C + n] * 7 + [1 + AM] + [1 + AM + n] * 7), "jamd": np.zeros(16, int)}
    figure = piano_roll("a song", melody, chords, {"data": "#000000", "jamd": "#882255"}, np.array([4, 20]))
    data, jamd = figure.axes
    assert [(text.get_text(), int(text.get_position()[0])) for text in data.texts] == [("C", 0), ("Am", 8)]
    assert not jamd.texts and jamd.get_title(loc="left") == "jamd"
    # Six notes of chords, one of the melody; bar lines only within the melody.
    assert len(data.patches) == 7 and len(jamd.patches) == 1 and data.get_xticks().tolist() == [4]


@pytest.mark.parametrize("broken", ["figures.json", "played.npz"])
def test_a_folder_of_no_evaluation_is_said_in_one_line(tmp_path, capsys, broken):
    folder = evaluation(tmp_path / "evaluation")
    (folder / broken).write_text("[]")
    assert main(["pictures", str(folder), "-o", str(tmp_path / "out"), "--cache", str(tmp_path / "none")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("train: ") and "not the folder of an evaluation" in said and said.count("\n") == 1


@pytest.mark.parametrize("rows", [[], ["1,2"], ["one,2,3,4,5"]])
def test_a_table_of_no_run_is_said_in_one_line(tmp_path, capsys, rows):
    folder, run = evaluation(tmp_path / "evaluation"), a_run(tmp_path / "run", *rows)
    assert main(["pictures", str(folder), "-o", str(tmp_path / "out"), "--cache", str(tmp_path / "none"), "--runs",
                 str(run)]) == 2
    assert "metrics.csv: n" in capsys.readouterr().err
