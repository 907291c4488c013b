import time

from train.runs.stop import NEVER, Stop


def test_a_run_stops_at_a_step_or_when_its_time_is_up():
    assert not NEVER.reached(10 ** 9, "cpu")
    assert Stop(until=3).reached(3, "cpu") and not Stop(until=3).reached(2, "cpu")
    assert Stop(minutes=1, began=time.monotonic() - 61).reached(0, "cpu")
    assert not Stop(minutes=60).reached(10 ** 9, "cpu")
