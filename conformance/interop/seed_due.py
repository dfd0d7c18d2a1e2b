# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Scenarios that lp2p does not pass yet, each with what is missing: `run --due` has them, too. Who mends
one moves it to where its kin are.
"""

import time

from live import LONG, check, deliver, equal, for_each, linked, no_errors, subscribed
from peers import Group
from seed import REMOTES, cut_with_newcomer_held, never_not_supported, never_removed, once

TOPICS = ("--topic", "t")


# Against rust the topics must outlive the cut: it sees one of its two connections end, and says nothing
# again (H3).
for_each(["rust", "rust-old"])(cut_with_newcomer_held)


@for_each(REMOTES)
def disconnected_at_once(impl):
    """Our own end of a connection is nothing to warn of, whatever was being opened on it. (Told as
    `pubsub_refused`: pubsub does not ask whether it was the connection that ended.)"""
    with Group() as g:
        p = g.start(impl, impl, *TOPICS).ready()
        n = g.start("lp2p", "node", *TOPICS).ready()
        for _ in range(50):
            at = n.mark()
            n.tell(f"dial {p.full}")
            n.wait("conn_open", LONG, at, peer=p.peer)
            n.tell(f"disconnect {p.peer}")
            n.wait("conn_close", LONG, at, peer=p.peer)
        no_errors(n, but=["identify_failed"])  # that one is true


@for_each(["go"])
def pubsub_is_refused(impl):
    """go resets every inbound pubsub stream, later it is restarted without that limit (S7): the node warns
    within 2 s, keeps pubsub in its own list, and gossips within 10 s of the restart. (The warning comes
    when a fifth try is due, 2.01 s after the first; it is known when the fourth failed, at 1.5 s.)"""
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
        p.kill()
        at = n.mark()
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
    subscriptions; after four on one connection on another one; nothing lasting. (go gives up its
    own stream at the fifth new connection (H5), and nothing asks it for another.)"""
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
