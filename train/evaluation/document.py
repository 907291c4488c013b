"""Fills the tables of docs/evaluation.md with the figures of an evaluation.

A line `<!-- table: NAME -->` in the document stands above each table; NAME is a key of TABLES. The text is written by
hand."""

from __future__ import annotations

import re
from collections.abc import Callable

from train.evaluation.bootstrap import Interval
from train.evaluation.tables import table

# The systems in the order of the tables. Those with a second name are not shipped.
SYSTEMS = {"online-mle": "`online-mle`", "realchords-mle": "`realchords` from `online-mle`",
           "gapt-noadv-mle": "`gapt-noadv` from `online-mle`", "gapt-mle": "`gapt` from `online-mle`",
           "realchords": "`realchords`", "gapt-noadv": "`gapt-noadv`", "gapt": "`gapt`",
           "jamd-before": "`jamd` before",
           "jamd-30": "`jamd` of 30 November", "jamd": "`jamd`",
           "rules-beat": "`rules-beat`", "rules-half": "`rules-half`", "rules-bar": "`rules-bar`", "chance": "`chance`"}
IN_THE_TABLE_OF_JUMPS = ["jamd", "jamd-before", "gapt", "rules-beat", "rules-half"]
LEVELS = {"1": "1 (calm)", "2": "2", "3": "3", "4": "4", "5": "5 (busy)"}

MARK = re.compile(r"(<!-- table: (\S+) -->\n)(?:\|.*\n)*")


def fill(document: str, figures: dict) -> str:
    """Returns the document with its tables written anew from figures.json. Raises KeyError if a mark names no table."""
    return MARK.sub(lambda found: found[1] + TABLES[found[2]](figures) + "\n", document)


def _place(place: str) -> Callable[[dict], str]:
    def harmony_and_diversity(figures: dict) -> str:
        there = figures["places"][place]["systems"]
        data = there["data"]
        return table(["system", f"note-in-chord, % of the data's ({_bare(data['note_in_chord'], 3)}); by draw",
                      f"Vendi score, % of the data's ({data['vendi'][0]:.1f}); by draw", "by each encoder",
                      f"changes a bar ({data['changes_per_bar'][0]:.2f})"],
                     [[SYSTEMS[name], _by_draw(f, "note_in_chord_share"), _by_draw(f, "vendi_share"),
                       f"{100 * f['vendi_share_1'][0]:.1f}, {100 * f['vendi_share_2'][0]:.1f}",
                       f"{f['changes_per_bar'][0]:.2f}"] for name, f in _systems(there)])
    return harmony_and_diversity


def _busy(figures: dict) -> str:
    levels = [figures["places"][place]["systems"]["jamd"]["busy"] for place in ("test", "ood", "jazz")]
    return table(["level of `busy`", "test: % of the data's note-in-chord; changes in 16 frames", "OpenEWLD", "jazz"],
                 [[label, *(f"{100 * level[key]['note_in_chord_share']:.1f}; {level[key]['changes']:.2f}"
                            for level in levels)] for key, label in LEVELS.items()])


def _agreement(figures: dict) -> str:
    there = [figures["places"][place]["systems"] for place in ("test", "ood", "jazz")]
    return table(["system", "root as the data: test, OpenEWLD, jazz", "major or minor as the data", "cadences met",
                  "tonic held through the dominant"],
                 [[SYSTEMS[name], *(", ".join(f"{100 * systems[name][figure][0]:.0f}" for systems in there)
                                    for figure in ("root_agreement", "majmin_agreement", "cadences_met", "tonic_held"))]
                  for name, _ in _systems(there[0])])


def _player(figures: dict) -> str:
    there = figures["places"]["player"]["systems"]
    data = there["data"]
    return table(["system", "note-in-chord", "% of the data's; by draw", "changes a bar", "root as the data"],
                 [["the data", _bare(data["note_in_chord"], 3), "", f"{data['changes_per_bar'][0]:.2f}", ""],
                  *([SYSTEMS[name], _bare(f["note_in_chord"], 3), _by_draw(f, "note_in_chord_share"),
                     f"{f['changes_per_bar'][0]:.2f}", f"{100 * f['root_agreement'][0]:.0f} %"]
                    for name, f in _systems(there))])


def _jumps(figures: dict) -> str:
    def beats(figure: Interval) -> str:
        value, low, high = figure
        return f"{value:.0f} ({low:.0f} to {high:.0f})"
    return table(["the key moves by", *(f"{SYSTEMS[name]}: 90 % of its own; level" for name in IN_THE_TABLE_OF_JUMPS)],
                 [[jump, *(f"{beats(systems[name]['beats_to_recover'])}; {beats(systems[name]['beats_to_level'])}"
                           for name in IN_THE_TABLE_OF_JUMPS)] for jump, systems in figures["adaptation"].items()])


def _twice(figures: dict) -> str:
    return table(["eight bars, played twice", "note-in-chord: first time", "second time", "difference, in points"],
                 _again(figures["twice"], "first", "last"))


def _long(figures: dict) -> str:
    return table(["long jams", "note-in-chord: first minute", "minutes 10 to 20", "first minute again, at the end",
                  "difference of that, in points"],
                 _again(figures["long"], "first", "second_half", "last"))


def _again(found: dict, *parts: str) -> list[list[str]]:
    """Returns a row for the data and for each system: its note-in-chord in parts of what was played, and the difference."""
    harmony = {"the data": found["data"], **{SYSTEMS[name]: f for name, f in _systems(found)}}
    return [[label, *(_bare(f["note_in_chord"][part], 3) for part in parts), _points(f["note_in_chord"]["difference"])]
            for label, f in harmony.items()]


def _points(share: Interval) -> str:
    """Returns a difference of shares and its interval, in points."""
    value, low, high = (100 * of for of in share)
    return f"{value:+.1f} ({low:+.1f} to {high:+.1f})"


def _agent(figures: dict) -> str:
    return table(["with the melody agent", "note-in-chord", "Vendi score", "changes a bar"],
                 [[SYSTEMS[name], f"{_bare(f['note_in_chord'], 3)} ({_bare(f['note_in_chord'][1:], 3)} to "
                   f"{_bare(f['note_in_chord'][2:], 3)})", f"{f['vendi'][0]:.1f}", f"{f['changes_per_bar'][0]:.2f}"]
                  for name, f in _systems(figures["places"]["agent"]["systems"])])


TABLES: dict[str, Callable[[dict], str]] = {
    "test": _place("test"), "ood": _place("ood"), "jazz": _place("jazz"), "busy": _busy, "agreement": _agreement,
    "player": _player, "jumps": _jumps, "twice": _twice, "long": _long, "agent": _agent}


def _systems(there: dict) -> list[tuple[str, dict]]:
    return [(name, there[name]) for name in SYSTEMS if name in there]


def _by_draw(figures: dict, share: str) -> str:
    value, low, high = (100 * x for x in figures[share])
    draws = ", ".join("-" if d is None else f"{100 * d:.1f}" for d in figures["draws"][share])
    return f"{value:.1f} ({low:.1f} to {high:.1f}); {draws}"


def _bare(figure: Interval, digits: int) -> str:
    """Returns a share as .751, without its zero."""
    return f"{figure[0]:.{digits}f}".removeprefix("0")
