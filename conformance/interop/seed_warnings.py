# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What must be told before gossip falls silent, and mended: limits on streams that come near, and pubsub
that a peer refuses, withdraws or resets. A limit is a limit: never "not supported", and never for good.
"""

import json
import os
import tempfile
import time

from healthy import healthy, read
from live import LONG, check, deliver, equal, for_each, linked, no_errors, scenario, subscribed, whole_mesh
from peers import Group
from proxy import UP, Line
from seed import REMOTES, both_ways_again, never_not_supported, never_removed, once, port_of, spent

TOPICS = ("--topic", "t")


def place(p, line):
    return p.lines.index(line)


@for_each(REMOTES)
def own_stream_limit(impl):
    """--max-streams 3 and more traffic than that (S9): a warning first, then one open fails as a limit;
    the connection and gossip go on."""
    with Group() as g:
        n, p = linked(g, impl, "node", (*TOPICS, "--max-streams", "3"), TOPICS)
        subscribed(n, p)
        deliver([n, p], 3)
        for _ in range(6):
            n.tell(f"open {p.peer} /lp2p/echo/1")
        failed = n.wait("stream_error", LONG, peer=p.peer, protocol="/lp2p/echo/1")
        equal(failed["fault"], "limit", "whose fault it was")
        warned = n.wait("warning", LONG, kind="streams_high", peer=p.peer)
        check(place(n, warned) < place(n, failed), "the open failed before the warning", warned, failed)
        check(warned["limit"] and warned["value"] and warned["hint"], "a warning without its numbers", warned)
        deliver([n, p], 5)
        never_not_supported(n)
        equal(n.count("conn_close"), 0, "connections lost")


def refused(p, protocol):
    """Whether a stream that the peer opened and would keep failed or was reset."""
    return p.count("stream_error", protocol=protocol) + p.count("stream_close", protocol=protocol) > 0


@for_each(REMOTES)
def planted_limit(impl):
    """The peer opens stream after stream and ends none, towards a limit of 10: the node warns while
    everything still arrives, at the latest one open before the first that it resets."""
    with Group() as g:
        n, p = linked(g, impl, "node", (*TOPICS, "--limit", "streams_in=10"),
                      (*TOPICS, "--stats-every", "100ms"))
        subscribed(n, p)
        sink = "/lp2p/sink/1"
        for i in range(14):
            deliver([n, p], 1)
            p.tell(f"open {n.peer} {sink}")
            # go says that a stream is open before it knows: it is when the node has it.
            p.wait_for(lambda _: n.count("stream_open", protocol=sink) > i or refused(p, sink), LONG,
                       p.mark(), f"how open number {i + 1} went")
            if refused(p, sink):
                break
            if i == 0:
                equal(n.count("warning"), 0, "warnings of one stream")
        check(refused(p, sink), "nothing was ever refused: there was no limit")
        warned = n.all("warning", kind="streams_high", peer=p.peer)
        check(warned, "no warning before the first stream was refused")
        equal(warned[0]["limit"], 10, "the limit that is named")
        check(warned[0]["value"] < 10, "a warning at the limit is late", warned[0])
        deliver([n, p], 3)


@for_each(REMOTES)
def forgotten_streams(impl):
    """Streams that somebody opened and forgot, the peer or we: 15 are nothing, 16 without progress are told once,
    with the protocol and whose they are; nothing else suffers, and what is told ends with the connection."""
    few, age = 15, 500  # one below the limit on their number; ms
    sink, echo = "/lp2p/sink/1", "/lp2p/echo/1"
    with Group() as g:
        n, p = linked(g, impl, "node", (*TOPICS, "--limit", f"leak_age={age}ms", "--stats-every", "100ms"), TOPICS)
        subscribed(n, p)
        for opener, other, protocol in ((p, n, sink), (n, p, echo)):
            for _ in range(few):
                opener.tell(f"open {other.peer} {protocol}")
        last = [n.wait_for(lambda _: n.count("stream_open", protocol=x) == few, LONG, n.mark(), f"{few} streams")
                for x in (sink, echo)][-1]
        n.wait("stats", LONG, t_ms=lambda t: t > last["t_ms"] + 3 * age)
        equal(n.count("warning", kind="streams_leaking"), 0, f"warnings of {few} streams")
        for opener, other, protocol, whose in ((p, n, sink, "in"), (n, p, echo, "out")):
            opener.tell(f"open {other.peer} {protocol}")
            warned = n.wait("warning", LONG, kind="streams_leaking", peer=p.peer, protocol=protocol)
            equal((warned["dir"], warned["value"]), (whose, few + 1), "whose streams, and how many")
            check(warned["age_ms"] >= age and warned["conn"] and warned["hint"], "without its reasons", warned)
        deliver([n, p], 5)
        n.wait("stats", LONG, t_ms=lambda t: t > warned["t_ms"] + 2 * age)
        equal(n.count("warning", kind="streams_leaking"), 2, "warnings, one for each")
        equal(n.count("stream_close", protocol=sink) + n.count("stream_close", protocol=echo), 0, "streams that ended")
        n.tell(f"disconnect {p.peer}")
        for protocol in (sink, echo):
            n.wait("warning_cleared", LONG, kind="streams_leaking", peer=p.peer, value=protocol)


@scenario(["go", "rust"])
def gossip_dies_on_a_connection_that_lives():
    """Nothing more comes on the stream of a peer's messages, while its connection answers pings: it is asked for a
    message that it must have, then called silent; the third remedy, a new connection, mends it. A peer
    that only has nothing to say is asked, too, and answers."""
    silence, answer = 1000, 500
    quick = ("--limit", f"gossip_silence={silence}ms", "--limit", f"gossip_answer={answer}ms",
             "--limit", f"gossip_stream={silence}ms")
    with tempfile.TemporaryDirectory() as folder, Group() as g:
        trace = os.path.join(folder, "trace")
        n, p = linked(g, "go", "node", (*TOPICS, *quick, "--ping-every", "200ms", "--trace", trace), TOPICS)
        # Somebody is heard all the while: a whole network that is quiet is not silent.
        r = g.start("rust", "rust", *TOPICS, "--publish-every", "100ms", "--dial", n.full).ready()
        for a, b in ((n, p), (n, r)):
            subscribed(a, b, mesh=False)
        whole_mesh([n, p, r])
        deliver([n, p, r], 3)
        quiet = n.stats()["t_ms"] + silence + 4 * answer  # p has nothing to say until then
        n.wait("stats", LONG, n.mark(), t_ms=lambda t: t > quiet)
        equal(n.count("warning"), 0, "warnings of a peer that has nothing to say")
        at = n.mark(), p.mark()
        p.tell(f"mute_pubsub {n.peer}")
        p.tell("publish t lost")
        p.wait("published", LONG, at[1])
        n.wait("warning", LONG, at[0])
        warned = n.all("warning")
        equal([(l["kind"], l["peer"]) for l in warned], [("gossip_silent", p.peer)], "what is told, of whom")
        check(warned[0]["value"] >= silence + 2 * answer, "it was not given the time to answer", warned[0])
        lived = n.lines[at[0]:place(n, warned[0])]
        equal([l for l in lived if l["ev"] == "conn_close"], [], "connections lost before")
        pings = [l for l in lived if l["ev"] == "ping" and l["peer"] == p.peer]
        check(len(pings) > 2, "the connection did not live", *pings)
        n.wait("warning_cleared", LONG, at[0], kind="gossip_silent", peer=p.peer)
        equal([l["action"] for l in n.lines[at[0]:] if l["ev"] == "remedy" and l["peer"] == p.peer],
              ["reopen", "push", "replace"], "what was done")
        equal(n.count("remedy", peer=r.peer), 0, "remedies for the other one")
        subscribed(n, p, mesh=False)
        whole_mesh([n, p, r])
        deliver([n, p, r], 5)
        equal([l for l in n.lines if l["ev"] == "message" and l["head"] == "lost"], [], "it was not mute")
        equal(n.stats()["conns"], 2, "connections of the node")
        once(n)
        equal(n.stop(), 0, "the node's exit code")
        with open(trace, encoding="utf-8") as lines:
            told = [e["ev"] for e in map(json.loads, lines)]
        asked = told[:told.index("pubsub.silent")].count("pubsub.asked")
        check(asked > 2, f"{asked} questions: the peer that had nothing to say was not asked")


@for_each(["go"])
def replaced_by_nothing(impl):
    """A connection is to be replaced, and its peer, which dialed us, listens nowhere: told, and the connection
    stays as it is, with the peer's messages on it, until there is another one."""
    with Group() as g:
        n = g.start("lp2p", "node", *TOPICS).ready()
        p = g.start(impl, impl, *TOPICS, "--listen", "none", "--dial", n.full)
        p.peer = p.wait("subscribed", LONG)["peer"]
        subscribed(n, p)
        deliver([n, p], 3)
        old = n.all("conn_open", peer=p.peer)[0]["conn"]
        at = spent(n, p)
        warned = n.wait("warning", LONG, at[0], kind="replace_failed", peer=p.peer)
        equal(warned["conn"], old, "the connection")
        check(warned["value"] not in ("", "ok") and warned["hint"], "a warning without why", warned)
        for i in range(5):
            p.tell(f"publish t still here {i}")
            n.wait("message", LONG, at[0], head=f"still here {i}", **{"from": p.peer})
        equal(n.count("conn_close"), 0, "connections lost")
        at = n.mark(), p.mark()
        p.tell(f"disconnect {n.peer}")
        n.wait("conn_close", LONG, at[0], peer=p.peer)
        p.tell(f"dial {n.full}")
        subscribed(n, p, after=at)
        deliver([n, p], 3)
        once(n)


@for_each(["go"])
def replaced_with_a_gap(impl):
    """A connection is to be replaced, and its peer keeps one connection and no second: told; the old one ends
    first, and pubsub is on the next one."""
    with Group() as g:
        n, p = linked(g, impl, "node", TOPICS, (*TOPICS, "--peer-conns", "1"))
        subscribed(n, p)
        deliver([n, p], 3)
        old = n.all("conn_open", peer=p.peer)[0]["conn"]
        at = spent(n, p)
        told = n.wait("remedy", LONG, at[0], kind="replace_gap", peer=p.peer)
        equal(told["conn"], old, "the connection that ends first")
        n.wait("conn_close", LONG, at[0], peer=p.peer, conn=old, by="local")
        n.wait("pubsub_out_stream_open", LONG, at[0], peer=p.peer, conn=lambda c: c != old)
        equal(n.count("warning", kind="replace_failed"), 0, "replacements that failed")
        subscribed(n, p, mesh=False, after=at)
        both_ways_again(n, p)
        deliver([n, p], 5)
        equal(n.stats()["conns"], 1, "connections of the node")
        once(n)


@for_each(["go"])
def pubsub_is_withdrawn(impl):
    """The peer pushes a full list without pubsub (S11): reported; the open stream is used until it ends, and
    no new one is opened; when it is on the list again, gossip goes on."""
    with Group() as g:
        n, p = linked(g, impl, "node", TOPICS, TOPICS)
        subscribed(n, p)
        deliver([n, p], 3)
        at = n.mark()
        p.tell("withdraw_pubsub")
        warned = n.wait("warning", LONG, at, kind="protocol_withdrawn", peer=p.peer)
        check(warned["conn"] and warned["hint"], "a warning without where or what to do", warned)
        deliver([n, p], 3)
        equal(len([l for l in n.lines[at:] if l["ev"] == "pubsub_out_stream_open"]), 0, "new streams")
        p.tell(f"reset_pubsub {n.peer}")
        n.wait("pubsub_out_stream_closed", LONG, at, peer=p.peer)
        n.wait_for(lambda l: l["ev"] == "stats" and l["per_peer"][0]["mesh"] == [], LONG, n.mark(),
                   "a mesh without the peer")
        equal(len([l for l in n.lines[at:] if l["ev"] == "pubsub_out_stream_open"]), 0, "new streams")
        after = n.mark(), p.mark()
        p.tell("offer_pubsub")
        n.wait("pubsub_out_stream_open", LONG, after[0], peer=p.peer)
        n.wait("warning_cleared", LONG, after[0], kind="protocol_withdrawn", peer=p.peer, conn=warned["conn"])
        p.wait("peer_subscribed", LONG, after[1], peer=n.peer)
        deliver([n, p], 3)


@for_each(["go"])
def pubsub_is_withdrawn_on_one_of_two(impl):
    """While a connection is replaced the peer has two, and on the new one it pushes a list without pubsub (S11): told
    as such, and nothing changes while the old one lists it. Then the old one ends: the stream that is open is
    used until it ends, too, and there is no other before pubsub is on the list again."""
    with Group() as g:
        p = g.start(impl, impl, *TOPICS).ready()
        line = Line(port_of(p))
        n = g.start("lp2p", "node", *TOPICS, "--limit", "replaced_grace=60s", "--dial", line.address(p.peer)).ready()
        subscribed(n, p)
        deliver([n, p], 3)
        old = n.all("conn_open", peer=p.peer)[0]["conn"]
        theirs = {l["conn"] for l in p.all("conn_open")}
        # The peer does not hear that the node leaves the old one: it would end it.
        at = spent(n, p, lambda: line.hold(UP))
        new = n.wait("conn_open", LONG, at[0], peer=p.peer)["conn"]
        n.wait("pubsub_out_stream_open", LONG, at[0], peer=p.peer, conn=new)
        n.wait("identified", LONG, at[0], peer=p.peer, conn=new)
        there = p.wait("conn_open", LONG, at[1], peer=n.peer, conn=lambda c: c not in theirs)["conn"]
        equal(n.count("conn_close"), 0, "connections that ended")

        def as_before(since):
            """Our messages arrive, on the stream that was open then."""
            for i in range(3):
                mark = f"{since[0]}.{i}"
                n.tell(f"publish t {mark}")
                p.wait("message", LONG, since[1], head=mark, **{"from": n.peer})
            moved = [l for l in n.lines[since[0]:] if l["ev"].startswith("pubsub_out_stream_")]
            check(not moved, "our pubsub stream is another one", *moved)

        p.wait("peer_subscribed", LONG, at[1], peer=n.peer)
        at = n.mark(), p.mark()
        p.tell(f"push_without_pubsub {n.peer} {there}")
        warned = n.wait("warning", LONG, at[0], kind="protocol_withdrawn", peer=p.peer)
        equal((warned["conn"], warned["cause"]), (new, "other_connection"), "where, and why")
        as_before(at)
        equal(n.count("conn_close"), 0, "connections that ended")
        line.cut()
        n.wait("conn_close", LONG, at[0], peer=p.peer, conn=old)
        as_before((n.mark(), p.mark()))
        at = n.mark(), p.mark()
        p.tell(f"reset_pubsub {n.peer}")
        n.wait("pubsub_out_stream_closed", LONG, at[0], peer=p.peer)
        n.wait_for(lambda l: l["ev"] == "stats" and l["per_peer"][0]["mesh"] == [], LONG, n.mark(),
                   "a mesh without the peer")
        equal([l for l in n.lines[at[0]:] if l["ev"] == "pubsub_out_stream_open"], [], "new streams")
        p.tell(f"push_with_pubsub {n.peer} {there}")
        n.wait("pubsub_out_stream_open", LONG, at[0], peer=p.peer, conn=new)
        n.wait("warning_cleared", LONG, at[0], kind="protocol_withdrawn", peer=p.peer, conn=new)
        p.wait("peer_subscribed", LONG, at[1], peer=n.peer)
        both_ways_again(n, p)
        deliver([n, p], 3)
        once(n)


@for_each(["go"])
def pubsub_is_refused(impl):
    """go resets every inbound pubsub stream, later it is restarted without that limit (S7): the node warns
    within 2 s, keeps pubsub in its own list, and gossips within 10 s of the restart."""
    with Group() as g:
        flags = (*TOPICS, "--seed", f"{impl}-that-refuses")
        p = g.start(impl, impl, *flags, "--proto-peer-streams-in", "-2").ready()
        n = g.start("lp2p", "node", *TOPICS, "--dial", p.full).ready()
        opened = n.wait("conn_open", LONG, peer=p.peer)
        warned = n.wait("warning", LONG, kind="pubsub_refused", peer=p.peer)
        check(warned["t_ms"] - opened["t_ms"] <= 2000, "the warning came late", opened, warned)
        tried = n.wait("pubsub_out_stream_closed", LONG, peer=p.peer)
        check(tried["reason"] not in ("", "ok"), "a try that failed without a reason", tried)
        check(any(x.startswith("/meshsub/") for x in
                  p.wait("identified", LONG, peer=n.peer)["protocols"]), "the node serves no pubsub")
        never_not_supported(n)
        never_removed(p, n)
        n.tell(f"protect {p.peer}")
        n.wait("protected", LONG, peer=p.peer)
        at = n.mark()
        p.kill()
        again = g.start(impl, f"{impl}-again", *flags, "--listen", p.full.split("/p2p/")[0]).ready()
        subscribed(n, again, after=(at, 0))
        planned = n.wait("conn_close", LONG, at, peer=p.peer)
        back = n.wait("pubsub_out_stream_open", LONG, at, peer=p.peer)
        check(back["t_ms"] - planned["t_ms"] <= 10_000, "it came back late", planned, back)
        n.wait("warning_cleared", LONG, kind="pubsub_refused", peer=p.peer)
        deliver([n, again], 5)


@for_each(["go"])
def pubsub_is_reset_again_and_again(impl):
    """The peer resets our pubsub stream 20 times, a second apart (S12): opened again each time, with the
    subscriptions; after four on one connection on another one; nothing lasting. go
    gives up its own stream at the fifth new connection, until it is asked for another (H5)."""
    times = 20
    with Group() as g:
        n, p = linked(g, impl, "node", TOPICS, TOPICS)
        subscribed(n, p)
        for i in range(times):
            due = time.monotonic() + 1
            at = n.mark(), p.mark()
            p.tell(f"reset_pubsub {n.peer}")
            n.wait("pubsub_out_stream_closed", LONG, at[0], peer=p.peer)
            n.wait("pubsub_out_stream_open", LONG, at[0], peer=p.peer)
            p.wait("peer_subscribed", LONG, at[1], peer=n.peer)
            time.sleep(max(0.0, due - time.monotonic()))  # the pace is part of what is tried
        last = n.all("pubsub_out_stream_open", peer=p.peer)[-1]
        used = {}
        for l in n.all("pubsub_out_stream_open", peer=p.peer):
            used[l["conn"]] = used.get(l["conn"], 0) + 1
        check(max(used.values()) <= 4, f"pubsub streams by connection: {used}")
        check(n.count("remedy", peer=p.peer) >= times // 4 - 1, "remedies told", *n.all("remedy"))
        equal(n.stats()["conns"], 1, "connections at the end")
        n.wait_for(lambda l: l["ev"] == "stats" and l["t_ms"] >= last["t_ms"] + 5000, LONG, 0,
                   "a stats line 5 s after the last reset")
        subscribed(n, p, mesh=False)
        deliver([n, p], 10)
        once(n)


@for_each(REMOTES)
def disconnected_at_once(impl):
    """Our own end of a connection is nothing to warn of, whatever was being opened on it."""
    with Group() as g:
        p = g.start(impl, impl, *TOPICS).ready()
        n = g.start("lp2p", "node", *TOPICS).ready()
        for _ in range(50):
            at = n.mark()
            n.tell(f"dial {p.full}")
            n.wait("conn_open", LONG, at, peer=p.peer)
            n.tell(f"disconnect {p.peer}")
            n.wait("conn_close", LONG, at, peer=p.peer)
        no_errors(n, but=["identify_failed", "upgrade_error"])  # those are true
        # go's pubsub dials back, and our next `disconnect` may come before that is established.
        other = [l for l in n.all("upgrade_error") if l["code"] != "disconnected"]
        check(not other, "upgrades that failed otherwise than by us", *other)
        healthy("lines", read([n]))
