# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What every live scenario needs: the list of scenarios, a linked pair of nodes, and deliveries that
are counted one by one. Never waits by sleeping, and never passes a scenario that did not run.
"""

import ctypes  # noqa: F401  loaded before the first fork of many threads: peers.py needs it there
import json
import socket

from peers import Trouble

IMPLS = ("go", "rust")
# rust-old is the release of the networks that fell silent (seed.py); lp2p meets itself, too.
ALL = ("go", "rust", "rust-old", "lp2p")
# A bound for one event, not an expectation: the machine may be busy with a build.
LONG = 60

NODE_PROTOCOLS = {
    "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0", "/meshsub/1.2.0", "/meshsub/1.1.0",
    "/meshsub/1.0.0", "/floodsub/1.0.0", "/lp2p/echo/1", "/lp2p/sink/1", "/lp2p/source/1",
    "/lp2p/reset/1"}
RUST_PROTOCOLS = NODE_PROTOCOLS - {"/floodsub/1.0.0"} | {"/meshsub/1.3.0"}
PROTOCOLS = {"lp2p": NODE_PROTOCOLS, "rust": RUST_PROTOCOLS,
             "rust-old": RUST_PROTOCOLS - {"/meshsub/1.3.0"}, "go": RUST_PROTOCOLS | {"/floodsub/1.0.0"}}

SCENARIOS = []


class LeftOut(Exception):
    """This machine cannot run the scenario; says why."""


class Scenario:
    def __init__(self, name, needs, run, alone):
        self.name, self.needs, self.run, self.alone = name, needs, run, alone


def scenario(needs=IMPLS, alone=False):
    """A scenario that takes nothing; `alone`: it has the machine for itself."""
    def add(f):
        SCENARIOS.append(Scenario(f.__name__, tuple(needs), f, alone))
        return f
    return add


def for_each(impls=IMPLS, alone=False):
    """A scenario that takes the implementation of the peer: one scenario for each."""
    def add(f):
        for impl in impls:
            SCENARIOS.append(Scenario(f"{impl}_{f.__name__}", (impl,), lambda i=impl: f(i), alone))
        return f
    return add


def check(true, what, *said):
    if not true:
        raise Trouble(what + "".join("\n" + json.dumps(s) for s in said))


def equal(got, wanted, what):
    check(got == wanted, f"{what}: {got!r} where {wanted!r} was due")


def loopback6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def linked(g, impl, dialer, node=(), peer=()):
    """lp2p's node and a peer with a connection between them, dialed by "node" or "peer"."""
    if dialer == "node":
        p = g.start(impl, impl, *peer).ready()
        n = g.start("lp2p", "node", "--dial", p.full, *node).ready()
    else:
        n = g.start("lp2p", "node", *node).ready()
        p = g.start(impl, impl, "--dial", n.full, *peer).ready()
    n.wait("conn_open", LONG, peer=p.peer)
    p.wait("conn_open", LONG, peer=n.peer)
    return n, p


def subscribed(*peers, mesh=True, after=None):
    """Every one of these knows that every other is subscribed, and (`mesh`; for two or a few) has it in
    its mesh: what go publishes before that reaches nobody. `after`: from these places in their lines."""
    for i, a in enumerate(peers):
        at = after[i] if after else 0
        for b in peers:
            if a is not b:
                a.wait("peer_subscribed", LONG, at, peer=b.peer)
                if mesh:
                    a.wait("graft", LONG, at, peer=b.peer)


def whole_mesh(nodes):
    """Waits until the grafted links connect all nodes: from then on everything published arrives. Uses
    the stats lines that the nodes print by themselves."""
    links = {}

    def connected():
        reached, due = {nodes[0].peer}, [nodes[0].peer]
        while due:
            for other in links.get(due.pop(), ()):
                if other not in reached:
                    reached.add(other)
                    due.append(other)
        return len(reached) == len(nodes)
    for _ in range(300):
        for p in nodes:
            said = p.stats(LONG)
            links[p.peer] = {l["peer"] for l in said["per_peer"] if l["mesh"]}
        for a in nodes:  # a link stands where both hold it
            links[a.peer] = {b for b in links[a.peer] if a.peer in links.get(b, ())}
        if connected():
            return
        nodes[0].wait("stats", LONG, nodes[0].mark())
    check(False, "the mesh did not become whole", links)


def deliver(peers, rounds=10, topic="t", signed=True, seconds=LONG):
    """Each publishes once a round, and the next round begins when all have received all of it: at most
    as many messages are in flight as there are peers (go's queue holds 32 and drops silently). Then
    each must have received each message once."""
    starts = [p.mark() for p in peers]
    tag = f"{starts[0]}"
    for r in range(rounds):
        before = [p.mark() for p in peers]
        for p in peers:
            p.tell(f"publish {topic} {p.name}.{tag}.{r}")
        for p, at in zip(peers, before):  # a message may arrive before its author says its id
            p.wait("published", seconds, at, topic=topic)
        for q, at in zip(peers, starts):
            for p in peers:
                if p is not q:
                    author = {"from": p.peer} if signed else {}
                    q.wait("message", seconds, at, head=f"{p.name}.{tag}.{r}", **author)
    for q, at in zip(peers, starts):
        for p in peers:
            if p is not q:
                heads = [l["head"] for l in q.lines[at:] if l["ev"] == "message"
                         and l["head"].startswith(f"{p.name}.{tag}.")]
                equal(sorted(heads), sorted(f"{p.name}.{tag}.{r}" for r in range(rounds)),
                      f"messages of {p.name} at {q.name}")


def no_errors(p, but=()):
    """No line of an error kind."""
    kinds = {"upgrade_error", "identify_failed", "dial_error", "reject", "command_error",
             "publish_error", "warning", "not_json"} - set(but)
    bad = [l for l in list(p.lines) if l["ev"] in kinds]
    check(not bad, f"{p.name} ({p.impl}) printed errors", *bad[:6])
