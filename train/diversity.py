"""The Vendi score (Friedman and Dieng 2022): how many different windows there seem to be among those played.

exp of the Shannon entropy of the eigenvalues of K / n, where K holds the cosines of the contrastive chord encoder's
embeddings of n windows: 1 where all are alike, n where all are orthogonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from vendi_score import vendi

from train import reward_models
from train.contrastive import Contrastive
from train.corpora.song import CorpusError

BATCH = 64
GROUPS = 20  # of songs, left out in turn


class Encoder:
    """The chord encoder of a contrastive reward model's checkpoint. CorpusError where the file is none."""

    def __init__(self, path: Path) -> None:
        try:
            model = reward_models.load(path)
        except (OSError, RuntimeError, KeyError, TypeError, UnpicklingError) as error:
            why = str(error).partition("\n")[0]
            raise CorpusError(f"{path}: not the checkpoint of a reward model ({why})") from error
        if not isinstance(model, Contrastive):
            raise CorpusError(f"{path}: not a contrastive reward model; give one that `train reward contrastive` made")
        self.model = model

    @torch.no_grad()
    def embed(self, chords: np.ndarray) -> np.ndarray:
        """Unit vectors float [..., dim] of windows of our chord tokens [..., frames]."""
        rows = torch.from_numpy(chords.reshape(-1, chords.shape[-1]).astype(np.int64))
        mask = torch.ones_like(rows, dtype=torch.bool)
        vectors = torch.cat([self.model.embed_chords(c, m) for c, m in zip(rows.split(BATCH), mask.split(BATCH))])
        return vectors.double().numpy().reshape(*chords.shape[:-1], -1)


def vendi_scores(vectors: Sequence[np.ndarray], songs: Sequence[Sequence[str]]) -> np.ndarray:
    """[1 + groups, draws]: the score of each draw's unit vectors [windows, dim], first of all its windows, then without
    those of each group of songs in turn, for bootstrap.jackknife. songs: by draw and window. The groups are GROUPS, or
    as many as there are songs, if they are fewer. No bootstrap: a song drawn twice adds nothing new, so that every draw
    would fall short of the score, down to 56 % of it where all windows are orthogonal."""
    names = sorted({song for draw in songs for song in draw})
    groups = min(GROUPS, len(names)) if len(names) > 1 else 0
    group_of = {name: i % max(1, groups) for i, name in enumerate(names)}
    of = [np.array([group_of[song] for song in draw]) for draw in songs]
    return np.array([[vendi.score_dual(windows[in_group != out], normalize=False) for windows, in_group in zip(vectors, of)]
                     for out in (-1, *range(groups))])
