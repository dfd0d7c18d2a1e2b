# SPDX-License-Identifier: Apache-2.0 OR MIT
"""examples/doctor in a live network: it joins as a peer, and names what is planted and nothing else."""

import json
import os
import subprocess

from faults import STRANGER
from healthy import DOCTOR, Healthy, read
from live import LONG, check, deliver, equal, scenario, subscribed, whole_mesh
from peers import Group

T = ("--topic", "t")


class Visit:
    """A doctor that watches `seconds` from now; its report when it has left."""

    def __init__(self, seconds, *join, flags=()):
        check(os.access(DOCTOR, os.X_OK), "build/bin/doctor was not built")
        to = [x for m in join for x in ("--join", m)]
        self.process = subprocess.Popen([DOCTOR, "--json", "--for", f"{seconds}s", *to, *flags],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def report(self):
        out, err = self.process.communicate(timeout=LONG)
        check(self.process.returncode in (0, 1), f"the doctor ended with {self.process.returncode}: {err}")
        said = json.loads(out)
        equal(said["healthy"], self.process.returncode == 0, "health and exit code")
        return said


def visit(seconds, *join, flags=()):
    return Visit(seconds, *join, flags=flags).report()


def named(said, fault, peer=None):
    """The finding, which tells everything that it must."""
    for f in said["findings"]:
        if f["fault"] == fault and peer in (None, f["peer"]):
            check(f["evidence"] and f["cause"] and f["remedy"], "a finding without its reasons", f)
            return f
    check(False, f"the doctor did not name {fault}", *said["findings"])


def only(said, *faults):
    other = [f for f in said["findings"] if f["fault"] not in faults]
    check(not other, "the doctor named what is not there", *other)


@scenario(needs=("go", "rust"))
def doctor_finds_nothing_in_a_healthy_mesh():
    """4 nodes of three implementations gossip all the while."""
    with Healthy() as g:
        a = g.start("lp2p", "a", *T).ready()
        b = g.start("lp2p", "b", *T, "--dial", a.full).ready()
        p = g.start("go", "go", *T, "--dial", a.full, "--dial", b.full).ready()
        r = g.start("rust", "rust", *T, "--dial", a.full, "--dial", p.full).ready()
        whole_mesh([a, b, p, r])
        doctor = Visit(8, *(n.full for n in (a, b, p, r)))
        while doctor.process.poll() is None:
            deliver([a, b, p, r], 1)
        said = doctor.report()
        check(said["healthy"], "a healthy network", *said["findings"])
        check(said["records"][0]["facts"] > 20, "it saw nothing", said["records"])
        for n in (a, b, p, r):
            n.wait("conn_open", LONG, peer=said["records"][0]["peer"])


@scenario(needs=("go", "rust"))
def doctor_names_a_planted_fault():
    """One network, and in it: a peer that takes no pubsub stream, one that withdraws pubsub, one with
    another id function, one with another topic; and an address with another peer's id."""
    with Group() as g:
        deaf = g.start("go", "deaf", *T, "--proto-peer-streams-in", "-2").ready()
        tired = g.start("go", "tired", *T).ready()
        odd = g.start("lp2p", "odd", *T, "--message-id", "sha256", "--dial", tired.full).ready()
        other = g.start("lp2p", "other", "--topic", "T", "--dial", tired.full).ready()
        subscribed(tired, odd, mesh=False)
        doctor = Visit(12, deaf.full, tired.full, odd.full, other.full,
                       f"{tired.full.split('/p2p/')[0]}/p2p/{STRANGER}", flags=T)
        for n in (tired, odd):
            n.wait("peer_subscribed", LONG, peer=lambda p: p not in (tired.peer, odd.peer))
        for i in range(8):  # a heartbeat between them, at which odd advertises them
            at = odd.mark()
            odd.tell(f"publish t {i}")
            odd.wait("published", LONG, at)
            odd.wait("stats", LONG, odd.mark())
        tired.tell("withdraw_pubsub")
        said = doctor.report()
        named(said, "one_way_gossip", deaf.peer)
        named(said, "protocol_withdrawn", tired.peer)
        named(said, "message_id_mismatch", odd.peer)
        named(said, "topic_mismatch", other.peer)
        named(said, "wrong_peer_id", STRANGER)
        only(said, "one_way_gossip", "protocol_withdrawn", "message_id_mismatch", "topic_mismatch", "wrong_peer_id",
             "limit_hit")
        for f in said["findings"]:
            check(f["fault"] != "limit_hit" or f["peer"] == deaf.peer, "a limit that nobody has", f)


@scenario(needs=("go", "rust-old"))
def doctor_reads_what_the_nodes_said():
    """The seed's network in small: rust dials go again and again. The lines of both name the storm."""
    with Group() as g:
        p = g.start("go", "go", *T, "--publish-every", "200ms").ready()
        r = g.start("rust-old", "rust", *T, "--publish-every", "200ms", "--dial", p.full, "--dial-mode", "always",
                    "--redial-every", "500ms", "--redial-max", "10").ready()
        p.wait_for(lambda _: p.count("conn_open") >= 8, LONG, 0, "eight connections")
        p.wait("stats", LONG, t_ms=lambda t: t > 5000)  # the first two stand for longer than 3 s by then
        r.wait("warning", LONG, kind="protocol_withdrawn")
        said = read([p, r])
        for fault in ("duplicate_connections", "redial_storm", "handler_disabled"):
            named(said, fault)
