"""The paper's own weights, by the authors of realchords-pytorch: what train/import_realchords.py is made of.

The authors' code (github.com/lukewys/realchords-pytorch, MIT; facts below are from its files as of 2026-05) writes one
song as one sequence: BOS, chord of frame 0, melody of frame 0, chord of frame 1, and so on, at most 256 frames. Their
network is x-transformers' decoder. The policy file plays that very sequence under the contract jamd.policy/1:

- One call feeds the two tokens of frame t-1 at positions 2t-1 and 2t and gives the logits of chord t.
- A frame's two keys and values are two heads: head 2h of the ring is head h at the chord, head 2h+1 at the melody.
- BOS is always in sight, as it is in their live system, which puts it before whatever it still remembers. Its keys and
  values never change, so they are constants. Frame 0 is BOS alone and leaves zeros in its slot, which marks the slot.
- The window is 255 frames: with the present one 256, all that they train on. Until then every logit is theirs. Later
  the oldest frame goes, and BOS takes the place just before the oldest that is left.
- Rotary angles are made in the graph from the frequencies in the checkpoint, which the bfloat16 of reinforcement
  learning has rounded, so that no base describes them. A key is turned by its place in the ring, a query by its own
  place for the slots of this round of the ring and by a round more for the others. All that is needed of `cos` and
  `sin` is the slot: `rotary_base` is such that their pair head/4 turns once a window.
"""

from __future__ import annotations

# realchords/constants.py and realchords/dataset/hooktheory_tokenizer.py: PAD, BOS, EOS, silence, 128 holds of a pitch,
# 128 onsets, then the holds of all chords and the onsets of all chords, both in the order of the file of names.
BOS, SILENCE, NOTE_HOLD, NOTE_ON, CHORD_HOLD = 1, 3, 4, 132, 260


class ImportFailure(Exception):
    """One line that names the file and what is wrong with it."""
