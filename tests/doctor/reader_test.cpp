// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "examples/doctor/reader.hpp"
#include "examples/doctor/report.hpp"

#include <gtest/gtest.h>

namespace {

using doctor::kind;

TEST(DoctorReader, WhatIsNoLineIsSkippedAndNeverHurts) {
    doctor::reader all;
    for (const char* bad :
         {"", "hello", "{}", "[1,2]", "null", R"({"ev":"conn_open"})", R"({"impl":"go","t_ms":1})",
          "{\"ev\":", R"({"ev":"x","impl":"go","name":"g","t_ms":1} trailing)"})
        EXPECT_FALSE(all.line("f", bad)) << bad;
    for (
        const char* odd :
        {R"({"ev":"conn_open","impl":"go","name":7,"t_ms":"soon","peer":[],"conn":-1})",
         R"({"ev":"stats","impl":"go","per_peer":[1,{"peer":2}]})",
         R"({"ev":"protocols_updated","impl":"go","removed":"all","added":[1]})",
         R"({"t_us":1,"ev":"swarm.closed","conn":1,"fields":{"peer":"zz","why":{"domain":"none","code":70000}}})",
         R"({"t_us":1,"ev":"swarm.dial.failed","fields":{"address":"f","why":{"domain":"swarm","fault":"x","code":9999}}})"})
        EXPECT_NO_THROW((void)all.line("f", odd)) << odd;
    EXPECT_NO_THROW((void)all.line("f", R"({"ev":"stats","impl":"go","per_peer":7})"));
    EXPECT_NO_THROW(
        (void)all.line("f", R"({"ev":"protocols_updated","impl":"go","accepted":"no"})"));
    EXPECT_FALSE(all.line("f", std::string(doctor::most_line + 1, ' ')));
}

TEST(DoctorReader, LinesOfSeveralNodesInOneFileAreSeveralObservers) {
    doctor::reader all;
    EXPECT_TRUE(all.line("f", R"({"impl":"go","name":"a","t_ms":5,"ev":"listening","peer":"P"})"));
    EXPECT_TRUE(all.line("f", R"({"impl":"rust","name":"b","t_ms":9,"ev":"exit"})"));
    EXPECT_TRUE(all.line("f", R"({"t_us":7000,"ev":"swarm.redial_storm","fields":{}})"));
    const auto records = std::move(all).take();
    ASSERT_EQ(records.size(), 3U);
    EXPECT_EQ(records[0].observer, "f") << "a trace is called as its file";
    EXPECT_EQ(records[0].ends_ms, 7);
    ASSERT_EQ(records[0].facts.size(), 1U);
    EXPECT_EQ(records[0].facts[0].what, kind::redial_storm);
    EXPECT_EQ(records[1].observer, "a");
    EXPECT_EQ(records[1].self, "P");
    EXPECT_EQ(records[2].impl, "rust");
    EXPECT_EQ(records[2].ends_ms, 9);
}

TEST(DoctorReader, ATraceNamesPeersAndErrorsAsLogsDo) {
    doctor::reader all;
    const char* peer =
        "0024080112200044aa96c5fd089cd536d252ee6c2349b183439b5ee82b19bd266b6f0d9417b8";
    const std::string id{peer};
    EXPECT_TRUE(
        all.line("f", R"({"t_us":1000,"ev":"swarm.established","conn":3,"fields":{"peer":")" + id +
                          R"(","dir":"in"}})"));
    const auto code = std::to_string(lp2p::error{lp2p::yamux::errc::keepalive_timeout}.code);
    EXPECT_TRUE(all.line(
        "f",
        R"({"t_us":2000,"ev":"swarm.closed","conn":3,"fields":{"why":{"domain":"yamux","fault":"timeout","code":)" +
            code + R"(},"by":"local"}})"));
    const auto records = std::move(all).take();
    ASSERT_EQ(records[0].facts.size(), 2U);
    EXPECT_TRUE(records[0].facts[0].peer.starts_with("12D3Koo"));
    EXPECT_EQ(records[0].facts[1].peer, records[0].facts[0].peer) << "known by its connection";
    EXPECT_EQ(records[0].facts[1].why, "keepalive_timeout");
    EXPECT_EQ(records[0].facts[1].by, "local");
}

TEST(DoctorReader, ALimitThatIsOnlyAssumedOfTheRemoteIsNotHit) {
    doctor::reader all;
    for (const char* what : {"protocol", "outbound", "unacknowledged", "inbound"})
        EXPECT_TRUE(all.line(
            "f",
            R"({"impl":"lp2p","name":"n","t_ms":9,"ev":"warning","kind":"streams_high","what":")" +
                std::string{what} + R"(","protocol":"/echo/1","value":99,"limit":64,"level":95})"));
    EXPECT_TRUE(all.line(
        "trace",
        R"({"t_us":9000,"ev":"swarm.streams.high","conn":1,"fields":{"what":"protocol","protocol":"/echo/1","level":95,"value":99,"limit":64}})"));
    const auto records = std::move(all).take();
    ASSERT_EQ(records.size(), 2U);
    ASSERT_EQ(records[0].facts.size(), 1U);
    EXPECT_EQ(records[0].facts[0].what, kind::limit_hit);
    EXPECT_EQ(records[0].facts[0].text, "inbound of /echo/1") << "that one is ours";
    EXPECT_TRUE(records[1].facts.empty());
}

TEST(DoctorReport, SaysTheSameInBothForms) {
    doctor::record r{.observer = "node", .impl = "lp2p", .self = "us", .facts = {}};
    doctor::chart c;
    c.add(doctor::fault::limit_hit, r, "them", 4, doctor::severity::broken,
          "at 1.0 s: streams_out \xff");
    const auto found = std::move(c).take();
    const auto said = nlohmann::json::parse(doctor::as_json(found, {&r, 1}));
    EXPECT_FALSE(said["healthy"].get<bool>());
    ASSERT_EQ(said["findings"].size(), 1U);
    for (const char* key :
         {"fault", "observer", "peer", "conn", "severity", "evidence", "cause", "remedy"})
        EXPECT_TRUE(said["findings"][0].contains(key)) << key;
    EXPECT_EQ(said["findings"][0]["conn"], 4);
    const std::string text = doctor::as_text(found, {&r, 1});
    EXPECT_TRUE(text.starts_with("sick: 1 finding (")) << text;
    EXPECT_NE(text.find("limit_hit (broken), seen by node, peer them, connection 4"),
              std::string::npos);
    EXPECT_TRUE(doctor::as_text({}, {&r, 1}).starts_with("healthy"));
    EXPECT_TRUE(nlohmann::json::parse(doctor::as_json({}, {&r, 1}))["healthy"].get<bool>());
}

} // namespace
