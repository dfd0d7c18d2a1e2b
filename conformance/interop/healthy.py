# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Networks with which nothing is wrong: examples/doctor reads what their nodes said, and must find nothing."""

import json
import os
import subprocess
import tempfile

from live import LONG, check
from peers import BIN, Group

DOCTOR = os.path.join(BIN, "doctor")


def diagnosis(*files, lines=""):
    """What the doctor makes of these files, where `-` stands for the lines."""
    check(os.access(DOCTOR, os.X_OK), "build/bin/doctor was not built")
    done = subprocess.run([DOCTOR, "--json", *files], input=lines, capture_output=True, text=True, timeout=LONG)
    check(done.returncode in (0, 1), f"the doctor ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def read(nodes):
    """What it makes of all lines so far."""
    return diagnosis("-", lines="".join(json.dumps(l) + "\n" for n in nodes for l in list(n.lines)))


class Healthy(Group):
    """A group without a planted fault, storm, cut or kill. When its nodes have ended the doctor reads the lines of
    all of them together, and the traces of lp2p's. Where a scenario failed already it is not asked."""

    def __enter__(self):
        self._traces, self._started = tempfile.TemporaryDirectory(), []
        return super().__enter__()

    def start(self, impl, name, *flags):
        if impl == "lp2p" and "--trace" not in flags:
            flags += ("--trace", os.path.join(self._traces.name, f"{name}.{len(self._started)}"))
        p = super().start(impl, name, *flags)
        self._started.append(p)
        return p

    def __exit__(self, failed, *more):
        with self._traces:
            super().__exit__(failed, *more)
            if failed:
                return
            for p in self._started:
                p.read_to_end(LONG)
            healthy("lines", read(self._started))
            traces = sorted(os.scandir(self._traces.name), key=lambda t: t.name)
            if traces:
                healthy("traces", diagnosis(*(t.path for t in traces)))


def healthy(of, said):
    check(said["healthy"], f"the doctor finds in the {of} of a healthy network: "
          + ", ".join(f["fault"] for f in said["findings"]), *said["findings"])
