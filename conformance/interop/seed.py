# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The fault that lp2p exists for: networks of go and rust nodes that fall silent while every connection
looks well. The same storms, with lp2p in them, against the newest rust and the one of that time.

More than one connection at a time is duplicates.py; what must warn is seed_warnings.py.
"""

import json
import os
import tempfile

from healthy import Healthy, healthy, read
from live import ALL, LONG, check, deliver, equal, for_each, linked, no_errors, scenario, subscribed, \
    whole_mesh
from duplicates import outcome, settled
from peers import Group
from proxy import UP, Line, Meeting
from storm import QUIET, TOPIC, Storm

REMOTES = ("go", "rust", "rust-old")
TOPICS = ("--topic", "t")
ALWAYS = {"go": ("--dial-mode", "always"), "rust": ("--dial-mode", "always"),
          "rust-old": ("--dial-mode", "always")}


def falls_silent(impl):
    """rust dials go every 500 ms (seed-fault T1). go forgets rust's subscription, always; True where rust gave
    pubsub up for good, too, and go heard of it."""
    with Group() as g:
        p = g.start("go", "go", *TOPICS).ready()
        r = g.start(impl, impl, *TOPICS, "--dial", p.full, "--dial-mode", "always", "--redial-every", "500ms",
                    "--redial-max", "12", "--publish-every", "100ms").ready()
        p.wait("peer_unsubscribed", LONG, peer=r.peer)
        # 13 dials, of which go cuts what is over its 8 connections: nothing new happens after those.
        r.wait_for(lambda _: r.count("conn_close") >= 5 or r.count("warning", kind="protocol_withdrawn"), LONG,
                   r.mark(), "a disabled handler, or the ends of five")
        said = p.stats()
        check(said["replaced"] > 0, "go replaced no pubsub stream", said)
        check(said["conns"] > 1, "go has one connection", said)
        equal(said["topic_peers"], {"t": 0}, "go's topic peers")
        if not r.count("warning", kind="protocol_withdrawn", peer=p.peer):
            return False
        check("maximum number of" in r.stderr(), "the library did not say why: " + r.stderr())
        p.wait("protocols_updated", LONG, peer=r.peer, source="push",
               removed=lambda gone: any(x.startswith("/meshsub/") for x in gone))
        return True


@scenario(["go", "rust-old"])
def the_fault():
    """What this is about, without lp2p: go and the old rust lose each other for good. If it does not show any
    more, everything here proves nothing. How far it goes hangs on moments: five tries."""
    check(any(falls_silent("rust-old") for _ in range(5)), "no handler was disabled in five networks")


def judge(s, impl="lp2p"):
    """Every pair with such a node has every message once; nobody's streams suffered from it."""
    ours = s.pairs(impl)
    lost = [f"{a.name} to {b.name}: {s.share(a, b):.3f}" for a, b in ours if s.share(a, b) < 1]
    check(not lost, "not all messages arrived: " + "; ".join(lost))
    check(not s.twice(), "delivered twice: " + "; ".join(s.twice()[:5]))
    for a, b in ours:
        conns = s.conns_to(a, b, s.quiet)
        check(conns <= 1, f"{a.name} has {conns} connections to {b.name}, {QUIET} s after the storm")
        for x, y in ((a, b), (b, a)):
            equal(s.replaced(x, y), 0, f"pubsub streams of {y.name} that {x.name} replaced")
            equal(s.disabled(x, y), 0, f"connections on which {x.name} gave up pubsub with {y.name}")
    for a, b in s.pairs():
        if a.impl == impl:
            equal(a.count("peer_unsubscribed", peer=b.peer), 0, f"subscriptions of {b.name} lost")


@scenario(["go"])
def storm_of_dials():
    """4 go and 6 lp2p nodes; each lp2p node is told to dial every go node every second (S5): 90 pairs,
    nothing lost, one connection each, and nothing to warn of."""
    with Healthy() as g:
        s = Storm(g, {"go": 4, "lp2p": 6}, again=[("lp2p", "go")])
        s.connect()
        s.run(storm=25, calm=5)
        s.settle(s.pairs())
        equal(len(s.pairs("lp2p", "go")), 90, "pairs")
        judge(s)
        judge(s, "go")
        for p in s.of("go"):
            equal(s.last[p]["conns"], 9, f"connections of {p.name}")
            equal(s.last[p]["topic_peers"], {TOPIC: 9}, f"topic peers of {p.name}")
            bad = [l for l in p.all("protocols_updated") if l["removed"]]
            check(not bad, f"{p.name} heard of withdrawn protocols", *bad)
        for n in s.of("lp2p"):
            no_errors(n)


@scenario(["go", "rust-old"])
def storm_with_the_fault_in_it():
    """3 lp2p nodes in the network that falls silent: 4 go and 3 old rust nodes dial on and on, with a new
    connection each time. Whatever go and rust do to each other, with lp2p they lose nothing."""
    with Group() as g:
        s = Storm(g, {"go": 4, "rust-old": 3, "lp2p": 3},
                  again=[("rust-old", "go"), ("rust-old", "lp2p"), ("go", "lp2p"), ("lp2p", "go"),
                         ("lp2p", "rust-old")])
        s.connect()
        s.run(storm=12, calm=8)
        s.settle(s.pairs("lp2p"))
        check(any(s.replaced(a, b) for a in s.of("go") for b in s.of("rust-old")),
              "go and rust did each other no harm: this was no storm")
        judge(s)


@for_each(ALL)
def dials_certainly_cross(impl):
    """Both dials are on their way before either gets a byte through (S2, S3): one connection within 3 s,
    and nothing published after that is lost."""
    with Healthy() as g:
        flags = TOPICS + ("--stats-every", "100ms")
        n = g.start("lp2p", "node", *flags).ready()
        p = g.start(impl, f"{impl}-peer", *flags).ready()
        both = Meeting()
        to_p, to_n = Line(port_of(p), both), Line(port_of(n), both)
        n.tell(f"dial {to_p.address(p.peer)}")
        p.tell(f"dial {to_n.address(n.peer)}")
        outcome(n, 0)
        outcome(p, 0)
        settled(n, p, n.mark(), p.mark())
        deliver([n, p], 10)
        settled(n, p, n.mark(), p.mark())
        check(n.count("duplicate") + (p.count("duplicate") if impl == "lp2p" else 0) >= 1,
              "nobody told of a second connection", *n.lines)
        equal(n.count("peer_unsubscribed"), 0, "lost subscriptions")
        check("maximum number of" not in p.stderr(), "the peer gave up streams: " + p.stderr())


def port_of(p):
    return int(p.full.split("/")[4])


def runs_on_survivor(n, p, after, n_after, p_after):
    """The node's pubsub is on the connection that it opened `after`, within a second of its being there,
    both ways; and works."""
    opened = n.wait("conn_open", LONG, n_after, peer=p.peer)
    sent = n.wait("pubsub_out_stream_open", LONG, n_after, peer=p.peer, conn=opened["conn"])
    late = sent["t_ms"] - opened["t_ms"]
    check(late <= 1000, f"{late} ms after the connection was there {after}", opened, sent)
    # Topics may outlive a cut (rust says them once, H3), so it is not their lines that tell.
    # rust opens its stream when it has something to say.
    least = 1 if p.impl == "go" else 0
    n.wait_for(lambda l: l["ev"] == "stats" and l["topic_peers"]["t"] == 1 and
               any(x["in"] >= least and x["out"] >= 1
                   for k, x in l["per_peer"][0]["by_protocol"].items()
                   if k.startswith("/meshsub/")), LONG, n_after, "pubsub, and its topic")
    if p.impl == "go":
        p.wait("peer_subscribed", LONG, p_after, peer=n.peer)
    deliver([n, p], 5)
    equal(n.stats()["conns"], 1, "connections of the node")
    once(n)


def once(n):
    """No message was given to the application twice."""
    got = [(l["from"], l["seqno"]) for l in n.all("message")]
    equal(len(got), len(set(got)), "messages, and different ones among them")


def incumbent(g, impl, *flags):
    """A node, and a peer that dialed it through a line that can be held and cut."""
    n = g.start("lp2p", "node", *TOPICS, *flags).ready()
    p = g.start(impl, impl, *TOPICS, *ALWAYS[impl]).ready()
    line = Line(port_of(n))
    p.tell(f"dial {line.address(n.peer)}")
    subscribed(n, p)
    deliver([n, p], 3)
    return n, p, line


@for_each(REMOTES)
def cut_with_newcomer_held(impl):
    """The connection stalls, the peer dials again, the newcomer waits for its turn; then the old one is
    cut (S13): pubsub runs on the newcomer within a second."""
    with Group() as g:
        # Longer than any test: it must be the cut that decides, and not the pong that is missed.
        n, p, line = incumbent(g, impl, "--limit", "incumbent_pong_least=60s",
                               "--limit", "incumbent_pong_most=60s")
        line.hold()
        second = Line(port_of(n))
        p.tell(f"dial {second.address(n.peer)}")
        # Header, choice, and the dialer's two noise messages: the node knows who it is.
        check(second.wait_frames(UP, 4, LONG), "the newcomer did not get to its proof")
        equal(n.stats()["conns"], 1, "connections while the newcomer is held")
        at = n.mark(), p.mark()
        line.cut()
        n.wait("conn_close", LONG, at[0], peer=p.peer)
        runs_on_survivor(n, p, "a newcomer was held", *at)
        equal(n.count("duplicate"), 0, "duplicates: the held one was none")


@for_each(REMOTES)
def cut_after_newcomer_refused(impl):
    """The connection is cut just after it made the node refuse a newcomer, and the peer dials again at
    once (S13): go whether it has seen the cut or not, rust when it has."""
    with Group() as g:
        n, p, line = incumbent(g, impl)
        first = p.all("conn_open", peer=n.peer)[0]["conn"]
        p.tell(f"dial {n.full}")
        n.wait("duplicate", LONG, peer=p.peer, rule="incumbent_alive")
        at = n.mark(), p.mark()
        line.cut()
        if impl != "go":  # else it is the case of cut_with_newcomer_held
            p.wait("conn_close", LONG, at[1], peer=n.peer, conn=first)
        p.tell(f"dial {n.full}")
        runs_on_survivor(n, p, "a newcomer was refused", *at)


def spent(n, p, before_last=lambda: None):
    """The peer resets our pubsub stream as often as one connection gets one: it is to be replaced. A place in
    the lines of both from before the last reset."""
    for turn in range(4):
        at = n.mark(), p.mark()
        if turn == 3:
            before_last()
        p.tell(f"reset_pubsub {n.peer}")
        n.wait("pubsub_out_stream_closed", LONG, at[0], peer=p.peer)
        if turn < 3:
            n.wait("pubsub_out_stream_open", LONG, at[0], peer=p.peer)
            p.wait("peer_subscribed", LONG, at[1], peer=n.peer)
    n.wait("remedy", LONG, at[0], peer=p.peer, action="replace")
    return at


def both_ways_again(n, p):
    """The old connection is over. go forgets our subscription with its stream there, and hears it anew when it has
    opened one on the new connection: what it publishes before each is in the other's mesh again is lost."""
    n.wait_for(lambda l: l["ev"] == "stats" and l["per_peer"] and
               any(x["in"] >= 1 for k, x in l["per_peer"][0].get("by_protocol", {}).items()
                   if k.startswith("/meshsub/")), LONG, n.mark(), "go's stream on the new connection")
    whole_mesh([n, p])


@for_each(["go"])
def cut_while_replaced(impl):
    """go resets our pubsub stream until the connection is replaced, and in the middle of that the old one is
    cut (S13): pubsub runs on the new one within a second."""
    with Group() as g:
        p = g.start(impl, impl, *TOPICS).ready()
        line = Line(port_of(p))
        n = g.start("lp2p", "node", *TOPICS, "--dial", line.address(p.peer)).ready()
        subscribed(n, p)
        deliver([n, p], 3)
        old = n.all("conn_open", peer=p.peer)[0]["conn"]
        at = spent(n, p)
        line.cut()
        opened = n.wait("conn_open", LONG, at[0], peer=p.peer)
        sent = n.wait("pubsub_out_stream_open", LONG, at[0], peer=p.peer, conn=opened["conn"])
        check(sent["t_ms"] - opened["t_ms"] <= 1000, "pubsub was late", opened, sent)
        p.wait("peer_subscribed", LONG, at[1], peer=n.peer)
        n.wait("conn_close", LONG, at[0], peer=p.peer, conn=old)
        both_ways_again(n, p)
        deliver([n, p], 5)
        equal(n.stats()["conns"], 1, "connections of the node")
        once(n)


def mesh_of_all(security, protocol):
    """Everybody in one mesh; the first lp2p node is dialed, the second dials."""
    flags = (*TOPICS, "--stats-every", "200ms", "--security", security,
             *(("--router", "floodsub") if "floodsub" in protocol else ("--gossip-protocols", protocol)))
    with Healthy() as g:
        first = g.start("lp2p", "listens", *flags).ready()
        others = [g.start(i, i, *flags, "--dial", first.full).ready() for i in REMOTES]
        second = g.start("lp2p", "dials", *flags,
                         *(f for p in (first, *others) for f in ("--dial", p.full))).ready()
        nodes = [first, *others, second]
        for n in (first, second):
            for p in nodes:
                if p is not n:
                    subscribed(n, p, mesh=False)
        if "floodsub" not in protocol:
            whole_mesh(nodes)
        deliver(nodes, 5)
        for n in (first, second):
            equal({l["protocol"] for l in n.all("pubsub_out_stream_open")}, {protocol}, "protocols spoken")
            no_errors(n, but=("warning",) if security == "plaintext" else ())


@scenario(REMOTES)
def one_mesh_for_each_protocol():
    """go, both rusts and lp2p, over noise (S16): every pair gets everything, whichever protocol."""
    for protocol in ("/meshsub/1.0.0", "/meshsub/1.1.0", "/meshsub/1.2.0", "/floodsub/1.0.0"):
        mesh_of_all("noise", protocol)


@scenario(REMOTES)
def one_mesh_in_the_open():
    """The same over plaintext (S16)."""
    for protocol in ("/meshsub/1.0.0", "/meshsub/1.2.0", "/floodsub/1.0.0"):
        mesh_of_all("plaintext", protocol)


def never_not_supported(n):
    bad = [l for l in n.lines if l.get("code") == "not_supported" or l.get("reason") == "not_supported"
           or l.get("value") == "not_supported"]
    check(not bad, "a limit was taken for a refusal", *bad[:4])


def never_removed(p, n):
    """The peer never heard that the node serves less than at first."""
    bad = [l for l in p.all("protocols_updated", peer=n.peer) if l["removed"]]
    check(not bad, f"{p.name} heard of withdrawn protocols", *bad)


def few_streams(impl, *limits):
    with Group() as g:
        n, p = linked(g, impl, "node", TOPICS, TOPICS + limits)
        subscribed(n, p)
        deliver([n, p], 5)
        n.wait("identified", LONG, peer=p.peer)
        deliver([n, p], 5)
        never_not_supported(n)
        never_removed(p, n)
        equal(n.count("conn_close"), 0, "connections lost")


@for_each(["go"])
def one_stream_for_the_peer(impl):
    """The peer's resource manager lets us have one stream (S8)."""
    few_streams(impl, "--peer-streams-in", "1")


@for_each(["go"])
def one_stream_in_its_muxer(impl):
    """The peer's yamux lets us have one stream (S8): the next one is reset before its first byte."""
    few_streams(impl, "--yamux-max-streams", "1")


@for_each(["go"])
def two_streams_in_its_muxer(impl):
    few_streams(impl, "--yamux-max-streams", "2")


@for_each(REMOTES)
def nothing_to_warn_of(impl):
    """A healthy hour in small: streams come and go, messages flow, and no warning is printed."""
    with Healthy() as g:
        n, p = linked(g, impl, "node", TOPICS, TOPICS)
        subscribed(n, p)
        for _ in range(20):
            deliver([n, p], 2)
            at = n.mark(), p.mark()
            n.tell(f"echo {p.peer} 10000 10")
            p.tell(f"echo {n.peer} 10000 10")
            n.wait("echo_done", LONG, at[0], ok=True)
            p.wait("echo_done", LONG, at[1], ok=True)
        no_errors(n)


@for_each(REMOTES)
def thousand_cycles(impl):
    """Connected, subscribed and disconnected a thousand times: neither memory nor descriptors grow, and
    there is nothing to warn of."""
    cycles, warm = 1000, 300
    with Group() as g:
        p = g.start(impl, impl, *TOPICS, "--stats-every", "0").ready()
        n = g.start("lp2p", "node", *TOPICS, "--stats-every", "0").ready()
        sizes = []
        for i in range(cycles):
            at = n.mark()
            n.tell(f"dial {p.full}")
            n.wait("conn_open", LONG, at, peer=p.peer)
            n.wait("identified", LONG, at, peer=p.peer)
            n.wait("pubsub_out_stream_open", LONG, at, peer=p.peer)
            n.wait("peer_subscribed", LONG, at, peer=p.peer)
            n.tell(f"disconnect {p.peer}")
            n.wait("conn_close", LONG, at, peer=p.peer)
            if i + 1 in (warm, cycles):
                sizes.append((n.stats()["rss_kb"], n.descriptors()))
        (warm_kb, warm_files), (last_kb, last_files) = sizes
        equal(n.count("conn_open"), cycles, "connections")
        check(last_files <= warm_files + 1, f"{warm_files} descriptors became {last_files}")
        check(last_kb <= warm_kb + 256, f"{warm_kb} kB became {last_kb}")
        no_errors(n)
        ends = []
        p.wait_for(lambda l: l["ev"] == "conn_close" and (ends.append(l) or len(ends) == cycles),
                   LONG, what=f"the end of {cycles} connections")  # its lines may lag behind
        at = n.mark(), p.mark()
        n.tell(f"dial {p.full}")
        subscribed(n, p, after=at)
        deliver([n, p], 3)
        # To the peer this is a storm of connections; who made it knows that it was asked for.
        healthy("lines", read([n]))


# -- what the lines and the trace alone must tell (S17) --------------------------------------------------

FIELDS = {
    "conn_open": ("peer", "conn", "dir", "remote", "conns_to_peer"),
    "conn_close": ("peer", "conn", "dir", "remote", "reason", "by"),
    "duplicate": ("peer", "kept", "closed", "rule"),
    "stream_open": ("peer", "conn", "stream", "protocol", "dir"),
    "stream_close": ("peer", "conn", "stream", "protocol", "dir", "reason", "by"),
    "stream_error": ("peer", "protocol", "dir", "code", "fault", "text"),
    "upgrade_error": ("conn", "dir", "remote", "stage", "code", "fault", "text"),
    "pubsub_out_stream_open": ("peer", "protocol", "conn"),
    "pubsub_out_stream_closed": ("peer", "protocol", "reason"),
}


def explained(n, trace):
    """Every open has its end, every end a cause and somebody who did it, and lines and trace agree."""
    for l in n.lines:
        missing = [f for f in FIELDS.get(l["ev"], ()) if l.get(f) in (None, "")]
        check(not missing, f"{l['ev']} does not tell {missing}", l)
    opened = [l["conn"] for l in n.all("conn_open")]
    closed = [l["conn"] for l in n.all("conn_close")]
    equal(sorted(opened), sorted(closed), "connections that opened, and that ended")
    refused = [l["closed"] for l in n.all("duplicate")]
    check(not set(refused) & set(opened), "refused newcomers that were told as established", refused)
    streams = [(l["conn"], l["stream"]) for l in n.all("stream_open")]
    equal(sorted(streams), sorted((l["conn"], l["stream"]) for l in n.all("stream_close")),
          "streams that opened, and that ended")
    named = lambda ev: [e for e in trace if e["ev"] == ev]  # noqa: E731
    equal({e["conn"] for e in named("swarm.established")}, set(opened), "connections in the trace")
    equal(sorted(e["conn"] for e in named("swarm.duplicate")), sorted(refused), "duplicates in the trace")
    for e in named("swarm.duplicate"):
        check(e["fields"].get("rule") and e["fields"].get("kept") in opened, "a duplicate without why", e)
    for e in named("connection.substream.opened"):
        check(e.get("conn") and e.get("stream") and e["fields"].get("protocol")
              and e["fields"].get("dir"), "an open without what", e)
    for e in named("connection.substream.ended") + named("connection.substream.failed"):
        check(e.get("conn") and e.get("stream") and e["fields"].get("why"), "an end without why", e)
    began = {(e["conn"], e["stream"]) for e in named("connection.substream.opened")}
    ended = {(e["conn"], e["stream"]) for e in named("connection.substream.ended")}
    equal(sorted(began - ended), [], "streams without an end in the trace")


@for_each(REMOTES)
def everything_is_explained(impl):
    """A burst of dials, streams that finish, are refused and are reset, and an end: lines and trace tell
    of each (S17)."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trace")
        with Group() as g:
            n = g.start("lp2p", "node", *TOPICS, "--trace", path).ready()
            p = g.start(impl, impl, *TOPICS, *ALWAYS[impl], "--dial", n.full, "--dial-burst", "3").ready()
            n.wait_for(lambda _: n.count("duplicate") == 2, LONG, 0, "two refused newcomers")
            subscribed(n, p)
            deliver([n, p], 3)
            for verb in ("echo", "reset"):
                n.tell(f"{verb} {p.peer} {'1000 ' if verb == 'echo' else ''}3")
                n.wait(f"{verb}_done", LONG)
            n.tell(f"open {p.peer} /not/there/1")
            n.wait("stream_error", LONG, protocol="/not/there/1")
            n.tell("quit")
            n.wait("exit", LONG)  # the last of its lines
            equal(n.process.wait(LONG), 0, "the node's exit code")
        with open(path, encoding="utf-8") as lines:
            explained(n, [json.loads(line) for line in lines])
