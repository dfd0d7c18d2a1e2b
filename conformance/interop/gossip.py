# SPDX-License-Identifier: Apache-2.0 OR MIT
"""First gossip: routers, signatures, message ids, and a mesh of three implementations."""

import hashlib

from healthy import Healthy
from live import LONG, check, deliver, equal, for_each, linked, no_errors, scenario, \
    subscribed, whole_mesh

TOPIC = ("--topic", "t")
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def bytes_of(peer_id):
    n = 0
    for c in peer_id:
        n = n * 58 + BASE58.index(c)
    body = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes(len(peer_id) - len(peer_id.lstrip("1"))) + body


def message_id(kind, author, seqno, data):
    """What the id of a message is, from its fields as its receiver saw them; nothing of lp2p's."""
    if kind in ("spec", "go"):
        return bytes_of(author) + seqno
    if kind == "rust":
        return (author + str(int.from_bytes(seqno, "big"))).encode()
    if kind == "js":
        return bytes_of(author)[2:] + seqno
    return hashlib.sha256(data).digest()


def check_ids(kind, sender, receiver):
    """Every id that `sender` gave is the one that the fields of its message make."""
    got = {}
    for l in receiver.all("message", **{"from": sender.peer}):
        got[message_id(kind, l["from"], bytes.fromhex(l["seqno"]), l["head"].encode()).hex()] = l["head"]
    sent = {l["id"] for l in sender.all("published")}
    equal(set(got), sent, f"ids that {sender.name} gave, for --message-id {kind}")


def gossiping(impl, dialer, *flags, rounds=10, signed=True, mesh=True):
    with Healthy() as g:
        n, p = linked(g, impl, dialer, TOPIC + flags, TOPIC + flags)
        subscribed(n, p, mesh=mesh)
        deliver([n, p], rounds, signed=signed)
        no_errors(n)
        return n, p


def ids(impl, kind):
    n, p = gossiping(impl, "node", "--message-id", kind)
    check_ids(kind, n, p)
    check_ids(kind, p, n)


@for_each()
def ids_spec(impl):
    ids(impl, "spec")


@for_each()
def ids_rust(impl):
    ids(impl, "rust")


@for_each()
def ids_js(impl):
    ids(impl, "js")


@for_each()
def ids_sha256(impl):
    ids(impl, "sha256")


@for_each()
def gossip_when_dialed(impl):
    gossiping(impl, "peer")


@for_each()
def floodsub_router(impl):
    n, _ = gossiping(impl, "node", "--router", "floodsub", mesh=False)
    equal({l["protocol"] for l in n.all("pubsub_out_stream_open")}, {"/floodsub/1.0.0"}, "protocols")


def meshsub(impl, version):
    n, p = gossiping(impl, "node", "--gossip-protocols", version)
    equal({l["protocol"] for l in n.all("pubsub_out_stream_open")}, {version}, "protocols")


@for_each()
def meshsub_1_0(impl):
    meshsub(impl, "/meshsub/1.0.0")


@for_each()
def meshsub_1_1(impl):
    meshsub(impl, "/meshsub/1.1.0")


@for_each()
def meshsub_1_2(impl):
    meshsub(impl, "/meshsub/1.2.0")


@for_each()
def sign_none(impl):
    """Unsigned messages have no author and no seqno, both ways."""
    n, p = gossiping(impl, "node", "--sign", "none", "--message-id", "sha256", signed=False)
    for x in (n, p):
        check(all(not l["from"] and not (l["seqno"] or "").strip("0") for l in x.all("message")),
              "an unsigned message with an author", *x.all("message")[:1])


@for_each()
def large_messages(impl):
    """50 KiB each (rust's bound for an RPC is 64 KiB), one at a time on the way."""
    with Healthy() as g:
        size = ("--publish-every", "100ms", "--size", "50000")
        n, p = linked(g, impl, "node", TOPIC, TOPIC + size)
        at = 0
        for _ in range(10):
            at = n.lines.index(n.wait("message", LONG, at, len=50000, **{"from": p.peer})) + 1
        numbers = [int(l["head"].split()[1]) for l in n.all("message")]
        equal(sorted(numbers), list(range(min(numbers), max(numbers) + 1)), "messages without a hole")
        no_errors(n)


@for_each()
def subscribes_later(impl):
    """Subscribing and leaving while connected reaches the other side, both ways. (go tells of topics
    only that it is subscribed to itself.)"""
    with Healthy() as g:
        n, p = linked(g, impl, "node", TOPIC, TOPIC)
        subscribed(n, p)
        for first, second in ((n, p), (p, n)):
            at = first.mark(), second.mark()
            first.tell("subscribe late")
            first.wait("subscribed", LONG, at[0], topic="late")
            second.tell("subscribe late")
            for a, b, since in ((first, second, at[0]), (second, first, at[1])):
                a.wait("peer_subscribed", LONG, since, peer=b.peer, topic="late")
            for a, b, since in ((first, second, at[0]), (second, first, at[1])):
                b.tell("unsubscribe late")
                a.wait("peer_unsubscribed", LONG, since, peer=b.peer, topic="late")
        deliver([n, p], 3)
        no_errors(n)


@scenario()
def mesh():
    """4 lp2p, 2 go and 2 rust nodes, each told the addresses of some before it: every message of every
    node arrives at every other, once."""
    order = ["lp2p", "go", "rust", "lp2p", "lp2p", "go", "rust", "lp2p"]
    with Healthy() as g:
        nodes = []
        for i, impl in enumerate(order):
            # The last two, and one further back: some dial lp2p, some are dialed by it.
            told = {nodes[j].full for j in (i - 1, i - 2, i - 5) if j >= 0}
            nodes.append(g.start(impl, f"{impl}{i}", *TOPIC, "--stats-every", "200ms",
                                 *(f for t in sorted(told) for f in ("--dial", t))).ready())
        for i, a in enumerate(nodes):
            for j in (i - 1, i - 2, i - 5):
                if j >= 0:
                    subscribed(a, nodes[j], mesh=False)
        whole_mesh(nodes)
        deliver(nodes, 10)  # counts by `from`: 56 pairs, 8 messages on the way
        for n in nodes:
            if n.impl == "lp2p":
                no_errors(n)
