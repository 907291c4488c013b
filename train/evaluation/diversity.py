"""The Vendi score (Friedman and Dieng 2022): the effective number of different windows among those played.

It is exp of the Shannon entropy of the eigenvalues of K / n, where K has the cosines between the contrastive chord
encoder's embeddings of n windows. It is 1 if all windows are alike and n if all are orthogonal.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from vendi_score import vendi

from train.data.corpora.song import CorpusError
from train.models import reward_models
from train.models.contrastive import Contrastive

BATCH = 64
GROUPS = 20  # groups of songs, left out in turn


class Encoder:
    """The chord encoder of a contrastive reward model. Raises CorpusError if the file is not such a checkpoint."""

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
        """Returns unit vectors, float [..., dim], of windows of our chord tokens [..., frames]."""
        rows = torch.from_numpy(chords.reshape(-1, chords.shape[-1]).astype(np.int64))
        mask = torch.ones_like(rows, dtype=torch.bool)
        vectors = torch.cat([self.model.embed_chords(c, m) for c, m in zip(rows.split(BATCH), mask.split(BATCH))])
        return vectors.double().numpy().reshape(*chords.shape[:-1], -1)


def vendi_scores(vectors: Sequence[np.ndarray], songs: Sequence[Sequence[str]]) -> np.ndarray:
    """Returns scores [1 + groups, draws] of each draw's unit vectors [windows, dim], for bootstrap.jackknife: first of
    all windows, then without those of each group of songs in turn. songs has the song of each window by draw. There are
    GROUPS groups, or as many as songs if there are fewer. A bootstrap would not do: a song drawn twice adds nothing
    new, so every draw would fall below the score, down to 56 % of it if all windows are orthogonal."""
    names = sorted({song for draw in songs for song in draw})
    groups = min(GROUPS, len(names)) if len(names) > 1 else 0
    group_of = {name: i % max(1, groups) for i, name in enumerate(names)}
    of = [np.array([group_of[song] for song in draw]) for draw in songs]
    return np.array([[vendi.score_dual(windows[in_group != out], normalize=False) for windows, in_group in zip(vectors, of)]
                     for out in (-1, *range(groups))])
