"""python -m bench.realjam.serve [--onnx] --port N: ReaLJam's server, as its own command realjam-start-server starts it.

Two things differ from realjam 1.0.1:

- It listens on this machine only; released, it listens on every interface.
- With --onnx, the filter of impossible tokens is given the prompt and what was generated after it, as with PyTorch and
  as the authors' repository does since. Released, it is given what was generated alone, which is nothing at the first
  token: each request then fails.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

import torch
from realjam import agent_interface, cli, server


def with_prompt(generate: Callable) -> Callable:
    """One of ReaLJam's ONNX generators, whose filter sees the whole sequence."""

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
