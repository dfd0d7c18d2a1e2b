# SPDX-License-Identifier: Apache-2.0 OR MIT
"""A minute of ordinary life, and not one error line."""

from healthy import Healthy
from live import LONG, equal, no_errors, scenario

MINUTE = 60


@scenario()
def sixty_seconds():
    """The node dials one go and one rust peer and is dialed by another of each; all publish."""
    with Healthy() as g:
        life = ("--topic", "t", "--publish-every", "500ms", "--ping-every", "2s")
        dialed = [g.start(i, f"{i}-dialed", *life, "--count", "80").ready() for i in ("go", "rust")]
        n = g.start("lp2p", "node", *life, "--count", "80", "--duration", f"{MINUTE}s",
                    *(f for p in dialed for f in ("--dial", p.full))).ready()
        dialing = [g.start(i, f"{i}-dialing", *life, "--count", "80", "--dial", n.full).ready()
                   for i in ("go", "rust")]
        n.wait("exit", MINUTE + LONG, reason="duration")
        equal(n.process.wait(LONG), 0, "the node's exit code")
        no_errors(n)
        for p in (*dialed, *dialing):
            equal(n.count("conn_open", peer=p.peer), 1, f"connections with {p.name}")
            opened = n.all("conn_open", peer=p.peer)[0]
            closed = n.all("conn_close", peer=p.peer)
            equal([(l["conn"], l["by"]) for l in closed], [(opened["conn"], "local")],
                  f"ends of the connection with {p.name}")
            got = [l["head"] for l in n.all("message", **{"from": p.peer})]
            equal(len(got), len(set(got)), f"messages of {p.name} and different ones among them")
            # The first ones may be from before the peers knew of each other.
            sent = [l for l in p.all("published") if l["t_ms"] > 0]
            last = max(int(h.split()[1]) for h in got)
            first = min(int(h.split()[1]) for h in got)
            equal(sorted(int(h.split()[1]) for h in got), list(range(first, last + 1)),
                  f"messages of {p.name}, without a hole")
            equal(last, len(sent), f"the last message of {p.name}")
            back = [int(l["head"].split()[1]) for l in p.all("message", **{"from": n.peer})]
            equal(sorted(back), list(range(min(back), 81)), f"our messages at {p.name}")
            equal(n.count("ping", peer=p.peer) > 20, True, f"pings answered by {p.name}")
