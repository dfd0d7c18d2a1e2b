# SPDX-License-Identifier: Apache-2.0 OR MIT
"""Scenarios that lp2p does not pass yet, each with what is missing: `run --due` has them, too. Who mends
one moves it to where its kin are.
"""

from live import LONG, for_each, no_errors
from peers import Group
from seed import REMOTES, cut_with_newcomer_held

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
