# SPDX-License-Identifier: Apache-2.0 OR MIT
"""A project that nobody here knows: it finds lp2p installed and speaks a protocol of its own."""

import os
import shutil
import subprocess
import tempfile

from live import LONG, check, equal, scenario
from peers import ROOT, Group

PROJECT = os.path.join(ROOT, "tests", "hygiene", "stranger")
BUILD = 600  # a bound for a compiler on a busy machine


def run(*command, seconds=BUILD):
    p = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                       text=True, timeout=seconds)
    check(p.returncode == 0, f"{command[0]} ends with {p.returncode}:\n{p.stdout[-2000:]}")
    return p.stdout


def build_stranger(folder):
    """Installs lp2p into a prefix, and builds a copy of the project outside of the tree against it."""
    prefix, copy = os.path.join(folder, "prefix"), os.path.join(folder, "project")
    cmake = ("cmake", "-DCMAKE_CXX_COMPILER=g++")
    off = [f"-DLP2P_{part}=OFF" for part in ("TESTS", "FUZZ", "CONFORMANCE", "EXAMPLES")]
    run(*cmake, "-S", ROOT, "-B", os.path.join(folder, "lp2p"), *off)
    run("cmake", "--install", os.path.join(folder, "lp2p"), "--prefix", prefix)
    shutil.copytree(PROJECT, copy)
    run(*cmake, "-S", copy, "-B", os.path.join(copy, "build"), f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", os.path.join(copy, "build"))
    return os.path.join(copy, "build", "stranger")


@scenario(needs=("go",))
def a_strangers_project_talks_to_go():
    lines = sum(open(os.path.join(PROJECT, f)).read().count("\n") for f in os.listdir(PROJECT))
    check(lines <= 35, f"the project of a stranger takes {lines} lines")
    with tempfile.TemporaryDirectory() as folder, Group() as g:
        program = build_stranger(folder)
        p = g.start("go", "go").ready()
        equal(run(program, p.full, "hello from outside", seconds=LONG), "hello from outside\n", "the echo")
        p.wait("stream_close", LONG, protocol="/lp2p/echo/1", reason="finished")
        equal(p.count("conn_open"), 1, "connections that go saw")
        p.stop()
        gone = run(program, p.full, "hello?", seconds=LONG)
        check("nobody listens" in gone, f"a peer that is gone is told as {gone}")
