# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Nodes as processes: start one, read its JSON lines, send it commands, wait for what it says.

Nothing here sleeps to wait: every wait is for a line, with a bound. A peer that is left behind by its
script is ended with it; no other process is touched.
"""

import json
import os
import signal
import subprocess
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("LP2P_BIN", os.path.join(ROOT, "build", "bin"))
PROGRAMS = {"lp2p": "node", "go": "gopeer", "rust": "rustpeer", "rust-old": "rustpeer-old"}


class Trouble(Exception):
    """What a wait did not see, with the end of what was said instead."""


def program(impl):
    return os.path.join(BIN, PROGRAMS[impl])


def available(impl):
    return os.access(program(impl), os.X_OK)


class Peer:
    """One running node. `lines` has everything that it said, as dictionaries, in order."""

    def __init__(self, impl, name, *flags):
        self.impl, self.name = impl, name
        self.lines, self.full, self.peer = [], None, None
        self._seen = threading.Condition()
        self._ended = False
        self._stderr = tempfile.TemporaryFile()
        command = [program(impl), "--name", name, "--stdin", *flags]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr,
            preexec_fn=_end_with_parent, start_new_session=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for raw in self.process.stdout:
            try:
                line = json.loads(raw)
            except ValueError:
                line = {"ev": "not_json", "raw": raw.decode(errors="replace")}
            with self._seen:
                if line.get("ev") == "listening" and self.full is None:
                    self.full, self.peer = line["full"], line["peer"]
                self.lines.append(line)
                self._seen.notify_all()
        with self._seen:
            self._ended = True
            self._seen.notify_all()

    # -- what it said ------------------------------------------------------------------------------

    def wait(self, ev, seconds=15, after=0, **fields):
        """The first line from number `after` on with this `ev` and these fields; a field may be a
        function of the value."""
        return self.wait_for(lambda l: matches(l, ev, fields), seconds, after,
                             f"{ev} {fields}")

    def wait_for(self, accepts, seconds=15, after=0, what="a line"):
        deadline = time.monotonic() + seconds
        at = after
        with self._seen:
            while True:
                while at < len(self.lines):
                    if accepts(self.lines[at]):
                        return self.lines[at]
                    at += 1
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    raise Trouble(f"{self.name} ({self.impl}) did not say {what} in {seconds} s"
                                  f"{' and ended' if self._ended else ''}; its last lines:\n"
                                  + "\n".join(json.dumps(l) for l in self.lines[-6:])
                                  + "\n" + self.stderr()[-800:])
                self._seen.wait(left)

    def all(self, ev, **fields):
        with self._seen:
            return [l for l in self.lines if matches(l, ev, fields)]

    def count(self, ev, **fields):
        return len(self.all(ev, **fields))

    def mark(self):
        """A place in the lines, for `after`."""
        with self._seen:
            return len(self.lines)

    def ready(self, seconds=20):
        self.wait("listening", seconds)
        return self

    def stats(self, seconds=10):
        """A fresh stats line."""
        at = self.mark()
        self.tell("stats")
        return self.wait("stats", seconds, at)

    def descriptors(self):
        """How many files and sockets it holds open; None where the system does not tell."""
        try:
            return len(os.listdir(f"/proc/{self.process.pid}/fd"))
        except OSError:
            return None

    def stderr(self):
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")

    def read_to_end(self, seconds):
        """Until all that an ended node said is in `lines`."""
        with self._seen:
            if not self._seen.wait_for(lambda: self._ended, seconds):
                raise Trouble(f"{self.name} ({self.impl}) has not ended in {seconds} s")

    # -- what it is told ------------------------------------------------------------------------------

    def tell(self, command):
        try:
            self.process.stdin.write((command + "\n").encode())
            self.process.stdin.flush()
        except (BrokenPipeError, OSError):
            raise Trouble(f"{self.name} ({self.impl}) ended before '{command}'; it said\n"
                          + self.stderr()[-800:])

    def running(self):
        return self.process.poll() is None

    def stop(self, seconds=10):
        """Asks it to quit, then makes it. The exit code."""
        if self.running():
            try:
                self.tell("quit")
                return self.process.wait(seconds)
            except (Trouble, subprocess.TimeoutExpired):
                self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def kill(self):
        """Without a word, as a crash."""
        self.process.kill()
        self.process.wait()


def matches(line, ev, fields):
    if line.get("ev") != ev:
        return False
    for key, wanted in fields.items():
        value = line.get(key)
        if not (wanted(value) if callable(wanted) else value == wanted):
            return False
    return True


def _end_with_parent():
    """A peer does not outlive the script that started it (Linux: PR_SET_PDEATHSIG)."""
    try:
        import ctypes
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    except (OSError, AttributeError):
        pass


class Group:
    """Peers that end together: `with Group() as g: a = g.start("go", "a", …)`."""

    def __init__(self):
        self.peers = []

    def start(self, impl, name, *flags):
        p = Peer(impl, name, *flags)
        self.peers.append(p)
        return p

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for p in self.peers:
            if p.running():
                try:
                    p.tell("quit")
                except Trouble:
                    pass
        for p in self.peers:
            p.stop()
