"""Tests the commands that documents and model cards record: the command line of today takes each of them."""

import re
import shlex
from pathlib import Path

import pytest

from train.__main__ import TRAININGS, parser
from train.realchords.__main__ import main as import_checkpoint
from train.runs import trainings
from train.runs.scales import SCALES
from train.runs.stages import POLICIES, plan

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "train" / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("assets/*/*.md"))]
STAGES = {stage.name for stage in plan(SCALES["cpu"], Path("runs"), Path("cache.npz"))}


def recorded(text: str) -> list[str]:
    """Returns the commands of a document, from its blocks and between its backticks, without comments."""
    blocks = re.findall(r"^ {4}(?:python|torchrun [^\n]*) -m (?:-- )?train ([^\n]+)", text, re.MULTILINE)
    inline = [" ".join(command.split()) for command in re.findall(r"`python\s+-m\s+train\s([^`]+)`", text)]
    return [re.split(r"\s#", command)[0].strip() for command in blocks + inline if "..." not in command]


COMMANDS = sorted({(path.relative_to(ROOT).as_posix(), command) for path in DOCUMENTS for command in recorded(path.read_text())})


def takes(command: str) -> object:
    """Returns what the command line reads from a command."""
    words = shlex.split(command)
    return trainings.read(words) if words[0] in TRAININGS else parser().parse_args(words)


@pytest.mark.parametrize(("document", "command"), COMMANDS)
def test_a_recorded_command_is_taken(document, command):
    if "--help" in command or len(command.split()) == 1:
        return
    args = takes(command)
    assert set(getattr(args, "stages", None) or []) <= STAGES, document


def test_commands_are_found_and_wrong_ones_refused(capsys):
    assert len(COMMANDS) > 30 and {document for document, _ in COMMANDS} >= {"train/README.md", "docs/evaluation.md"}
    for wrong in ("mle --run x --no-such-setting 1", "all --scale cpu", "listen"):
        with pytest.raises(SystemExit):
            takes(wrong)
    with pytest.raises(SystemExit):
        import_checkpoint(["actor.pth"])
    capsys.readouterr()


@pytest.mark.parametrize("name", [*POLICIES, "melody"])
def test_one_command_makes_a_shipped_policy_again(name):
    """Checks that a command of the README trains the policy of each card and exports it, from what the command before it
    in the recipe leaves or train/weights has."""
    card = next(ROOT.glob(f"assets/*/{name}.md"))
    made = [c.split() for _, c in COMMANDS if c.startswith("all ") and c.endswith(f" {name} export-{name}")]
    assert made, card
    stages = {s.name: s for s in plan(SCALES["cpu"], Path("runs"), Path("cache.npz"), named=made[0][5:])}
    made_before: set[Path] = {Path("cache.npz"), ROOT / "train" / "cards" / f"{name}.json"}
    for stage in map(stages.get, made[0][5:]):
        assert all(n in made_before or n.is_file() for n in stage.needs), (stage.name, stage.needs)
        made_before.add(stage.makes)


def steps_of_shipped() -> list[str]:
    """Returns the commands by which the shipped networks were trained step by step, from the README."""
    text = (ROOT / "train" / "README.md").read_text()
    block = text.split("The shipped networks differ")[1].split("The options of a training")[0]
    parts = re.findall(r"\b((?:mle|anchor|foresight) --(?:(?!\bthen\b|\bwith\b|\n\n|\n {4}\w).)+)", block, re.DOTALL)
    return [" ".join(part.split()) for part in parts]


def test_the_steps_of_the_shipped_networks_are_commands():
    steps = steps_of_shipped()
    assert len(steps) >= 5, steps
    for step in steps:
        assert trainings.read([*shlex.split(step), "--run", "x"]), step
