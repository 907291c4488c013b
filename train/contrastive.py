"""The contrastive reward: does this melody go with these chords? (ReaLchords, 3.2)

A melody encoder and a chord encoder are trained as CLIP is: within a batch, each melody is to be nearer to its own
chords than to all the others', and the other way round. The reward is the cosine of the two.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from train import processes
from train.encoder import Encoder, EncoderShape


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
        """Unit vectors [batch, dim]."""
        return F.normalize(self.project["melody"](self.melody(mask, melody=melody)), dim=-1)

    def embed_chords(self, chords: Tensor, mask: Tensor) -> Tensor:
        """Unit vectors [batch, dim]: also the space in which diversity is measured."""
        return F.normalize(self.project["chords"](self.chords(mask, chords=chords)), dim=-1)

    def forward(self, chords: Tensor, melody: Tensor, mask: Tensor) -> Tensor:
        """The reward [batch]: cosines, -1 to 1."""
        return (self.embed_chords(chords, mask) * self.embed_melody(melody, mask)).sum(dim=-1)

    def loss(self, chords: Tensor, melody: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """The symmetric loss of CLIP, and the share of melodies whose own chords are the nearest of the batch; of both
        this process's part: its own rows against those of all."""
        chords, melody, mask = (processes.local(whole) for whole in (chords, melody, mask))
        c, m = self.embed_chords(chords, mask).float(), self.embed_melody(melody, mask).float()
        scale = self.scale.exp().clamp(max=100)
        with torch.autocast(c.device.type, enabled=False):  # what is compared here is finer than bfloat16
            of_chords, of_melody = scale * c @ processes.gather(m).T, scale * m @ processes.gather(c).T
        own = processes.local(torch.arange(len(of_chords.T), device=c.device))
        loss = (F.cross_entropy(of_chords, own) + F.cross_entropy(of_melody, own)) / 2
        right = (of_melody.argmax(dim=1) == own).float().mean()
        return loss / processes.world(), right / processes.world()
