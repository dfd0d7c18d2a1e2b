// SPDX-License-Identifier: Apache-2.0 OR MIT
// What real nodes said (tests/doctor/records, made by tests/doctor/record): the planted fault is
// named in each, and nothing where none was planted.
#include "examples/doctor/diagnosis.hpp"
#include "examples/doctor/reader.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace {

std::vector<std::filesystem::path> recorded() {
    std::vector<std::filesystem::path> all;
    for (const auto& f :
         std::filesystem::directory_iterator{LP2P_SOURCE_DIR "/tests/doctor/records"})
        if (f.path().extension() == ".jsonl") all.push_back(f.path());
    std::sort(all.begin(), all.end());
    return all;
}
/// `stream_leak.trace.jsonl`: what was planted.
std::string planted_in(const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    return name.substr(0, name.find('.'));
}
std::vector<doctor::finding> found_in(const std::filesystem::path& file) {
    doctor::reader all;
    std::ifstream in{file};
    for (std::string line; std::getline(in, line);)
        EXPECT_TRUE(all.line(file.string(), line)) << line;
    return doctor::diagnose(std::move(all).take());
}
std::string words(const std::vector<doctor::finding>& all) {
    std::string out;
    for (const auto& f : all) {
        out += std::string{to_string(f.what)} + "\n";
        for (const auto& e : f.evidence) out += "  " + e + "\n";
    }
    return out;
}

TEST(DoctorRecords, EachPlantedFaultIsNamedWithEvidenceCauseAndRemedy) {
    std::set<std::string> named;
    for (const auto& file : recorded()) {
        const std::string planted = planted_in(file);
        if (planted.starts_with("healthy")) continue;
        const auto found = found_in(file);
        const auto at = std::find_if(found.begin(), found.end(),
                                     [&](const auto& f) { return to_string(f.what) == planted; });
        ASSERT_NE(at, found.end()) << file << " is not named; found:\n" << words(found);
        EXPECT_FALSE(at->evidence.empty());
        EXPECT_FALSE(at->cause.empty());
        EXPECT_FALSE(at->remedy.empty());
        named.insert(planted);
    }
    EXPECT_EQ(named.size(), doctor::fault_count) << "a record for each fault";
}

TEST(DoctorRecords, NothingIsFoundWhereNothingIsWrong) {
    std::size_t healthy = 0;
    for (const auto& file : recorded()) {
        if (!planted_in(file).starts_with("healthy")) continue;
        ++healthy;
        const auto found = found_in(file);
        EXPECT_TRUE(found.empty()) << file << ":\n" << words(found);
    }
    EXPECT_GE(healthy, 4U);
}

TEST(DoctorRecords, WhatElseIsFoundFollowsFromWhatWasPlanted) {
    // A limit or duplicates are how some of these come about; nothing unrelated is named.
    const std::map<std::string, std::set<std::string>> also{
        {"duplicate_connections", {"limit_hit", "redial_storm", "one_way_gossip"}},
        {"redial_storm", {"limit_hit", "duplicate_connections"}},
        {"handler_disabled", {"limit_hit", "one_way_gossip"}},
        {"one_way_gossip",
         {"limit_hit", "duplicate_connections", "handler_disabled", "redial_storm"}}};
    for (const auto& file : recorded()) {
        const std::string planted = planted_in(file);
        if (planted.starts_with("healthy")) continue;
        for (const auto& f : found_in(file)) {
            const std::string what{to_string(f.what)};
            const auto more = also.find(planted);
            EXPECT_TRUE(what == planted || (more != also.end() && more->second.contains(what)))
                << file << " also has " << what;
        }
    }
}

TEST(DoctorRecords, AreSmall) {
    for (const auto& file : recorded())
        EXPECT_LE(std::filesystem::file_size(file), 20U * 1024) << file;
}

} // namespace
