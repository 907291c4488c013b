import tarfile
from pathlib import Path

import pytest
import torch

# The networks of the tests are small: more threads would only wait for one another.
torch.set_num_threads(1)


@pytest.fixture(scope="session")
def kept(tmp_path_factory) -> Path:
    """Returns a folder of two sessions of 320 frames that jamd played with its agent: `jamd jam --tempo 400 --for 12s`,
    and the same with --policy gapt --agent-seed 3."""
    folder = tmp_path_factory.mktemp("kept")
    with tarfile.open(Path(__file__).with_name("sessions.tar.xz")) as tar:
        tar.extractall(folder, filter="data")
    return folder / "sessions"
