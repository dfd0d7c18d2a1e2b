# SPDX-License-Identifier: Apache-2.0 OR MIT
"""What goes wrong at the edges of a connection: whom we dial, how peers die, how we end."""

import signal
import socket

from healthy import Healthy
from live import LONG, check, deliver, equal, for_each, linked, no_errors, subscribed
from peers import Group

STRANGER = "12D3KooWGzxzKZYveHXtpG6AsrUJBcWxHBFS2HsEoGTxrMLvKXtf"


@for_each()
def wrong_peer_id(impl):
    """Whoever answers is not whom we dialed: an error that names the one we meant, no connection."""
    with Group() as g:
        p = g.start(impl, impl).ready()
        at = p.full.split("/p2p/")[0]
        n = g.start("lp2p", "node", "--dial", f"{at}/p2p/{STRANGER}").ready()
        said = n.wait("dial_error", LONG, peer=STRANGER)
        check("mismatch" in said["code"] or "wrong_peer" in said["code"] or "unexpected" in said["code"],
              "not the code of another identity", said)
        equal(said["addr"], f"{at}/p2p/{STRANGER}", "the address")
        equal(n.count("conn_open"), 0, "connections told")
        n.tell(f"dial {p.full}")
        n.wait("dial_ok", LONG, peer=p.peer)


@for_each()
def peer_dials_wrong_id(impl):
    """The peer meant somebody else: it ends the connection, we name the stage and go on."""
    with Group() as g:
        n = g.start("lp2p", "node").ready()
        at = n.full.split("/p2p/")[0]
        p = g.start(impl, impl, "--dial", f"{at}/p2p/{STRANGER}").ready()
        p.wait("dial_error", LONG, peer=STRANGER)
        p.tell(f"dial {n.full}")
        n.wait("conn_open", LONG, peer=p.peer)


@for_each(["go"])
def closed_port(impl):
    """Nobody listens: refused, at once, with the address; and the node is well."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))  # bound and not listening: the port is nobody else's meanwhile
        to = f"/ip4/127.0.0.1/tcp/{s.getsockname()[1]}/p2p/{STRANGER}"
        with Group() as g:
            n = g.start("lp2p", "node", "--dial", to).ready()
            said = n.wait("dial_error", LONG, peer=STRANGER)
            equal(said["code"], "connection_refused", "the code")
            equal(said["addr"], to, "the address")
            p = g.start(impl, impl).ready()
            n.tell(f"dial {p.full}")
            n.wait("dial_ok", LONG, peer=p.peer)


@for_each()
def killed_and_restarted(impl):
    """SIGKILL: the transport ends; the same peer at the same port is dialed and gossips again."""
    with Group() as g:
        flags = ("--topic", "t", "--seed", f"{impl}-that-dies")
        n, p = linked(g, impl, "node", ("--topic", "t"), flags)
        subscribed(n, p)
        deliver([n, p], 2)
        p.kill()
        n.wait("conn_close", LONG, peer=p.peer, by="transport")
        at = n.mark()
        again = g.start(impl, impl, "--listen", p.full.split("/p2p/")[0], *flags).ready()
        equal(again.peer, p.peer, "the restarted peer's id")
        n.tell(f"dial {again.full}")
        n.wait("conn_open", LONG, at, peer=again.peer)
        subscribed(n, again, after=(at, 0))
        deliver([n, again], 2)
        no_errors(n)


@for_each()
def protected_peer_comes_back(impl):
    """SIGKILL of a protected peer: it is dialed again and again, less and less often, until it is there
    again, at the same port; unprotected it is left alone."""
    with Group() as g:
        flags = ("--topic", "t", "--seed", f"{impl}-that-is-missed")
        n, p = linked(g, impl, "node", ("--topic", "t"), flags)
        subscribed(n, p)
        n.tell(f"protect {p.peer}")
        n.wait("protected", LONG, peer=p.peer)
        at = n.mark()
        p.kill()
        n.wait("conn_close", LONG, at, peer=p.peer, by="transport")
        for attempt, least, most in ((1, 800, 1200), (2, 1600, 2400), (3, 3200, 4800)):
            planned = n.wait("reconnect_planned", LONG, at, peer=p.peer, attempt=attempt)
            check(least <= planned["wait_ms"] <= most, "not a backoff that doubles", planned)
            if attempt == 3:
                break
            n.wait("reconnecting", LONG, at, peer=p.peer, attempt=attempt)
            n.wait_for(lambda _: len([l for l in n.lines[at:] if l["ev"] == "dial_error"
                                      and l["code"] == "connection_refused"]) >= attempt,
                       LONG, at, f"dial_error number {attempt}")
        again = g.start(impl, impl, "--listen", p.full.split("/p2p/")[0], *flags).ready()
        equal(again.peer, p.peer, "the restarted peer's id")
        n.wait("conn_open", LONG, at, peer=again.peer, dir="out")
        subscribed(n, again, after=(at, 0))
        deliver([n, again], 2)
        no_errors(n, but=["dial_error"])
        n.tell(f"unprotect {again.peer}")
        n.wait("unprotected", LONG, peer=again.peer)
        at = n.mark()
        again.kill()
        n.wait("conn_close", LONG, at, peer=again.peer)
        n.stats()
        planned = [l for l in n.lines[at:] if l["ev"].startswith("reconnect")]
        check(not planned, "an unprotected peer was to be dialed again", *planned)


def end_by_signal(which):
    return lambda n: n.process.send_signal(which)


@for_each()
def clean_exits(impl):
    """quit, SIGINT, SIGTERM and --duration: a reason, exit code 0, and the peer sees the end."""
    ways = (("quit", (), lambda n: n.tell("quit")),
            ("SIGINT", (), end_by_signal(signal.SIGINT)),
            ("SIGTERM", (), end_by_signal(signal.SIGTERM)),
            ("duration", ("--duration", "2s"), lambda n: None))
    with Healthy() as g:
        p = g.start(impl, impl, "--topic", "t").ready()
        for reason, flags, end in ways:
            n = g.start("lp2p", f"node-{reason}", "--dial", p.full, "--topic", "t", *flags).ready()
            n.wait("identified", LONG, peer=p.peer)
            subscribed(n, p)
            end(n)
            n.wait("exit", LONG, reason=reason)
            equal(n.process.wait(LONG), 0, f"the exit code after {reason}")
            p.wait("conn_close", LONG, peer=n.peer)
            no_errors(n)


@for_each()
def peer_leaves(impl):
    """The peer quits: the end of its connection is told once, and not as our doing."""
    with Healthy() as g:
        n, p = linked(g, impl, "peer")
        n.wait("identified", LONG, peer=p.peer)
        p.tell("quit")
        closed = n.wait("conn_close", LONG, peer=p.peer)
        check(closed["by"] in ("remote", "transport"), "it was not we who ended it", closed)
        equal(n.stats()["conns"], 0, "connections")
        equal(n.count("conn_close"), 1, "ends told")


@for_each()
def disconnect(impl):
    """Our `disconnect`: both sides see the end; dialing again works at once."""
    with Healthy() as g:
        n, p = linked(g, impl, "node", ("--topic", "t"), ("--topic", "t"))
        n.wait("identified", LONG, peer=p.peer)
        subscribed(n, p)
        n.tell(f"disconnect {p.peer}")
        n.wait("conn_close", LONG, peer=p.peer, by="local")
        p.wait("conn_close", LONG, peer=n.peer)
        at = n.mark()
        n.tell(f"dial {p.full}")
        n.wait("dial_ok", LONG, at, peer=p.peer)
        n.wait("identified", LONG, at, peer=p.peer)
        no_errors(n)
