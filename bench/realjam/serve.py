"""python -m bench.realjam.serve [--onnx] --port N: starts ReaLJam's server as its own command realjam-start-server
does.

Two things differ from realjam 1.0.1:

- The server listens on this machine only. The released server listens on every interface.
- With --onnx, the filter of impossible tokens gets the prompt and the tokens generated after it, as with PyTorch and as
  in the authors' later repository. In the release it gets the generated tokens alone. At the first token there are
  none, and every request fails.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

import torch
from realjam import agent_interface, cli, server


def with_prompt(generate: Callable) -> Callable:
    """Wraps one of ReaLJam's ONNX generators so that its filter sees the whole sequence."""

    @functools.wraps(generate)
    def generator(init, step, prompt, *args, filter_logits_fn, **options):
        def whole(logits, *, curr_sequence, **rest):
            sequence = prompt if curr_sequence is None else torch.cat((prompt, curr_sequence), dim=1)
            return filter_logits_fn(logits, curr_sequence=sequence, **rest)

        return generate(init, step, prompt, *args, filter_logits_fn=whole, **options)

    return generator


def main() -> int:
    run = server.app.run
    server.app.run = lambda host, **options: run(host="127.0.0.1", **options)
    agent_interface.generate_tokens = with_prompt(agent_interface.generate_tokens)
    agent_interface.generate_tokens_online = with_prompt(agent_interface.generate_tokens_online)
    return cli.start_server()


if __name__ == "__main__":
    sys.exit(main())
