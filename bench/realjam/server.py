"""ReaLJam's server as a process, and requests to it as its page sends them."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.realjam.melody import FRAMES_PER_BEAT
from bench.realjam.page import SILENCE, TEMPERATURE, Setting

READY = 600  # seconds: the first start of the ONNX path exports six graphs
ANSWER = 300  # seconds; a busy machine takes long


class ServerFailure(Exception):
    """ReaLJam's server did not start, or did not answer."""


class Server:
    """A server that is up. Each request has a connection of its own, as the server closes it."""

    def __init__(self, port: int) -> None:
        self.port = port

    def request(self, method: str, path: str, body: dict | None = None):
        """The answer's JSON. ServerFailure where there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise ServerFailure(f"ReaLJam answered {method} {path} with {answer.status} {answer.reason}")
        return json.loads(content)

    def models(self) -> list[str]:
        """What its page offers; the first is the one that it plays with."""
        return self.request("GET", "/models")

    def play(self, body: dict) -> dict:
        return self.request("POST", "/play", body)

    def warm(self, setting: Setting) -> None:
        """One session's first two requests, of whose times nothing is kept."""
        lookahead, commit = setting.lookahead * FRAMES_PER_BEAT, setting.commit * FRAMES_PER_BEAT
        body = {"model": self.models()[0], "notes": [{"on": True, "pitch": 60, "frame": 0}], "chordTokens": [],
                "frame": SILENCE, "lookahead": lookahead, "commitahead": commit, "silenceTill": SILENCE,
                "temperature": TEMPERATURE, "introSet": False}
        answer = self.play(body)
        tokens = answer["introChordTokens"] + answer["newChordTokens"]
        self.play(body | {"chordTokens": tokens, "frame": SILENCE + FRAMES_PER_BEAT, "introSet": True})


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def serving(home: Path, onnx: bool, log: Path) -> Iterator[Server]:
    """A server whose checkpoints lie below `home`, and which ends with the block."""
    port = free_port()
    command = [sys.executable, "-m", "bench.realjam.serve", "--port", str(port)] + ["--onnx"] * onnx
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"HOME": str(home)})
    try:
        server = Server(port)
        wait(server, process, log)
        yield server
    except (OSError, http.client.HTTPException) as error:
        raise ServerFailure(f"ReaLJam's server does not answer ({error}); its log is {log}") from error
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait(server: Server, process: subprocess.Popen, log: Path) -> None:
    """Until it answers."""
    until = time.monotonic() + READY
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ServerFailure(f"ReaLJam's server ended with exit code {process.returncode}; its log is {log}")
        try:
            server.models()
        except ConnectionError:
            time.sleep(0.5)
        else:
            return
    raise ServerFailure(f"ReaLJam's server was not ready after {READY} s; its log is {log}")
