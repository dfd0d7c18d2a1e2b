# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The network of the seed fault on loopback, first of go and rust nodes alone, then with lp2p in it.

  examples/run seed                         two networks, about 40 s each, then a verdict
  examples/run seed --duration 60s          how long each of them publishes
  examples/run seed --nodes go=4,rust=3,lp2p=3  how many of each; without lp2p, rust nodes stand in
  examples/run seed --help

Every rust node (libp2p 0.55.0) dials every go and every lp2p node each second, with a new connection
each time, until 12 s before the end; go nodes do so to lp2p nodes, and lp2p nodes are told to dial
everybody. All the while everybody publishes twice a second. Two tables show, for each network, what
the peers themselves count, and who received what.

Exit 0 only if every pair that includes an lp2p node received everything; 1 if not; 2 for a bad flag,
or where go or cargo is missing.
"""

import argparse
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance",
                                "interop"))
from mesh import ended, nodes_of, seconds_of  # noqa: E402
from peers import Group, available  # noqa: E402
from storm import DIALS_EVERY, QUIET, WINDOW, Storm  # noqa: E402

RUST = "rust-old"
CALM = WINDOW + 2  # so that the window at the end has none of the storm
NEEDS = {"gopeer": "go 1.25", "rustpeer-old": "cargo 1.88"}
# Who dials whom again and again.
AGAIN = [(RUST, "go"), (RUST, "lp2p"), ("go", "lp2p"), ("lp2p", "go"), ("lp2p", RUST), ("lp2p", "lp2p")]


def arguments():
    p = argparse.ArgumentParser(prog="examples/run seed", add_help=False)
    p.add_argument("--nodes", type=nodes_of, default={"go": 4, "rust": 3, "lp2p": 3})
    p.add_argument("--duration", type=seconds_of, default=40)
    p.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    p.add_argument("--peers", default=" ".join(NEEDS), help=argparse.SUPPRESS)
    args = p.parse_args()
    args.nodes = {k: args.nodes.get(k, 0) for k in ("go", "rust", "lp2p")}
    if min(args.nodes.values()) < 1:
        p.error("--nodes: without a go, a rust and an lp2p node there is nothing to compare")
    if args.duration < CALM + 5:
        p.error(f"--duration: the storm would be over before it began; at least {CALM + 5}s")
    return args


class Progress:
    """One line that is written over on a terminal, one every ten seconds elsewhere."""

    def __init__(self, what, storm):
        self.what, self.storm, self.last = what, storm, -1
        self.terminal = sys.stdout.isatty()

    def __call__(self, now, due):
        step = int(now) if self.terminal else int(now) // 10
        if step == self.last:
            return
        self.last = step
        doing = "dialing and publishing" if now < self.storm else "publishing"
        print(f"{self.what}: {doing}, {due - now:.0f} s left", end="\x1b[K\r" if self.terminal else "\n",
              flush=True)


def percent(share):
    return f"{100 * share:.0f}" if share in (0, 1) else f"{min(99.9, max(0.1, 100 * share)):.1f}"


def mean(shares):
    return sum(shares) / len(shares)


def table(s):
    """What each node, or its peers, counted. `conns` is the most to one peer at the end, `after` 3 s after
    the storm."""
    yield (f"{'node':11} {'peers':>5} {'conns':>5} {'after':>5} {'streams':>7} {'topic peers':>11} {'replaced':>8} "
           f"{'disabled':>8} {'received':>9} {f'last {WINDOW} s':>9}  warnings")
    for n in s.nodes:
        last = s.last[n]
        others = [m for m in s.nodes if m is not n]
        most = max((p["conns"] for p in last["per_peer"]), default=0)
        after = max((p["conns"] for p in s.quiet[n]["per_peer"]), default=0)
        streams = sum(p.get("streams_in", 0) + p.get("streams_out", 0) for p in last["per_peer"])
        replaced = sum(s.replaced(n, m) for m in others) if n.impl != "lp2p" else "-"
        disabled = s.disabled(n) if n.impl == RUST else "-"
        got = mean([s.share(m, n) for m in others])
        end = mean([s.share(m, n, WINDOW) for m in others])
        yield (f"{n.name:11} {last['peers']:>5} {most:>5} {after:>5} {streams:>7} "
               f"{sum(last['topic_peers'].values()):>11} {replaced:>8} {disabled:>8} {percent(got):>7} % "
               f"{percent(end):>7} %  {warnings(n)}")


def warnings(n):
    kinds = {}
    for l in n.all("warning"):
        kinds[l["kind"]] = kinds.get(l["kind"], 0) + 1
    return ", ".join(f"{k} {c}" for k, c in sorted(kinds.items())) or "none"


def matrix(s):
    """Percent of what the node of the row published in the last seconds that the one of the column has."""
    yield f"{f'last {WINDOW} s, %':11} " + " ".join(f"{n.name.replace(RUST, 'rust'):>5}" for n in s.nodes)
    for a in s.nodes:
        yield f"{a.name:11} " + " ".join(
            f"{'-' if a is b else percent(s.share(a, b, WINDOW)):>5}" for b in s.nodes)


def arm(name, counts, duration):
    """Runs one network and prints what came of it."""
    kinds = ", ".join(f"{k} {RUST if i == 'rust' else i}" for i, k in counts.items() if k)
    print(f"\n{name}: {kinds}", flush=True)
    with Group() as group:
        s = Storm(group, {RUST if i == "rust" else i: k for i, k in counts.items()}, AGAIN)
        s.connect()
        storm = duration - CALM
        s.run(storm, CALM, Progress(name, storm))
        s.settle(s.pairs("lp2p") if counts.get("lp2p") else [])
        for line in (*table(s), "", *matrix(s)):
            print(line)
        return s


def summary(s, pairs):
    """How many pairs are whole, below 90 % and silent at the end."""
    end = [s.share(a, b, WINDOW) for a, b in pairs]
    return (f"in the last {WINDOW} s {sum(e < 0.9 for e in end)} of {len(pairs)} pairs were below 90 %, "
            f"{sum(e == 0 for e in end)} of them silent")


def harm(s, pairs):
    """What go and rust count of the fault between such pairs, both directions."""
    replaced = sum(s.replaced(a, b) for a, b in pairs)
    disabled = sum(s.disabled(a, b) for a, b in pairs)
    return f"{replaced} pubsub streams replaced, {disabled} rust handlers disabled"


def run(args):
    control = dict(args.nodes, rust=args.nodes["rust"] + args.nodes["lp2p"], lp2p=0)
    c = arm("without lp2p", control, args.duration)
    print(f"without lp2p: {summary(c, c.pairs())}; {harm(c, c.pairs())}")
    s = arm("with lp2p", args.nodes, args.duration)
    ours = s.pairs("lp2p")
    rest = [pair for pair in s.pairs() if pair not in ours]
    lost = [(a, b) for a, b in ours if s.share(a, b) < 1]
    most = max(s.conns_to(a, b, s.quiet) for a, b in ours)
    print(f"with lp2p: {len(ours) - len(lost)} of {len(ours)} pairs that include an lp2p node received all "
          f"{len(s.published)} messages; {harm(s, ours)}; {most} connection{'s' * (most != 1)} to a peer "
          f"{QUIET} s after the storm")
    print(f"go and rust among themselves: {summary(s, rest)}; {harm(s, rest)}")
    for a, b in lost:
        print(f"lost: {a.name} to {b.name}: {percent(s.share(a, b))} %")
    if lost:
        print(f"FAILED: {len(lost)} of {len(ours)} pairs with an lp2p node lost messages")
    else:
        print(f"OK: nothing was lost to or from an lp2p node while {len(s.again)} dials a second were made "
              f"for {(args.duration - CALM) / DIALS_EVERY:.0f} s")
    return 1 if lost else 0


def main():
    if "--help" in sys.argv[1:] or "-h" in sys.argv[1:]:
        print(__doc__.strip())
        return 0
    args = arguments()
    missing = [tool for program, tool in NEEDS.items() if program not in args.peers.split()]
    if missing:
        print("examples/run seed: this network needs go and rust nodes; not on PATH, or older: "
              + ", ".join(sorted(missing)), file=sys.stderr)
        return 2
    if args.check:
        return 0
    if not all(available(i) for i in ("lp2p", "go", RUST)):
        print("examples/run seed: a program is not in build/bin", file=sys.stderr)
        return 2
    return ended(run, args)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main())
