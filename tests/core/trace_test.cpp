// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/trace.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace lp2p;

struct log {
    std::vector<std::string> lines;
    [[nodiscard]] trace_sink sink() noexcept {
        return {this, [](void* self, const trace_event& e) noexcept {
                    std::string line{e.name};
                    for (const trace_field& f : e.fields) {
                        line += ' ';
                        line += f.key;
                        if (const auto* n = std::get_if<std::int64_t>(&f.value))
                            line += '=' + std::to_string(*n);
                        if (const auto* t = std::get_if<std::string_view>(&f.value))
                            line += '=' + std::string{*t};
                    }
                    static_cast<log*>(self)->lines.push_back(std::move(line));
                }};
    }
};

TEST(Trace, AnEmptySinkIsFalseAndAFullOneHearsTheEvent) {
    EXPECT_FALSE(trace_sink{});
    log l;
    const trace_sink sink = l.sink();
    ASSERT_TRUE(sink);
    sink({.at = instant{},
          .connection = 3,
          .stream = 5,
          .name = trace_names::yamux_stream_refused,
          .fields = {{"limit", std::string_view{"streams_in"}}, {"current", std::int64_t{512}}}});
    ASSERT_EQ(l.lines.size(), 1U);
    EXPECT_EQ(l.lines[0], "yamux.stream.refused limit=streams_in current=512");
}

TEST(Trace, NamesAreWordsJoinedByDots) {
    for (const std::string_view name :
         {trace_names::yamux_stream_opened, trace_names::connection_ready,
          trace_names::identify_list_changed, trace_names::swarm_dial_joined,
          trace_names::pubsub_graft}) {
        EXPECT_NE(name.find('.'), std::string_view::npos) << name;
        EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_."), std::string_view::npos)
            << name;
    }
}

} // namespace
