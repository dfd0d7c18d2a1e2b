# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The connection cut at every frame boundary: of the upgrade, and of what follows it."""

from live import LONG, check, equal, for_each
from peers import Group, Trouble
from proxy import DOWN, UP, CuttingProxy

# Each way: the multistream header and /noise (1, 2), noise messages (dialer 3, 4; listener 3), then frames
# that carry the choice of yamux, yamux itself, and identify. Pings keep frames coming after those.
UPGRADE, LAST = 4, 9
ENDS = ("dial_error", "upgrade_error", "conn_close")


def places():
    for direction in (UP, DOWN):
        for frames in range(LAST + 1):
            for how in ("close", "reset"):
                yield direction, frames, 0, how
            if frames < UPGRADE:
                yield direction, frames, 1, "close"  # inside the next one


def cut_once(g, p, dialer, direction, frames, extra, how):
    """A fresh node, one connection cut there; then a connection that nobody cuts, which must carry."""
    what = f"cut ({how}) {extra} bytes behind frame {frames} {direction}"
    n = g.start("lp2p", f"node-{dialer}", "--ping-every", "50ms", "--topic", "t").ready()
    to, who = (p, n) if dialer == "node" else (n, p)
    port = int(to.full.split("/")[4])
    bad, good = CuttingProxy(port, direction, frames, extra, how), CuttingProxy(port)
    try:
        at, p_at = n.mark(), p.mark()
        who.tell(f"dial {bad.address(to.peer)}")
        check(bad.was_cut.wait(LONG), what + ": it never came to that place")
        try:
            end = n.wait_for(lambda l: l["ev"] in ENDS, LONG, at, "how the connection ended")
        except Trouble as why:
            raise Trouble(f"{what}: {why}")
        name = end["reason"] if end["ev"] == "conn_close" else end["code"]
        check(name not in ("", "ok"), what + ": an end without a name", end)
        if end["ev"] == "conn_close":
            equal(end["by"], "transport", what + ": who ended it")
        else:
            equal(n.count("conn_open"), 0, what + ": connections told, though it never got there")
        if who is p:
            how_it_went = p.wait_for(lambda l: l["ev"].startswith("dial_"), LONG, p_at, "how its dial went")
            if how_it_went["ev"] == "dial_ok":  # else a moment later its next dial is answered by this one
                p.wait("conn_close", LONG, p_at, peer=n.peer)

        def nothing_open(_):
            return p.count("conn_open", peer=n.peer) == p.count("conn_close", peer=n.peer)
        p.tell("peers")  # there is a line to look at, even if its side had nothing to say
        p.wait_for(nothing_open, LONG, p_at, f"the end of its connection, {what}")
        at, p_at = n.mark(), p.mark()
        who.tell(f"dial {good.address(to.peer)}")
        n.wait("conn_open", LONG, at, peer=p.peer)
        n.tell(f"echo {p.peer} 1000 1")
        done = n.wait("echo_done", LONG, at)
        check(done["ok"] is True, what + ": the echo on the next connection", done)
        equal(n.stop(), 0, what + ": the node's exit code")
        check(p.running(), what + ": the peer is gone")
        p.wait("conn_close", LONG, p_at, peer=n.peer)
    finally:
        bad.close()
        good.close()
        n.stop()
        g.peers.remove(n)


@for_each()
def cut_when_node_dials(impl):
    with Group() as g:
        p = g.start(impl, impl, "--topic", "t").ready()
        for place in places():
            cut_once(g, p, "node", *place)


@for_each()
def cut_when_node_listens(impl):
    with Group() as g:
        p = g.start(impl, impl, "--topic", "t").ready()
        for place in places():
            cut_once(g, p, "peer", *place)
