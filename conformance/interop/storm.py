# SPDX-License-Identifier: Apache-2.0 OR MIT
"""The network that fell silent: nodes that dial each other again and again although they are connected,
while everybody publishes at a fixed pace. Counts who received what.

seed.py judges it, examples/seed.py shows it.
"""

import time

from live import LONG, check, whole_mesh

TOPIC = "seed"
# What the library does by itself is not to dial a connected peer; these make it.
FORCED = {"go": ("--dial-mode", "always"), "rust": ("--dial-mode", "always"),
          "rust-old": ("--dial-mode", "always"), "lp2p": ()}
DIALS_EVERY, PUBLISHES_EVERY = 1.0, 0.5  # seconds
# Between two rounds of messages: what the old rust publishes while a connection of its own is refused, by
# whomever, it loses before it is on the wire (duplicates.py), and no network can deliver that.
DIALS_AFTER = 0.2
WINDOW = 10  # seconds at the end that are counted on their own
QUIET = 3  # seconds after which a storm has left one connection: a requirement


class Storm:
    """`counts`: how many nodes of each implementation. rust nodes dial every go and every lp2p node, lp2p
    nodes every other node, go nodes each other; once to begin with, then (`again`: pairs of
    implementations, who dials whom) every second."""

    def __init__(self, group, counts, again, flags=()):
        self.nodes = [
            group.start(impl, f"{impl}{i + 1}", "--topic", TOPIC, "--stats-every", "500ms",
                        *FORCED[impl], *flags)
            for impl, n in counts.items() for i in range(n)]
        for n in self.nodes:
            n.ready()
            n.got, n.read = {}, 0
        self.again = [(a, b) for a in self.nodes for b in self.nodes
                      if a is not b and (a.impl, b.impl) in again]
        self.published = {}  # number of a round: seconds after the start
        self.quiet = None  # what the nodes said of their connections after the storm

    def of(self, *impls):
        return [n for n in self.nodes if n.impl in impls]

    def links(self):
        """Who dials whom to begin with: each pair once."""
        order = ("go", "rust", "rust-old", "lp2p")
        for i, a in enumerate(self.nodes):
            for b in self.nodes[:i]:
                a_rank, b_rank = order.index(a.impl), order.index(b.impl)
                if a_rank == b_rank and a.impl.startswith("rust"):
                    continue
                yield (a, b) if a_rank >= b_rank else (b, a)

    def connect(self):
        """One connection for each pair; until all know of each other and the mesh is whole."""
        links = list(self.links())
        for a, b in links:
            a.tell(f"dial {b.full}")
        for a, b in links:
            for x, y in ((a, b), (b, a)):
                x.wait("peer_subscribed", LONG, peer=y.peer, topic=TOPIC)
        whole_mesh(self.nodes)

    def run(self, storm, calm, tick=lambda seconds, due: None):
        """Dials and publishes for `storm` seconds, then only publishes for `calm`."""
        began, due_dial, due_publish = time.monotonic(), DIALS_AFTER, 0.0
        while (now := time.monotonic() - began) < storm + calm:
            self.check_alive()
            if now >= due_publish:
                due_publish += PUBLISHES_EVERY
                self.publish(now)
            if due_dial <= now < storm:
                due_dial += DIALS_EVERY
                for a, b in self.again:
                    a.tell(f"dial {b.full}")
            if self.quiet is None and now >= storm + QUIET:
                self.quiet = {n: n.stats(LONG) for n in self.nodes}
            self.read()
            tick(now, storm + calm)
            dial = due_dial if due_dial < storm else due_publish
            time.sleep(max(0.0, min(due_publish, dial) - (time.monotonic() - began)))
        self.last = {n: n.stats(LONG) for n in self.nodes}

    def publish(self, now):
        number = len(self.published) + 1
        self.published[number] = now
        for n in self.nodes:
            n.tell(f"publish {TOPIC} {n.name} {number}")

    def settle(self, pairs, seconds=10):
        """Waits until `pairs` have everything, or not longer."""
        deadline = time.monotonic() + seconds
        for a, b in pairs:
            while len(b.got.get(a.peer, {})) < len(self.published) and time.monotonic() < deadline:
                time.sleep(0.05)
                self.read()
        self.read()

    def read(self):
        """Notes what came since the last time: how often each message of each author."""
        for n in self.nodes:
            lines = n.lines
            while n.read < len(lines):
                line = lines[n.read]
                n.read += 1
                if line["ev"] == "message" and line["topic"] == TOPIC:
                    times = n.got.setdefault(line["from"], {})
                    number = int(line["head"].split()[1])
                    times[number] = times.get(number, 0) + 1

    def check_alive(self):
        for n in self.nodes:
            check(n.running(), f"{n.name} ({n.impl}) ended by itself:\n{n.stderr()[-800:]}")

    # -- what came of it ---------------------------------------------------------------------------------

    def pairs(self, *impls):
        """Ordered pairs, author and receiver; those that include one of these, where any are named."""
        return [(a, b) for a in self.nodes for b in self.nodes if a is not b
                and (not impls or a.impl in impls or b.impl in impls)]

    def share(self, author, receiver, last=None):
        """Which part of its messages arrived, of all or of those of the `last` seconds."""
        end = max(self.published.values())
        wanted = [n for n, at in self.published.items() if last is None or at > end - last]
        return sum(n in receiver.got.get(author.peer, {}) for n in wanted) / len(wanted)

    def twice(self):
        """Messages that a node gave to its application more than once."""
        return [f"{number} from {a.name} to {b.name}" for a, b in self.pairs()
                for number, times in b.got.get(a.peer, {}).items() if times > 1]

    def conns_to(self, a, b, said):
        return next((p["conns"] for p in said[a]["per_peer"] if p["peer"] == b.peer), 0)

    def replaced(self, a, b):
        """Inbound pubsub streams from b that a newer one pushed out, as a (go or rust) counts them."""
        return next((p.get("replaced", 0) for p in self.last[a]["per_peer"] if p["peer"] == b.peer), 0)

    def disabled(self, a, b=None):
        """Connections on which a (rust) gave pubsub up for good."""
        return a.count("warning", kind="protocol_withdrawn", **({"peer": b.peer} if b else {})) \
            if a.impl.startswith("rust") else 0
