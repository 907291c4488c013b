"""Tests requests to a server of our own, and ReaLJam's generators as serve.py starts them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from bench.realjam.server import Server, ServerFailure, free_port, wait


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.reply(200, ["GAPT"])

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.reply(500 if body.get("bad") else 200, body)

    def reply(self, status: int, content: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    http = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield Server(http.server_port)
    http.shutdown()
    thread.join()
    http.server_close()


def test_requests(server):
    assert server.models() == ["GAPT"]
    assert server.play({"frame": 3}) == {"frame": 3}
    with pytest.raises(ServerFailure, match="POST /play with 500"):
        server.play({"bad": True})


def test_server_that_ends(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    with pytest.raises(ServerFailure, match="exit code 3; its log is"):
        wait(Server(free_port()), process, tmp_path / "log")


def test_filter_sees_prompt_and_what_came_after():
    torch = pytest.importorskip("torch")
    pytest.importorskip("realjam", reason="realjam is in the environment of bench-realjam only")
    from realjam import onnx_kv

    from bench.realjam.serve import with_prompt

    class Session:
        """Makes token 3 by far the likeliest, always."""

        def run(self, _, inputs):
            logits = np.full((1, inputs["gen_inputs"].shape[1], 8), -50.0)
            logits[..., 3] = 50
            return [logits] + [np.zeros(1)] * 6

    seen = []

    def keep(logits, curr_sequence, **_):
        seen.append(curr_sequence[0].tolist())
        return logits

    prompt, conditions = torch.tensor([[1, 5, 6]]), torch.tensor([[7, 7]])
    with_prompt(onnx_kv.generate_tokens)(Session(), Session(), prompt, n_new=3, filter_logits_fn=keep)
    assert seen == [[1, 5, 6], [1, 5, 6, 3], [1, 5, 6, 3, 3]]
    seen.clear()
    with_prompt(onnx_kv.generate_tokens_online)(Session(), Session(), prompt, conditions, n_new=4,
                                                filter_logits_fn=keep, reverse_condition_order=True)
    assert seen == [[1, 5, 6, 7], [1, 5, 6, 7, 3, 7]]
