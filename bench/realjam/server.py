"""Runs ReaLJam's server as a process and sends it requests as its page does."""

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

READY = 600  # seconds: on its first start the ONNX path exports six graphs
ANSWER = 300  # seconds: a busy machine may take long


class ServerFailure(Exception):
    """ReaLJam's server did not start, or did not answer."""


class Server:
    """A running server. Each request opens its own connection, because the server closes it afterwards."""

    def __init__(self, port: int) -> None:
        self.port = port

    def request(self, method: str, path: str, body: dict | None = None):
        """Returns the decoded JSON of the answer. Raises ServerFailure if the status is not OK."""
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
        """Returns the models that the page offers; the page plays with the first."""
        return self.request("GET", "/models")

    def play(self, body: dict) -> dict:
        return self.request("POST", "/play", body)

    def warm(self, setting: Setting) -> None:
        """Sends the first two requests of a session without measuring them."""
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
    """Starts a server with its checkpoints below `home` and ends it with the block."""
    port = free_port()
    command = [sys.executable, "-m", "bench.realjam.serve", "--port", str(port)] + ["--onnx"] * onnx
    with log.open("w", encoding="utf-8") as out:
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
    """Waits until the server answers. Raises ServerFailure if it ends or is not ready in time."""
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
