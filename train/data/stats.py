"""Statistics of the corpora: songs, frames, chords, folded qualities, and how well the data's own chords fit."""

from __future__ import annotations

from collections import Counter

import numpy as np

from train.data import metrics, tokens
from train.data.corpora.dataset import Piece

INTERVAL_NAMES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "#5", "6", "b7", "7")


def spell(intervals: int) -> str:
    """Writes a set of intervals as scale degrees: 1 b3 5."""
    return " ".join(name for i, name in enumerate(INTERVAL_NAMES) if intervals >> i & 1)


def corpus_stats(pieces: list[Piece], folding: dict) -> dict:
    """Returns the figures of one corpus. Shares are of the frames with a chord."""
    inside = both = 0
    begun, changed, bars = 0, 0, 0
    for piece in pieces:
        a, b = metrics.note_in_chord(piece.melody, piece.chords)
        inside, both = inside + a, both + b
        changed, bars = changed + metrics.changes(piece.chords), bars + len(piece.bars)
        begun += len(metrics.durations(piece.chords))
    melody = np.concatenate([p.melody for p in pieces])
    chords = np.concatenate([p.chords for p in pieces])
    quality = Counter((metrics.chord_index(chords)[chords != tokens.NO_CHORD] // 12).tolist())
    sounding = sum(quality.values())
    symbols = tokens.vocabulary()
    folded: Counter = Counter()
    for intervals, frames in folding["chords"].items():
        mask = int(intervals)
        if mask not in tokens.MASKS:
            folded[mask, tokens.fold(mask)] += frames
    return {
        "songs": len(pieces), "splits": dict(Counter(p.split for p in pieces)), "skipped": len(folding["skipped"]),
        "skipped_why": dict(Counter(s["why"] for s in folding["skipped"]).most_common()),
        "frames": len(melody), "bars": bars,
        "metres": dict(Counter(f"{b[1]}/{b[2]}" for p in pieces for b in p.bars).most_common()),
        "silence": round(float((melody == tokens.SILENCE).mean()), 4),
        "no_chord": round(float((chords == tokens.NO_CHORD).mean()), 4),
        "note_in_chord": round(inside / max(1, both), 4), "chords": begun,
        "changes_per_bar": round(changed / max(1, bars), 3),
        "qualities": {tokens.NAMES[q] or "major": round(n / sounding, 5) for q, n in quality.most_common()},
        "chord_histogram": {symbols[i]: n for i, n in Counter(
            metrics.chord_index(chords)[chords != tokens.NO_CHORD].tolist()).most_common(24)},
        "folded_share": round(sum(folded.values()) / max(1, sum(folding["chords"].values())), 5),
        "folded": [{"intervals": spell(mask), "into": tokens.NAMES[q] or "major", "share": round(n / sounding, 5)}
                   for (mask, q), n in folded.most_common()],
    }


def show(name: str, figures: dict) -> str:
    """Returns the figures as text."""
    lines = [f"{name}: {figures['songs']} songs {figures['splits']}, "
             f"{figures['skipped']} left out {figures['skipped_why']}",
             f"  frames {figures['frames']:,}, bars {figures['bars']:,}, metres {figures['metres']}",
             f"  silence {figures['silence']:.1%}, no chord {figures['no_chord']:.1%}, "
             f"note-in-chord of the data {figures['note_in_chord']:.3f}, "
             f"chord changes per bar {figures['changes_per_bar']:.2f}",
             "  qualities " + ", ".join(f"{q} {share:.2%}" for q, share in figures["qualities"].items()),
             "  commonest chords " + ", ".join(f"{c} {n:,}" for c, n in list(figures["chord_histogram"].items())[:12]),
             f"  folded {figures['folded_share']:.2%} of the frames with a chord: "
             + "; ".join(f"[{f['intervals']}] into {f['into']} {f['share']:.2%}" for f in figures["folded"][:12])]
    return "\n".join(lines)
