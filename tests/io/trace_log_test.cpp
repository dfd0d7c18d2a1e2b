// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/trace_log.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace lp2p {
namespace {

struct IoTraceLog : testing::Test {
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::tmpfile(), std::fclose};
    instant start{seconds{100}};
    io::trace_log log{file.get(), start};

    std::string text() {
        std::fflush(file.get());
        std::rewind(file.get());
        std::string all;
        char some[4096];
        while (const std::size_t n = std::fread(some, 1, sizeof some, file.get()))
            all.append(some, n);
        return all;
    }
    std::vector<nlohmann::json> lines() {
        std::vector<nlohmann::json> all;
        std::string rest = text();
        for (std::size_t at; (at = rest.find('\n')) != std::string::npos; rest.erase(0, at + 1))
            all.push_back(nlohmann::json::parse(rest.substr(0, at)));
        EXPECT_TRUE(rest.empty()) << "a line without an end: " << rest;
        return all;
    }
    nlohmann::json field(std::string_view value) {
        log.sink()({start, 0, 0, "x", {{"f", value}}});
        return lines().back()["fields"]["f"];
    }
};

TEST_F(IoTraceLog, OneLineHasWhenWhatWhereAndTheFields) {
    const std::byte id[] = {std::byte{0x00}, std::byte{0xab}, std::byte{0x7f}};
    log.sink()({start + microseconds{1500},
                7,
                3,
                trace_names::yamux_stream_opened,
                {{"count", std::int64_t{-5}},
                 {"protocol", std::string_view{"/ping"}},
                 {"id", byte_view{id}},
                 {"why", error{domain::yamux, fault::limit, 9}}}});
    EXPECT_EQ(text(), "{\"t_us\":1500,\"ev\":\"yamux.stream.opened\",\"conn\":7,\"stream\":3,"
                      "\"fields\":{\"count\":-5,\"protocol\":\"/ping\",\"id\":\"00ab7f\","
                      "\"why\":{\"domain\":\"yamux\",\"fault\":\"limit\",\"code\":9}}}\n");
    EXPECT_EQ(lines().size(), 1U);
}
TEST_F(IoTraceLog, WhatIsAboutNoConnectionHasNone) {
    log.sink()({start, 0, 0, trace_names::swarm_dial_joined, {}});
    EXPECT_EQ(text(), "{\"t_us\":0,\"ev\":\"swarm.dial.joined\",\"fields\":{}}\n");
}
TEST_F(IoTraceLog, ExtremesOfNumbersAreWhole) {
    log.sink()({start - microseconds{3},
                ~std::uint64_t{0},
                ~std::uint32_t{0},
                "x",
                {{"least", std::numeric_limits<std::int64_t>::min()}}});
    const auto line = lines().at(0);
    EXPECT_EQ(line["t_us"], -3);
    EXPECT_EQ(line["conn"], ~std::uint64_t{0});
    EXPECT_EQ(line["stream"], ~std::uint32_t{0});
    EXPECT_EQ(line["fields"]["least"], std::numeric_limits<std::int64_t>::min());
}
TEST_F(IoTraceLog, TextOfAPeerCannotBreakALine) {
    std::string hostile = "\"},\"ev\":\"forged\\\n\r\t";
    for (char c = 0; c < 0x20; ++c) hostile += c;
    hostile += '\x7f';
    EXPECT_EQ(field(hostile), hostile);
    EXPECT_EQ(lines().size(), 1U);
}
TEST_F(IoTraceLog, Utf8PassesAndWhatIsNoneIsReplaced) {
    const std::string good = "p\xc3\xa4r \xe2\x82\xac \xf0\x9f\x98\x80";
    EXPECT_EQ(field(good), good);
    const std::string mark = "\xef\xbf\xbd";
    EXPECT_EQ(field("a\xff"
                    "b"),
              "a" + mark + "b");
    EXPECT_EQ(field("cut \xe2\x82"), "cut " + mark + mark);
    EXPECT_EQ(field("overlong \xc0\xaf"), "overlong " + mark + mark);
    EXPECT_EQ(field("surrogate \xed\xa0\x80"), "surrogate " + mark + mark + mark);
}
TEST_F(IoTraceLog, LinesOfSeveralThreadsDoNotMix) {
    const std::string text(300, 'y');
    std::vector<std::thread> threads;
    for (std::uint64_t id = 1; id <= 4; ++id)
        threads.emplace_back([&, id, sink = log.sink()] {
            for (int i = 0; i < 200; ++i)
                sink({start, id, 0, "x", {{"t", std::string_view{text}}}});
        });
    for (auto& t : threads) t.join();
    std::map<std::uint64_t, int> by;
    for (const auto& line : lines()) ++by[line["conn"].get<std::uint64_t>()];
    EXPECT_EQ(by, (std::map<std::uint64_t, int>{{1, 200}, {2, 200}, {3, 200}, {4, 200}}));
}

} // namespace
} // namespace lp2p
