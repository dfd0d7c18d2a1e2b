// SPDX-License-Identifier: Apache-2.0 OR MIT
// From the trace of a node in a network of virtual time, as io/trace_log writes it, to findings.
#include "examples/doctor/diagnosis.hpp"
#include "examples/doctor/reader.hpp"

#include <lp2p/io/trace_log.hpp>

#include "tests/node/node_net.hpp"

#include <sstream>

namespace lp2p {
namespace {

using net = test::node_net<test::null_stack>;

/// A file in memory that a trace is written to.
class paper {
public:
    paper()
        : file_{::open_memstream(&text_, &size_)}
        , log_{file_, test::start} {}
    ~paper() {
        std::fclose(file_);
        std::free(text_);
    }
    paper(const paper&) = delete;
    paper& operator=(const paper&) = delete;
    [[nodiscard]] trace_sink sink() { return log_.sink(); }
    [[nodiscard]] std::vector<doctor::finding> findings() {
        std::fflush(file_);
        doctor::reader all;
        std::istringstream in{std::string{text_, size_}};
        for (std::string line; std::getline(in, line);)
            EXPECT_TRUE(all.line("trace", line)) << line;
        return doctor::diagnose(std::move(all).take());
    }
    /// Their names, each once.
    [[nodiscard]] std::set<std::string> names() {
        std::set<std::string> out;
        for (const auto& f : findings()) out.emplace(to_string(f.what));
        return out;
    }

private:
    char* text_ = nullptr;
    std::size_t size_ = 0;
    std::FILE* file_;
    io::trace_log log_;
};
using names = std::set<std::string>;

/// Nodes that are made one by one; the first writes its trace.
struct observed {
    paper trace;
    net n{0};
    explicit observed(std::size_t nodes, node_config first = {}, const node_config& others = {}) {
        first.trace = trace.sink();
        add(std::move(first));
        for (std::size_t i = 1; i < nodes; ++i) add(others);
    }
    void add(node_config c) {
        const auto h = n.size();
        c.seed = h + 1;
        test::person<test::null_stack> p{static_cast<std::uint8_t>(h + 1)};
        n.adopt(net::node{p.crypto, std::move(p.key), std::move(c), n.net.now()});
    }
    void rounds(int many) {
        for (int r = 0; r < many; ++r) {
            n.everybody_publishes("t", std::to_string(r));
            n.net.advance(seconds{1});
        }
    }
};

TEST(DoctorNetwork, OneThatWorksIsHealthyThroughMeetingsPartingsAndRestarts) {
    observed o{6};
    o.n.subscribe_all("t");
    for (std::size_t h = 1; h < 6; ++h) {
        o.n.dial(h, h - 1);
        o.n.dial(h - 1, h); // they cross
        if (h > 1) o.n.dial(h, 0);
    }
    o.n.net.advance(seconds{3});
    o.rounds(10);
    o.n[2].disconnect(o.n[0].id(), o.n.net.now());
    o.n.net.advance(seconds{2});
    o.n.dial(0, 2);
    o.rounds(20);
    o.n[0].shut_down(o.n.net.now());
    o.n.net.advance(seconds{5});
    EXPECT_EQ(o.trace.names(), names{});
}

TEST(DoctorNetwork, APeerThatIsSilentlyGoneIsHalfOpen) {
    observed o{2};
    o.n.subscribe_all("t");
    o.n.dial(1, 0);
    o.n.net.advance(seconds{3});
    o.n.net.cut(0, 1);
    o.n.net.advance(seconds{60});
    EXPECT_TRUE(o.trace.names().contains("half_open"));
}

TEST(DoctorNetwork, OtherMessageIdsShowAsPromisesThatNobodyKeeps) {
    node_config watcher, odd;
    auto& small = watcher.gossip.common.defaults.mesh; // in nobody's mesh: everybody gossips to it
    small.d = small.d_lo = small.d_hi = small.d_out = small.d_score = 0;
    odd.gossip.common.defaults.id = pubsub::sha256_id(pubsub::hash_of<test::null_stack::crypto>());
    for (const bool differ : {true, false}) {
        observed o{4, watcher, differ ? odd : node_config{}};
        o.n.subscribe_all("t");
        for (std::size_t h = 1; h < 4; ++h) o.n.dial(0, h), o.n.dial(h, h % 3 + 1);
        o.n.net.advance(seconds{3});
        o.rounds(12);
        o.n.net.advance(seconds{5});
        EXPECT_EQ(o.trace.names(), differ ? names{"message_id_mismatch"} : names{});
    }
}

TEST(DoctorNetwork, UnsignedMessagesWhereSignedOnesAreWantedAreKeyTrouble) {
    node_config careless;
    careless.policy = pubsub::signature_policy::strict_no_sign;
    careless.gossip.common.defaults.id =
        pubsub::sha256_id(pubsub::hash_of<test::null_stack::crypto>());
    observed o{2, {}, careless};
    o.n.subscribe_all("t");
    o.n.dial(0, 1);
    o.n.net.advance(seconds{3});
    ASSERT_TRUE(o.n[1].publish("t", as_bytes("hello"), o.n.net.now()));
    o.n.net.advance(seconds{2});
    EXPECT_TRUE(o.trace.names().contains("clock_or_key_trouble"));
}

TEST(DoctorNetwork, AnotherPeerAtTheAddressIsAWrongId) {
    observed o{3};
    o.n[0].dial(test::address_of(1).with_peer(o.n[2].id()), o.n.net.now());
    o.n.net.advance(seconds{30});
    EXPECT_EQ(o.trace.names(), names{"wrong_peer_id"});
}

} // namespace
} // namespace lp2p
