// SPDX-License-Identifier: Apache-2.0 OR MIT
// From the trace of a network alone: each connection and each substream has one beginning and one
// end, with who and why; each limit that was hit has its name, value and bound.
#include "tests/node/node_net.hpp"

namespace lp2p {
namespace {

using net = test::node_net<test::null_stack>;

struct told {
    std::string name;
    std::uint64_t conn = 0;
    std::uint32_t stream = 0;
    instant at{};
    std::map<std::string, std::int64_t> numbers{};
    std::map<std::string, std::string> texts{}; ///< bytes as well
    std::map<std::string, error> errors{};
};
/// One node's trace, kept whole.
struct log {
    std::vector<told> all;
    static void write(void* self, const trace_event& e) noexcept {
        told t{std::string{e.name}, e.connection, e.stream, e.at};
        for (const trace_field& f : e.fields) {
            const std::string key{f.key};
            if (const auto* n = std::get_if<std::int64_t>(&f.value)) t.numbers[key] = *n;
            if (const auto* s = std::get_if<std::string_view>(&f.value)) t.texts[key] = *s;
            if (const auto* b = std::get_if<byte_view>(&f.value)) t.texts[key] = as_text(*b);
            if (const auto* w = std::get_if<error>(&f.value)) t.errors[key] = *w;
        }
        static_cast<log*>(self)->all.push_back(std::move(t));
    }
    [[nodiscard]] trace_sink sink() noexcept { return {this, &write}; }
    [[nodiscard]] std::vector<told> named(std::string_view name) const {
        std::vector<told> some;
        for (const told& t : all)
            if (t.name == name) some.push_back(t);
        return some;
    }
};

using ids = std::vector<std::pair<std::uint64_t, std::uint32_t>>;
ids sorted_ids(const std::vector<told>& of) {
    ids out;
    for (const told& t : of) out.emplace_back(t.conn, t.stream);
    std::sort(out.begin(), out.end());
    return out;
}

/// Every beginning in this trace has one end, behind it, with a cause and somebody who did it.
void expect_whole_lives(const log& l) {
    namespace names = trace_names;
    EXPECT_EQ(sorted_ids(l.named(names::swarm_established)),
              sorted_ids(l.named(names::swarm_closed)));
    EXPECT_EQ(sorted_ids(l.named(names::substream_opened)),
              sorted_ids(l.named(names::substream_ended)));
    EXPECT_EQ(sorted_ids(l.named(names::pubsub_in_opened)),
              sorted_ids(l.named(names::pubsub_in_closed)));
    EXPECT_EQ(l.named(names::pubsub_stream_opened).size(),
              l.named(names::pubsub_hello_sent).size());
    ids begun, ended; // every connection that was ours to begin or that we accepted
    for (const told& t : l.all) {
        if (t.name == names::swarm_accepted) begun.emplace_back(t.conn, 0);
        if (t.name == names::swarm_closed || t.name == names::connection_ended ||
            t.name == names::substream_ended) {
            EXPECT_TRUE(t.errors.contains("why")) << t.name;
            EXPECT_FALSE(t.texts.contains("by") && t.texts.at("by").empty()) << t.name;
            EXPECT_TRUE(t.texts.contains("by")) << t.name;
        }
        if (t.name == names::connection_ended) {
            EXPECT_TRUE(t.errors.at("why")) << "a connection never ends for no reason";
            ended.emplace_back(t.conn, 0);
        }
    }
    std::sort(begun.begin(), begun.end());
    std::sort(ended.begin(), ended.end());
    EXPECT_EQ(std::adjacent_find(ended.begin(), ended.end()), ended.end()) << "one end each";
    EXPECT_TRUE(std::includes(ended.begin(), ended.end(), begun.begin(), begun.end()));
    instant last{};
    for (const told& t : l.all) {
        EXPECT_GE(t.at, last) << t.name << " is told with the time of something before it";
        last = std::max(last, t.at);
    }
}

void expect_limits_with_numbers(const log& l) {
    for (const told& t : l.named(trace_names::limit_hit)) {
        EXPECT_FALSE(t.texts.at("limit").empty());
        EXPECT_GT(t.numbers.at("value"), 0);
        EXPECT_GT(t.numbers.at("most"), 0);
    }
    for (const told& t : l.named(trace_names::yamux_stream_refused)) {
        EXPECT_GT(t.numbers.at("inbound"), 0);
        EXPECT_GT(t.numbers.at("limit"), 0);
    }
}

/// A network whose node 0 writes everything down.
struct watched {
    log trace;
    net n;
    explicit watched(std::size_t nodes, node_config first = {})
        : n{0} {
        first.trace = trace.sink();
        add(std::move(first));
        for (std::size_t i = 1; i < nodes; ++i) add({});
    }
    void add(node_config c) {
        const auto h = n.size();
        test::person<test::null_stack> p{static_cast<std::uint8_t>(h + 1)};
        c.seed = h + 1;
        n.adopt(net::node{p.crypto, std::move(p.key), std::move(c), n.net.now()});
    }
    substream_id open(std::size_t from, std::size_t to, const char* protocol) {
        const std::vector<std::string> one{protocol};
        const auto id = n[from].open(n[to].id(), one, after(n.net.now(), seconds{5}), confirm::wait,
                                     n.net.now());
        return id.value_or(substream_id{});
    }
};

TEST(Trace, OfANetworkThatMeetsPartsCrossesAndIsCutTellsEveryLife) {
    watched w{4};
    net& n = w.n;
    n.subscribe_all("t");
    n.dial(0, 1);
    n.dial(1, 0); // they cross
    n.dial(2, 0);
    n.dial(3, 0);
    n.net.advance(seconds{3});
    n.everybody_publishes("t", "a");
    n[0].disconnect(n[2].id(), n.net.now());
    n.net.advance(seconds{1});
    n.dial(2, 0);
    n.net.cut(0, 3); // nobody is told
    n.net.advance(seconds{60});
    (void)n[0].unsubscribe("t", n.net.now());
    n[0].shut_down(n.net.now());
    n.net.advance(seconds{5});
    ASSERT_GE(w.trace.named(trace_names::swarm_established).size(), 4U);
    expect_whole_lives(w.trace);
    expect_limits_with_numbers(w.trace);
    for (const std::string_view name :
         {trace_names::pubsub_joined, trace_names::pubsub_left, trace_names::pubsub_subscribed,
          trace_names::swarm_dial_started, trace_names::identify_list_changed})
        EXPECT_FALSE(w.trace.named(name).empty()) << name;
    const auto lists = w.trace.named(trace_names::identify_list_changed);
    EXPECT_NE(lists[0].texts.at("added").find("/meshsub/1.1.0"), std::string::npos);
    EXPECT_EQ(lists[0].texts.at("agent"), "lp2p/0.1.0");
}

TEST(Trace, OfAnOpenAtTheLimitTellsWhichValueAndBound) {
    node_config few;
    few.bounds.streams_out = 3;
    watched w{2, few};
    w.n.dial(0, 1);
    w.n.net.advance(seconds{1});
    for (int i = 0; i < 6; ++i) (void)w.open(0, 1, "/echo/1");
    const auto hit = w.trace.named(trace_names::limit_hit);
    ASSERT_FALSE(hit.empty());
    EXPECT_EQ(hit[0].texts.at("limit"), "streams_out");
    EXPECT_GE(hit[0].numbers.at("value"), hit[0].numbers.at("most"));
    expect_limits_with_numbers(w.trace);
}

} // namespace
} // namespace lp2p
