"""The contrastive reward: does this melody go with these chords? (ReaLchords, 3.2)

A melody encoder and a chord encoder are trained as in CLIP: within a batch, each melody should be nearer to its own
chords than to those of all others, and the other way round. The reward is the cosine between the two vectors.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train.models.encoder import Encoder, EncoderShape
from train.runs import processes


class Contrastive(nn.Module):
    def __init__(self, shape: EncoderShape) -> None:
        super().__init__()
        self.shape = shape
        self.melody, self.chords = Encoder(shape, "melody"), Encoder(shape, "chords")
        self.project = nn.ModuleDict({
            kind: nn.Sequential(nn.Linear(shape.dim, shape.dim), nn.ReLU(), nn.Linear(shape.dim, shape.dim))
            for kind in ("melody", "chords")})
        self.scale = nn.Parameter(torch.tensor(1 / 0.07).log())

    def embed_melody(self, melody: Tensor, mask: Tensor) -> Tensor:
        """Returns unit vectors [batch, dim]."""
        return F.normalize(self.project["melody"](self.melody(mask, melody=melody)), dim=-1)

    def embed_chords(self, chords: Tensor, mask: Tensor) -> Tensor:
        """Returns unit vectors [batch, dim]. Diversity is measured in the same space."""
        return F.normalize(self.project["chords"](self.chords(mask, chords=chords)), dim=-1)

    def forward(self, chords: Tensor, melody: Tensor, mask: Tensor) -> Tensor:
        """Returns the reward [batch]: cosines, -1 to 1."""
        return (self.embed_chords(chords, mask) * self.embed_melody(melody, mask)).sum(dim=-1)

    def loss(self, chords: Tensor, melody: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Returns CLIP's symmetric loss and the share of melodies with their own chords nearest in the batch. Both are
        this process's part: its own rows compared with the rows of all processes."""
        chords, melody, mask = (processes.local(whole) for whole in (chords, melody, mask))
        c, m = self.embed_chords(chords, mask).float(), self.embed_melody(melody, mask).float()
        scale = self.scale.exp().clamp(max=100)
        with torch.autocast(c.device.type, enabled=False):  # bfloat16 is too coarse for these comparisons
            of_chords, of_melody = scale * c @ processes.gather(m).T, scale * m @ processes.gather(c).T
        own = processes.local(torch.arange(len(of_chords.T), device=c.device))
        loss = (F.cross_entropy(of_chords, own) + F.cross_entropy(of_melody, own)) / 2
        right = (of_melody.argmax(dim=1) == own).float().mean()
        return loss / processes.world(), right / processes.world()
