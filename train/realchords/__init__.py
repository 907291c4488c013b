"""Converts the paper's own weights, from the authors of realchords-pytorch; `python -m train.realchords` is the command.

The authors' code (github.com/lukewys/realchords-pytorch, MIT; the facts below are from its files as of 2026-05) writes
a song as one sequence: BOS, chord of frame 0, melody of frame 0, chord of frame 1, and so on, at most 256 frames. Their
network is x-transformers' decoder. The policy file plays that same sequence under the contract jamd.policy/1:

- One call feeds the two tokens of frame t-1 at positions 2t-1 and 2t and returns the logits of chord t.
- A frame's two keys and values become two heads: head 2h of the ring is head h at the chord, head 2h+1 at the melody.
- BOS is always visible, as in the authors' live system, which puts it before whatever it still remembers. Its keys and
  values never change, so they are constants. Frame 0 is BOS alone and leaves zeros in its slot, which marks the slot.
- The window is 255 frames; with the present frame that makes 256, the longest sequence in their training. Up to there
  every logit equals theirs. After that the oldest frame leaves, and BOS takes the position just before the oldest left.
- The graph computes rotary angles from the frequencies in the checkpoint. The bfloat16 of reinforcement learning has
  rounded these, so no base describes them. A key is rotated by its position in the ring. A query is rotated by its own
  position for the slots of this round of the ring, and by one round more for the others. `cos` and `sin` serve only to
  find the slot: `rotary_base` is chosen so that their pair head/4 turns once per window.
"""

from __future__ import annotations

# realchords/constants.py and realchords/dataset/hooktheory_tokenizer.py: PAD, BOS, EOS, silence, 128 holds of a pitch,
# 128 onsets, then the holds of all chords and the onsets of all chords, both in the order of the file of names.
BOS, SILENCE, NOTE_HOLD, NOTE_ON, CHORD_HOLD = 1, 3, 4, 132, 260


class ImportFailure(Exception):
    """An import failed. The message is one line that names the file and its fault."""
