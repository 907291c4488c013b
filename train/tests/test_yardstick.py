import json
from pathlib import Path

import pytest

from train.evaluation.evaluate import ENCODERS
from train.export.yardstick import found

KEPT = Path(__file__).parents[2] / "session" / "testdata" / "yardstick.json"


def same(a, b):
    if isinstance(a, dict):
        assert list(a) == list(b)
        a, b = list(a.values()), list(b.values())
    if isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b):
            same(x, y)
    else:
        assert a == (b if isinstance(b, str) or b is None else pytest.approx(b, abs=1e-4))


def test_what_jamd_is_compared_with_is_what_train_measures():
    same(json.loads(json.dumps(found(ENCODERS[0]))), json.loads(KEPT.read_text()))
