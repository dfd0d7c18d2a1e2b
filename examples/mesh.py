# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The network of examples/run: starts nodes, lets everybody publish, and counts who received what.

Messages are paced: one of each node is in flight at a time, because go's queue holds 32 and drops
silently. examples/run builds the programs and calls this.
"""

import argparse
import os
import re
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance",
                                "interop"))
from peers import Group, Trouble, available  # noqa: E402

TOPIC = "mesh"
NEEDS = {"go": ("gopeer", "go 1.25"), "rust": ("rustpeer", "cargo 1.88")}


def nodes_of(text):
    wanted = {}
    for part in text.split(","):
        m = re.fullmatch(r"(lp2p|go|rust)=(\d{1,2})", part)
        if not m:
            raise argparse.ArgumentTypeError(f"'{part}': write lp2p=4,go=2,rust=2")
        wanted[m[1]] = int(m[2])
    if sum(wanted.values()) < 2:
        raise argparse.ArgumentTypeError("a network has at least two nodes")
    if sum(wanted.values()) > 32:
        raise argparse.ArgumentTypeError("at most 32 nodes fit on one machine")
    return wanted


def seconds_of(text):
    m = re.fullmatch(r"(\d{1,6})(ms|s|m)?", text)
    if not m:
        raise argparse.ArgumentTypeError(f"'{text}' is no duration: write 20s or 1m")
    return int(m[1]) * {"ms": 0.001, "s": 1, "m": 60, None: 1}[m[2]]


def arguments():
    p = argparse.ArgumentParser(prog="examples/run", add_help=False)
    p.add_argument("--nodes", type=nodes_of, default={"lp2p": 4, "go": 2, "rust": 2})
    p.add_argument("--duration", type=seconds_of, default=20)
    p.add_argument("--keep", action="store_true")
    p.add_argument("--build-only", action="store_true")
    p.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    p.add_argument("--peers", default="gopeer rustpeer", help=argparse.SUPPRESS)
    return p.parse_args()


class Table:
    """What a person sees: refreshed in place on a terminal, a few plain lines elsewhere."""

    def __init__(self, nodes):
        self.nodes, self.drawn, self.last = nodes, 0, 0.0
        self.terminal = sys.stdout.isatty()

    def draw(self, note, final=False):
        now = time.monotonic()
        if not final and now - self.last < (0.5 if self.terminal else 5):
            return
        self.last = now
        out = [f"{'node':8} {'impl':5} {'conns':>5} {'streams':>7} {'mesh':>4}  received from "
               + " ".join(f"{n.name:>6}" for n in self.nodes)]
        for n in self.nodes:
            conns, streams, mesh = state(n)
            got = " ".join(f"{'-' if m is n else len(n.got.get(m.peer, ())):>6}" for m in self.nodes)
            out.append(f"{n.name:8} {n.impl:5} {conns:>5} {streams:>7} {mesh:>4}                {got}")
        out.append(note)
        if self.terminal and self.drawn:
            sys.stdout.write(f"\x1b[{self.drawn}A")
        end = "\x1b[K\n" if self.terminal else "\n"
        sys.stdout.write(end.join(out) + end)
        sys.stdout.flush()
        self.drawn = len(out)


def state(node):
    """Connections, streams and mesh peers, from the node's last stats line."""
    last = next((l for l in reversed(node.lines) if l["ev"] == "stats"), None)
    if last is None:
        return "?", "?", "?"
    per_peer = last.get("per_peer", [])
    streams = sum(p.get("streams_in", 0) + p.get("streams_out", 0) for p in per_peer)
    mesh = sum(1 for p in per_peer if p.get("mesh"))
    return last.get("conns", "?"), streams, mesh


def neighbours(i, n):
    """Whom node i dials: some of those that started before it, so that all are one network."""
    return sorted({i - 1, i // 2, (i * 5) % i} if i > 0 else set())


def read_messages(nodes):
    """Notes what each node received since it was last asked."""
    for n in nodes:
        lines = n.lines
        while n.read < len(lines):
            line = lines[n.read]
            n.read += 1
            if line["ev"] == "message" and line.get("topic") == TOPIC:
                n.got.setdefault(line["from"], set()).add(line["head"].split()[1])


def check_alive(nodes):
    for n in nodes:
        if not n.running():
            raise Trouble(f"{n.name} ({n.impl}) ended by itself:\n{n.stderr()[-800:]}")


def connect(nodes, table):
    """Everybody dials some others, then waits until those it is connected to share the topic."""
    for i, n in enumerate(nodes):
        for j in neighbours(i, len(nodes)):
            n.tell(f"dial {nodes[j].full}")
    degree = [0] * len(nodes)
    for i in range(len(nodes)):
        for j in neighbours(i, len(nodes)):
            degree[i] += 1
            degree[j] += 1
    deadline = time.monotonic() + 30
    while True:
        check_alive(nodes)
        known = [len({l["peer"] for l in n.all("peer_subscribed", topic=TOPIC)}) for n in nodes]
        if all(k >= d for k, d in zip(known, degree)):
            return
        if time.monotonic() > deadline:
            late = [f"{n.name} knows {k} of {d}" for n, k, d in zip(nodes, known, degree) if k < d]
            raise Trouble("no mesh after 30 s: " + "; ".join(late))
        table.draw(f"connecting: {sum(known)} of {sum(degree)} subscriptions are known")
        time.sleep(0.05)


def publish(nodes, table, seconds):
    """Rounds of one message from each node; the next begins when all of this one are there."""
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end or number == 0:
        number += 1
        started = time.monotonic()
        for n in nodes:
            n.tell(f"publish {TOPIC} {n.name} {number}")
        while not all_there(nodes, number):
            check_alive(nodes)
            if time.monotonic() - started > 10:
                return number
            table.draw(f"publishing: round {number}, {max(0, end - time.monotonic()):.0f} s left")
            time.sleep(0.01)
            read_messages(nodes)
        table.draw(f"publishing: round {number}, {max(0, end - time.monotonic()):.0f} s left")
        rest = 0.2 - (time.monotonic() - started)
        if rest > 0:
            time.sleep(rest)
    return number


def all_there(nodes, number):
    return all(str(number) in n.got.get(m.peer, ()) for n in nodes for m in nodes if m is not n)


def run(args):
    wanted = dict(args.nodes)
    for impl, (binary, tool) in NEEDS.items():
        if wanted.get(impl) and (binary not in args.peers.split() or not available(impl)):
            print(f"no {impl} peers: {tool} or newer is not on PATH; lp2p nodes stand in for them")
            wanted["lp2p"] = wanted.get("lp2p", 0) + wanted.pop(impl)
    with Group() as group:
        nodes = [group.start(impl, f"{impl}{i + 1}", "--topic", TOPIC, "--stats-every", "500ms",
                             "--message-id", "spec")
                 for impl in ("lp2p", "go", "rust") for i in range(wanted.get(impl, 0))]
        # Mixed, so that every kind dials every other kind.
        nodes.sort(key=lambda n: (n.name[-1], n.impl))
        for n in nodes:
            n.ready()
            n.read, n.got = 0, {}
        table = Table(nodes)
        connect(nodes, table)
        rounds = publish(nodes, table, args.duration)
        read_messages(nodes)
        lost = [f"{m.name} to {n.name}: {len(n.got.get(m.peer, ()))} of {rounds}"
                for n in nodes for m in nodes
                if m is not n and len(n.got.get(m.peer, ())) < rounds]
        pairs = len(nodes) * (len(nodes) - 1)
        table.draw(f"{rounds} rounds published", final=True)
        for line in lost:
            print("lost: " + line)
        kinds = ", ".join(f"{k} {i}" for i, k in wanted.items() if k)
        print(f"{'OK' if not lost else 'FAILED'}: {pairs - len(lost)} of {pairs} pairs delivered "
              f"{rounds} of {rounds} messages ({kinds})")
        if args.keep:
            print("still running (Ctrl-C ends it):")
            for n in nodes:
                print(f"  {n.name:8} {n.full}")
            sys.stdout.flush()
            signal.pause()
        return 0 if not lost else 1


def ended(run, args):
    """The exit code of a network that was run to its end, to its first trouble or to Ctrl-C."""
    try:
        return run(args)
    except Trouble as t:
        print(f"FAILED: {t}")
        return 1
    except KeyboardInterrupt:
        print("\nended")
        return 130


def main():
    args = arguments()
    return 0 if args.check else ended(run, args)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
