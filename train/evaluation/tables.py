"""Writes an evaluation's figures as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable

from train.evaluation.bootstrap import Interval

PLACES = {"test": "test songs", "ood": "OpenEWLD (out of distribution)", "jazz": "jazz", "own": "own songs",
          "player": "test songs, as the player has it", "agent": "melody agent", "live": "recorded jams"}
COLUMNS = {
    "note_in_chord": "note-in-chord", "note_in_chord_share": "share of the data's",
    "vendi": "Vendi score", "vendi_share": "share of the data's", "by_encoder": "by encoder",
    "root_agreement": "root as the data", "majmin_agreement": "major or minor as the data",
    "cadences_met": "cadences met", "tonic_held": "tonic held through the dominant",
    "onset_emd": "onset EMD, sixteenths", "changes_per_bar": "chord changes a bar",
    "changes_on_beat": "changes on a beat", "distinct_chords": "distinct chords a window",
    "duration_entropy": "duration entropy, bits", "longest_hold": "longest hold, beats",
    "silent_share": "silent over melody", "legal_share": "legal",
}


def tables(result: dict) -> str:
    """Returns figures.json as tables: places, adaptation, tunes played twice, long jams. Values have their 95 % intervals;
    shares of the data's value also have their value in each draw."""
    found = [table(["place", "system", *COLUMNS.values()],
                   [[PLACES[place], name, *(of_column(f, column) for column in COLUMNS)]
                    for place, there in result["places"].items() for name, f in there["systems"].items()])]
    found.append(table(["the melody jumps", "system", "note-in-chord before", "beats to 90 % of it",
                        "beats to 70 % of the data's"],
                       [[jump, name, cell([f["before"]]), cell(f["beats_to_recover"]), cell(f.get("beats_to_level"))]
                        for jump, systems in result["adaptation"].items() for name, f in systems.items()]))
    found.append(table(["a tune played twice", "figure", "first time", "second time", "difference"],
                       [[name, COLUMNS[figure], *(cell(f[figure][part]) for part in ("first", "last", "difference"))]
                        for name, f in result.get("twice", {}).items() for figure in f]))
    if result["long"]:
        found.append(table(["long jams", "figure", "first minute", "second half", "first minute again", "difference",
                            "legal jams"],
                           [[name, COLUMNS[figure], *(cell(f[figure][part]) for part in
                                                      ("first", "second_half", "last", "difference")),
                             cell([f["legal_share"]])]
                            for name, f in result["long"].items() for figure in f if figure != "legal_share"]))
    return "\n\n".join(found)


def of_column(figures: dict, column: str) -> str:
    """Returns a figure with its interval and, if known, its value in each draw."""
    if column == "by_encoder":
        return ", ".join(f"{figures[name][0]:.3f}" for name in ("vendi_share_1", "vendi_share_2") if name in figures) or "-"
    draws = figures.get("draws", {}).get(column, [])
    return cell(figures.get(column)) + ("; " + ", ".join("-" if d is None else f"{d:.3f}" for d in draws) if draws else "")


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """Returns a Markdown table."""
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def cell(figure: Interval | None) -> str:
    """Returns a value and its interval, or - if there is none."""
    if not figure or figure[0] is None:
        return "-"
    value, *ends = ("-" if v is None else f"{v:.3f}" for v in figure)
    return f"{value} ({ends[0]} to {ends[1]})" if ends else value
