import torch

from train.rl import penalties

N = 10  # chords: 1..10 begin, 11..20 hold


def test_silence_is_free_at_first_and_up_to_four_percent():
    heard = torch.full((4, 108), 5)
    own = torch.full((4, 108), 3)
    own[0, :8] = 0           # free
    own[1, 50:54] = 0        # 4 of 100: within 4 %
    own[2, 50:55] = 0        # 5 of 100
    own[3, 50:60] = 0
    heard[3, 50:55] = 0      # silence against silence does not count
    total = penalties.silence(own, heard).sum(dim=1)
    torch.testing.assert_close(total, torch.tensor([0.0, 0.0, -0.5, -0.5]))
    assert penalties.silence(own, heard)[2, 50] == -0.1


def test_repetition_counts_runs_of_more_than_four():
    own = torch.zeros(4, 40, dtype=torch.long)
    own[0, ::4] = torch.tensor([1, 1, 1, 1, 2, 2, 2, 2, 1, 1])   # four in a row are fine
    own[1, ::4] = torch.tensor([1, 1, 1, 1, 1, 2, 2, 1, 1, 1])   # five are not
    own[2, ::4] = torch.tensor([1] * 10)
    own[3] = 11                                                   # held without end: one chord
    torch.testing.assert_close(penalties.repetition(own, N), torch.tensor([0.0, -0.5, -1.0, 0.0]))
