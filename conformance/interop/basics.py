# SPDX-License-Identifier: Apache-2.0 OR MIT
"""First contact: dialing and being dialed, identify, ping, bytes on one and on many streams."""

import json
import os
import tempfile

from healthy import Healthy
from live import LONG, LeftOut, NODE_PROTOCOLS, PROTOCOLS, check, equal, for_each, linked, loopback6, \
    no_errors, subscribed, deliver
from peers import Group

MIB = 1 << 20


def check_connected(n, p, dialer):
    """Both tell the same connection, and have learnt from identify what the other is."""
    opened = {"node": n.wait("conn_open", LONG, peer=p.peer),
              "peer": p.wait("conn_open", LONG, peer=n.peer)}
    equal(opened["node"]["dir"], "out" if dialer == "node" else "in", "the node's direction")
    equal(opened["peer"]["dir"], "in" if dialer == "node" else "out", "the peer's direction")
    ours = p.wait("identified", LONG, peer=n.peer)
    theirs = n.wait("identified", LONG, peer=p.peer)
    equal(set(ours["protocols"]), NODE_PROTOCOLS, "our protocols at the peer")
    listed = set(theirs["protocols"])
    if p.impl == "go" and listed < PROTOCOLS["go"]:  # its own handlers may follow in a push
        listed |= set(n.wait("protocols_updated", LONG, peer=p.peer, source="push")["added"])
    equal(listed, PROTOCOLS[p.impl], "the peer's protocols at the node")
    check(n.full.split("/p2p/")[0] in ours["addrs"], "our address is not among these", ours)
    check(p.full.split("/p2p/")[0] in theirs["addrs"], "its address is not among these", theirs)
    equal(ours["observed"], opened["node"]["remote"], "what the peer hears of its address")
    equal(theirs["observed"], opened["peer"]["remote"], "what the node hears of its address")
    check(ours["agent"].startswith("lp2p/"), "not our agent", ours)


def contact(impl, dialer, *flags):
    with Healthy() as g:
        n, p = linked(g, impl, dialer, flags, flags)
        check_connected(n, p, dialer)
        (n if dialer == "node" else p).wait("dial_ok", LONG)
        equal(n.stats()["conns"], 1, "connections")
        no_errors(n)
        return n, p


@for_each()
def dialed_by_node(impl):
    contact(impl, "node")


@for_each()
def dialed_by_name(impl):
    """A name is looked up and its addresses tried; the connection is at one of them. What cannot be
    looked up says why, a dnsaddr what to do."""
    with Group() as g:
        p = g.start(impl, impl).ready()
        at, peer = p.full.split("/p2p/")
        port = at.rsplit("/", 1)[1]
        for family in ("dns", "dns4"):
            n = g.start("lp2p", family, "--dial", f"/{family}/localhost/tcp/{port}/p2p/{peer}").ready()
            n.wait("dial_ok", LONG, peer=peer)
            equal(n.wait("conn_open", LONG, peer=peer)["remote"], at, "where the name led")
            equal(p.wait("identified", LONG, peer=n.peer)["observed"], at, "what the peer hears")
            no_errors(n)
        n = g.start("lp2p", "errors").ready()
        n.tell(f"dial /dns4/no-such-host.invalid/tcp/{port}/p2p/{peer}")
        said = n.wait("dial_error", LONG, peer=peer)
        check(said["code"] in ("name_not_found", "lookup_failed"), "not why", said)
        check("no-such-host.invalid" in said["causes"][0]["addr"], "not which name", said)
        begin = n.mark()
        n.tell(f"dial /dnsaddr/bootstrap.libp2p.io/p2p/{peer}")
        said = n.wait("dial_error", LONG, begin, code="dnsaddr_unsupported", fault="local")
        check("_dnsaddr." in said["text"], "not what to do", said)


@for_each()
def dials_node(impl):
    contact(impl, "peer")


@for_each()
def key_types(impl):
    """An identity that is not Ed25519 is proven both ways, and what it signs is delivered. The keys
    were made for this by OpenSSL."""
    keys = os.path.join(os.path.dirname(os.path.abspath(__file__)), "keys")
    for kind, dialer in (("secp256k1", "node"), ("ecdsa", "peer"), ("rsa", "node"), ("rsa", "peer")):
        with Healthy() as g:
            topic = ("--topic", "t")
            key = ("--key-file", os.path.join(keys, kind + ".pem"))
            n, p = linked(g, impl, dialer, key + topic, topic)
            check(n.peer.startswith("16Uiu2HA" if kind == "secp256k1" else "Qm"), "not this key: " + n.peer)
            check_connected(n, p, dialer)
            subscribed(n, p)
            deliver([n, p], 2)
            no_errors(n)


@for_each(["go"])
def signed_records(impl):
    """Each believes the record that the other signed; rust's default identify has none."""
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "trace")
        with Healthy() as g:
            n, p = linked(g, impl, "node", ("--trace", trace))
            equal(p.wait("identified", LONG, peer=n.peer)["signed"], [n.full.split("/p2p/")[0]],
                  "what the peer believes")
            n.wait("identified", LONG, peer=p.peer)
        with open(trace, encoding="utf-8") as lines:
            events = [json.loads(line)["ev"] for line in lines]
        equal([e for e in events if e.startswith("identify.record.")], ["identify.record.believed"],
              "what the node makes of the peer's record")


@for_each()
def ping(impl):
    with Healthy() as g:
        n, p = linked(g, impl, "node")
        n.wait("identified", LONG, peer=p.peer)
        for _ in range(5):
            at = n.mark()
            n.tell(f"ping {p.peer}")
            check(n.wait("ping", LONG, at, peer=p.peer)["rtt_us"] > 0, "no round trip time")
        at = p.mark()
        p.tell(f"ping {n.peer} 5")
        p.wait_for(lambda _: len([l for l in p.lines[at:] if l["ev"] == "ping"]) >= 5, LONG, at,
                   "five pings")
        no_errors(n)


def echo(g, a, b, size, streams):
    """`a` echoes against `b`; the node's side must tell of every stream that it was finished, that is
    with FIN both ways."""
    at_a, at_b = a.mark(), b.mark()
    a.tell(f"echo {b.peer} {size} {streams}")
    done = a.wait("echo_done", 4 * LONG, at_a)
    check(done["ok"] is True and done["streams"] == streams and done["bytes"] == size,
          "the echo failed", done)
    node, at = (a, at_a) if a.impl == "lp2p" else (b, at_b)

    def closed():
        return [l for l in node.lines[at:] if l["ev"] == "stream_close"
                and l["protocol"] == "/lp2p/echo/1"]
    node.wait_for(lambda _: len(closed()) >= streams, LONG, at, f"the end of {streams} streams")
    for l in closed():
        equal(l["reason"], "finished", "how an echo stream ended")


@for_each()
def echo_10_mib(impl):
    with Healthy() as g:
        n, p = linked(g, impl, "node")
        echo(g, n, p, 10 * MIB, 1)
        echo(g, p, n, 10 * MIB, 1)
        no_errors(n)


@for_each()
def echo_100_streams(impl):
    with Healthy() as g:
        n, p = linked(g, impl, "peer")
        n.wait("identified", LONG, peer=p.peer)  # until then its limits are the strictest of all
        echo(g, n, p, 100 * 1024, 100)
        echo(g, p, n, 100 * 1024, 100)
        # More than go grants by default (64 of a protocol); that this one grants more, nobody tells us.
        due = n.all("warning", kind="streams_high", protocol="/lp2p/echo/1") if impl == "go" else []
        equal(n.all("warning"), due, "warnings")
        no_errors(n, but=["warning"])


@for_each()
def echo_both_ways_at_once(impl):
    with Healthy() as g:
        n, p = linked(g, impl, "node")
        n.wait("identified", LONG, peer=p.peer)  # until then its limits are the strictest of all
        n.tell(f"echo {p.peer} {MIB} 20")
        p.tell(f"echo {n.peer} {MIB} 20")
        for side in (n, p):
            done = side.wait("echo_done", 4 * LONG)
            check(done["ok"] is True, "the echo failed", done)
        no_errors(n)


@for_each()
def echo_of_nothing(impl):
    """FIN with no byte before it is answered by FIN."""
    with Healthy() as g:
        n, p = linked(g, impl, "node")
        echo(g, n, p, 0, 1)
        echo(g, p, n, 0, 1)


@for_each()
def sink_source_reset_asked_by_node(impl):
    """The same, asked by the node: a reset of the peer's is told as one, and nothing else is lost."""
    with Healthy() as g:
        n, p = linked(g, impl, "node")
        for verb, what, reason in (("sink", f"{MIB} 3", "finished"), ("source", f"{MIB} 3", "finished"),
                                   ("reset", "3", "stream_reset")):
            at = n.mark()
            n.tell(f"{verb} {p.peer} {what}")
            done = n.wait(f"{verb}_done", LONG, at)
            check(done["ok"] is True and done["streams"] == 3, f"{verb} failed", done)
            n.wait("stream_close", LONG, at, protocol=f"/lp2p/{verb}/1", reason=reason)
        echo(g, n, p, 1024, 1)


@for_each(["rust"])
def sink_source_reset(impl):
    """Half-close before the answer, an answer longer than the question, and resets."""
    with Healthy() as g:
        n, p = linked(g, impl, "peer")
        for verb, what, reason in (("sink", f"{MIB} 3", "finished"), ("source", f"{MIB} 3", "finished"),
                                   ("reset", "3", "stream_reset")):
            p.tell(f"{verb} {n.peer} {what}")
            done = p.wait(f"{verb}_done", LONG)
            check(done["ok"] is True and done["streams"] == 3, f"{verb} failed", done)
            for _ in range(3):
                n.wait("stream_close", LONG, protocol=f"/lp2p/{verb}/1", reason=reason)
        no_errors(n)


@for_each()
def unknown_protocol(impl):
    """Refused both ways by name, and nothing else suffers."""
    with Group() as g:
        n, p = linked(g, impl, "node")
        n.tell(f"open {p.peer} /not/there/1")
        said = n.wait("stream_error", LONG, peer=p.peer, protocol="/not/there/1")
        equal(said["code"], "not_supported", "the node's code")
        p.tell(f"open {n.peer} /not/there/1")
        p.wait("stream_error", LONG, peer=n.peer, protocol="/not/there/1")
        echo(g, n, p, 1000, 1)
        equal(n.count("conn_close"), 0, "closed connections")


@for_each()
def plaintext(impl):
    with Healthy() as g:
        flags = ("--security", "plaintext", "--topic", "t")
        n, p = linked(g, impl, "node", flags, flags)
        check_connected(n, p, "node")
        echo(g, n, p, MIB, 4)
        subscribed(n, p)
        deliver([n, p], 3)
        no_errors(n, but=("warning",))  # the node warns that nothing is secret


@for_each()
def security_differs(impl):
    """noise against plaintext: an error by name, not a wait."""
    with Group() as g:
        p = g.start(impl, impl, "--security", "plaintext").ready()
        n = g.start("lp2p", "node", "--dial", p.full).ready()
        check(n.wait("dial_error", LONG, peer=p.peer)["code"] != "", "no code")
        p.tell(f"dial {n.full}")
        check(n.wait("upgrade_error", LONG)["code"] != "", "no code")


@for_each()
def ip6(impl):
    if not loopback6():
        raise LeftOut("no IPv6 here")
    for dialer in ("node", "peer"):
        n, _ = contact(impl, dialer, "--listen", "/ip6/::1/tcp/0")
        check(n.full.startswith("/ip6/::1/tcp/"), "not an IPv6 address: " + n.full)


@for_each()
def every_interface(impl):
    """A node that listens at 0.0.0.0 and :: says where it can be reached, and never those two."""
    with Healthy() as g:
        families = ["/ip4/0.0.0.0/tcp/0"] + (["/ip6/::/tcp/0"] if loopback6() else [])
        n = g.start("lp2p", "node", *(f for a in families for f in ("--listen", a))).ready()
        p = g.start(impl, impl, "--dial", n.full).ready()
        said = p.wait("identified", LONG, peer=n.peer)["addrs"]
        listening = n.all("listening")
        equal(set(said), {l["addr"] for l in listening}, "what the peer hears of our addresses")
        for host in ("/ip4/127.0.0.1/", "/ip6/::1/")[:len(families)]:
            check(any(a.startswith(host) for a in said), f"no address of ours at {host}", said)
        check(not [a for a in said if a.startswith(("/ip4/0.0.0.0/", "/ip6/::/", "/ip6/fe80"))],
              "an address that goes nowhere", said)
        for l in listening:
            d = g.start("lp2p", "dialer", "--listen", "none", "--dial", l["full"])
            d.wait("dial_ok", LONG, peer=n.peer)
        no_errors(n)
