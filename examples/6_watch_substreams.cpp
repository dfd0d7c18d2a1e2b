// SPDX-License-Identifier: Apache-2.0 OR MIT
// 6_watch_substreams: who holds which substream, since when; the question behind "silent" networks.
//
// No substream of a connection is without an entry in its ledger: what it is for, which protocol it
// speaks, who opened it, how old it is and when it last moved. A node says so before a limit is hit.
#include <lp2p/full.hpp>

#include <asio/io_context.hpp>

#include <cstdio>

namespace {

const std::string hold_protocol = "/example/hold/1";

void print_substreams(const lp2p::node& node) {
    using ms = std::chrono::duration<double, std::milli>;
    const auto now = lp2p::io::now();
    for (const lp2p::wire::peer_id& peer : node.peers()) {
        const auto conn = node.established(peer);
        const auto info = conn ? node.look(*conn) : std::nullopt;
        if (!info) continue;
        const auto& ledger = info->conn.ledger();
        std::printf("%s: %u in, %u out of %u\n", peer.to_string().c_str(), ledger.inbound(),
                    ledger.outbound(), ledger.settings().outbound);
        for (const lp2p::substream_entry& s : ledger.entries())
            std::printf("  %-3s  %-11s  %-20s  %6.1f ms old, %6.1f ms quiet\n",
                        std::string{to_string(s.dir)}.c_str(),
                        std::string{to_string(s.use)}.c_str(),
                        s.protocol.empty() ? "(negotiates)" : s.protocol.c_str(),
                        ms{now - s.opened_at}.count(), ms{now - s.last_progress}.count());
    }
}

void print_warning(const lp2p::swarms::streams_high& w) {
    std::printf("warning: %u of %u %s substreams, most of them %s\n", w.value, w.limit,
                std::string{to_string(w.what)}.c_str(), w.protocol.c_str());
}

/// Two nodes; `here` is watched while it opens substreams that nobody closes.
struct watched_pair {
    explicit watched_pair(asio::io_context& context)
        : here{context.get_executor(), lp2p::make_node({.bounds = {.streams_out = 6}})}
        , there{context.get_executor(), lp2p::make_node()} {
        for (lp2p::driver* d : {&here, &there}) (void)d->node().subscribe("news", lp2p::io::now());
        (void)there.serve(hold_protocol, [this](auto s) { streams.push_back(std::move(s)); });
        here.on_event([this](const lp2p::node_event& event) {
            if (const auto* high = std::get_if<lp2p::swarms::streams_high>(&event))
                print_warning(*high);
            else if (std::holds_alternative<lp2p::service::pubsub_stream_out>(event))
                open_more(3);
        });
        const auto at = there.listen(*lp2p::wire::multiaddr::parse("/ip4/127.0.0.1/tcp/0"));
        if (!at) {
            stop(lp2p::io::to_error_code(at.error()));
            return;
        }
        here.async_dial(at->with_peer(there.node().id()), [this](std::error_code ec, auto) {
            if (ec) stop(ec);
        });
    }
    void open_more(int left) {
        print_substreams(std::as_const(here).node());
        if (left == 0) return stop({});
        here.async_open(there.node().id(), {hold_protocol}, [this, left](auto ec, auto stream) {
            if (ec) return stop(ec);
            streams.push_back(std::move(stream));
            open_more(left - 1);
        });
    }
    void stop(std::error_code ec) {
        failure = ec;
        for (lp2p::driver* d : {&here, &there}) d->async_shut_down([](std::error_code) {});
    }

    lp2p::driver here, there;
    std::vector<lp2p::driver::stream> streams;
    std::error_code failure;
};

} // namespace

int main() {
    asio::io_context context;
    watched_pair pair{context};
    context.run();
    if (!pair.failure) return 0;
    std::fprintf(stderr, "6_watch_substreams: %s\n", pair.failure.message().c_str());
    return 1;
}
