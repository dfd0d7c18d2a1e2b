# SPDX-License-Identifier: Apache-2.0 OR MIT
"""More than one connection to one peer: whoever dials how often, one is left and no message is lost."""

from healthy import Healthy
from live import ALL, IMPLS, LONG, check, deliver, equal, for_each, scenario, subscribed
from peers import Group

ONE_WITHIN = 3  # seconds; a requirement, not a bound for a slow machine
DIALED = ("dial_ok", "dial_joined", "dial_reused", "dial_error")


def settled(a, b, after_a, after_b, topic="t"):
    """Both say in their stats: one connection, and the other is subscribed and in the mesh."""
    for x, y, at in ((a, b, after_a), (b, a, after_b)):
        x.wait_for(lambda l: l["ev"] == "stats" and l["conns"] == 1
                   and l["topic_peers"].get(topic) == 1 and l["per_peer"][0]["mesh"] == [topic],
                   ONE_WITHIN, at, f"one connection and one topic peer ({y.name})")


def outcome(x, at, many=1):
    """The last of `many` lines on how a dial went."""
    done = [0]

    def counts(l):
        done[0] += l["ev"] in DIALED
        return done[0] == many
    return x.wait_for(counts, LONG, at, f"how {many} dials went")


@for_each(ALL)
def dials_cross(impl):
    """Both dial each other at the same moment, five times with fresh nodes (S2, S3). `seed.py` has the
    same where they certainly do; here they do when the machine has it so."""
    for turn in range(5):
        with Healthy() as g:
            flags = ("--topic", "t", "--stats-every", "100ms")
            n = g.start("lp2p", "node", *flags).ready()
            p = g.start(impl, impl, *flags).ready()
            first, second = ((n, p), (p, n))[turn % 2]
            first.tell(f"dial {second.full}")
            second.tell(f"dial {first.full}")
            outcome(n, 0)
            outcome(p, 0)
            settled(n, p, n.mark(), p.mark())
            deliver([n, p], 10)
            for x in (n, p):
                said = x.stats()
                equal(said["conns"], 1, f"connections of {x.name} at the end")
                equal(said["topic_peers"].get("t"), 1, f"topic peers of {x.name} at the end")
            check("maximum number of" not in p.stderr(), "the peer gave up streams: " + p.stderr())
            check(not n.all("peer_unsubscribed"), "the node lost the subscription")


@scenario(["go"])
def hundred_dials():
    """The node is told 100 times to dial one go peer, by four addresses (S1)."""
    with Healthy() as g:
        ports = ["--listen", "/ip4/127.0.0.1/tcp/0"] * 4
        p = g.start("go", "go", "--topic", "t", "--stats-every", "50ms", *ports).ready()
        p.wait_for(lambda _: p.count("listening") == 4, LONG, 0, "four addresses")
        n = g.start("lp2p", "node", "--topic", "t").ready()
        addresses = [l["full"] for l in p.all("listening")]
        for i in range(100):
            n.tell(f"dial {addresses[i % 4]}")
        outcome(n, 0, 100)
        equal(n.count("dial_error"), 0, "dials that failed")
        subscribed(n, p)
        deliver([n, p], 10)
        opened = p.all("conn_open")
        equal([l["conns_to_peer"] for l in opened], [1], "connections that go saw")
        for l in [*p.all("stats"), p.stats()]:
            check(l["conns"] <= 1 and l["replaced"] == 0, "not one connection throughout", l)
        pubsub = [l for l in p.all("stream_open", dir="in") if l["protocol"].startswith("/meshsub/")]
        equal(len(pubsub), 1, "pubsub streams that go saw")


def refused_newcomers(n, p, many):
    """What the node says after `many` connections that nobody needed: the first one stands, every other
    one was refused before it was established, and reported."""
    said = n.all("duplicate")
    first = n.all("conn_open")[0]["conn"]
    equal([l["kept"] for l in said], [first] * many, "kept connections")
    equal(len({l["closed"] for l in said} - {first}), many, "refused connections")
    equal([l["conn"] for l in n.all("conn_open")], [first], "connections that the node established")
    equal(n.count("conn_close"), 0, "connections that the node lost")
    equal(n.count("peer_unsubscribed"), 0, "lost subscriptions")
    equal(n.stats()["conns"], 1, "connections at the end")
    check("maximum number of" not in p.stderr(), "the peer gave up streams: " + p.stderr())


@for_each()
def dials_again_and_again(impl):
    """The peer dials the node every 500 ms although it is connected (S4): nothing is lost."""
    again = 12
    with Group() as g:
        n = g.start("lp2p", "node", "--topic", "t").ready()
        p = g.start(impl, impl, "--topic", "t", "--dial", n.full, "--dial-mode", "always",
                    "--redial-every", "500ms", "--redial-max", str(again)).ready()
        subscribed(n, p)
        at = 0
        for _ in range(again):
            deliver([n, p], 2)
            at = n.lines.index(n.wait("duplicate", LONG, at, peer=p.peer)) + 1
        deliver([n, p], 10)
        refused_newcomers(n, p, again)


@for_each(["rust-old"])
def dials_again_and_again_by_the_old(impl):
    """The same (S4) by a library that loses messages itself: gossipsub 0.48 takes one off the queue that
    all connections to a peer share to see whether there is one (rpc.rs, poll_is_empty), and what
    the handler of a refused connection holds then is gone. It never was on the wire; so at most one for
    each newcomer is missing, ours all arrive, and when the storm is over theirs do."""
    again, each = 12, 5
    with Group() as g:
        n = g.start("lp2p", "node", "--topic", "t").ready()
        p = g.start(impl, impl, "--topic", "t", "--dial", n.full, "--dial-mode", "always",
                    "--redial-every", "500ms", "--redial-max", str(again)).ready()
        subscribed(n, p)
        at = 0
        for turn in range(again):
            for i in range(each):
                p.tell(f"publish t theirs {turn}.{i}")
                n.tell(f"publish t ours {turn}.{i}")
                p.wait("message", LONG, head=f"ours {turn}.{i}", **{"from": n.peer})
            at = n.lines.index(n.wait("duplicate", LONG, at, peer=p.peer)) + 1
        # The library takes the newcomers for connections: until it has seen the end of each.
        p.wait_for(lambda _: p.count("conn_close") == again, LONG, p.mark(), "the ends of the newcomers")
        deliver([n, p], 10)
        got = [l["head"] for l in n.all("message") if l["head"].startswith("theirs ")]
        equal(len(got), len(set(got)), "messages, and different ones among them")
        check(len(got) >= again * each - again, f"{len(got)} of {again * each} arrived")
        refused_newcomers(n, p, again)


@for_each((*IMPLS, "rust-old"))
def dials_in_a_burst(impl):
    """The peer dials four times at the same moment (S4)."""
    with Group() as g:
        n = g.start("lp2p", "node", "--topic", "t").ready()
        p = g.start(impl, impl, "--topic", "t", "--dial", n.full, "--dial-mode", "always",
                    "--dial-burst", "4").ready()
        n.wait_for(lambda _: n.count("duplicate") == 3, LONG, 0, "three newcomers that were refused")
        if impl == "rust-old":  # see above
            p.wait_for(lambda _: p.count("conn_close") == 3, LONG, p.mark(), "the ends of the newcomers")
        subscribed(n, p)
        deliver([n, p], 10)
        refused_newcomers(n, p, 3)


@for_each()
def redialed_by_node(impl):
    """The node asks for its peer every 100 ms: joined or reused, never a second connection."""
    with Healthy() as g:
        p = g.start(impl, impl, "--topic", "t", "--stats-every", "50ms").ready()
        n = g.start("lp2p", "node", "--topic", "t", "--dial", p.full, "--redial-every", "100ms").ready()
        subscribed(n, p)
        outcome(n, 0, 20)
        deliver([n, p], 5)
        equal(p.count("conn_open"), 1, "connections that the peer saw")
        equal(n.count("dial_error"), 0, "dials that failed")
