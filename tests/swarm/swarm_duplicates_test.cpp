// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/swarm/swarm_duplicates.hpp>

#include "tests/support/simnet.hpp"
#include "tests/swarm/people.hpp"

#include <gtest/gtest.h>

// What the rule decides is done, told and narrated; the rule itself is connection_manager's.
namespace lp2p {
namespace {

using namespace std::chrono_literals;
using machine = swarm<test::null_stack>;
using test::start;

struct narration {
    std::vector<std::string> rules;
    trace_sink sink() {
        return {this, [](void* self, const trace_event& e) noexcept {
                    if (e.name != trace_names::swarm_duplicate) return;
                    for (const trace_field& f : e.fields)
                        if (f.key == "rule")
                            static_cast<narration*>(self)->rules.emplace_back(
                                std::get<std::string_view>(f.value));
                }};
    }
};

TEST(SwarmDuplicates, ACrossingIsNarratedAsItIsTold) {
    narration said;
    test::simnet<machine> net{5};
    net.latency = 10ms;
    const auto person = [](std::uint8_t n) { return test::person<test::null_stack>{n}; };
    std::size_t hosts[2];
    for (std::uint8_t i = 0; i < 2; ++i) {
        const auto who = person(static_cast<std::uint8_t>(i + 1));
        machine::config c;
        c.trace = said.sink();
        hosts[i] = net.add({who.self, who.id, c, who.crypto, start}, test::address(i + 1));
    }
    net[hosts[0]].dial(test::address(2).with_peer(person(2).id), net.now());
    net[hosts[1]].dial(test::address(1).with_peer(person(1).id), net.now());
    net.advance(3s);
    EXPECT_EQ(net.links(), 1U);
    std::size_t told = 0;
    for (const std::size_t h : hosts)
        for (const auto& e : net.events(h))
            if (const auto* d = std::get_if<swarms::duplicate_ended>(&e)) {
                ++told;
                EXPECT_EQ(d->kept, *net[h].established(person(h == hosts[0] ? 2 : 1).id));
            }
    EXPECT_GE(told, 1U);
    EXPECT_LE(said.rules.size(), told) << "an end by the remote is told, not decided here";
    EXPECT_GE(said.rules.size(), 1U);
    for (const auto& r : said.rules) EXPECT_EQ(r, "crossing");
}

} // namespace
} // namespace lp2p
