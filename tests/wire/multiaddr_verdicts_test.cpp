// SPDX-License-Identifier: Apache-2.0 OR MIT
// Addresses against the verdicts of go and rust: read where both read them alike, else refused.
#include "multiaddr_verdicts.hpp"

#include <lp2p/wire/multiaddr.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::multiaddr;
using wire_test::hex;
using wire_test::to_hex;

std::string_view name_of(error why) { return name(static_cast<wire::errc>(why.code)); }

bool one_of(std::string_view text, std::initializer_list<std::string_view> beginnings) {
    for (const std::string_view b : beginnings)
        if (text.substr(0, b.size()) == b) return true;
    return false;
}

TEST(WireMultiaddrVerdicts, TextsAreReadAsGoReadsThemOrRefusedByName) {
    for (const auto& v : wire_test::text_verdicts) {
        const auto address = multiaddr::parse(v.text);
        if (!v.refusal.empty()) {
            ASSERT_FALSE(address) << v.text;
            EXPECT_EQ(name_of(address.error()), v.refusal) << v.text;
            EXPECT_EQ(address.error(), fault::local) << v.text;
            continue;
        }
        ASSERT_TRUE(address) << v.text << ": " << name_of(address.error());
        EXPECT_EQ(to_hex(address->bytes()), v.go) << v.text;
        EXPECT_EQ(address->to_string(), v.canonical.empty() ? v.text : v.canonical);
        EXPECT_EQ(multiaddr::from_bytes(hex(v.go)), *address) << v.text;
        EXPECT_EQ(multiaddr::parse(address->to_string()), *address) << v.text;
    }
}

TEST(WireMultiaddrVerdicts, BytesAreReadAndWrittenAsTextOrRefusedByName) {
    for (const auto& v : wire_test::bytes_verdicts) {
        const auto address = multiaddr::from_bytes(hex(v.bytes));
        if (!v.refusal.empty()) {
            ASSERT_FALSE(address) << v.bytes;
            EXPECT_EQ(name_of(address.error()), v.refusal) << v.bytes;
            EXPECT_EQ(address.error(), fault::remote) << v.bytes;
            continue;
        }
        ASSERT_TRUE(address) << v.bytes << ": " << name_of(address.error());
        EXPECT_EQ(address->to_string(), v.text);
        EXPECT_EQ(multiaddr::parse(v.text), *address);
    }
}

// divergences.md: a text that go and rust do not read alike is refused; the exceptions are its
// choices.
TEST(WireMultiaddrVerdicts, WhatGoAndRustJudgeDifferentlyIsRefused) {
    for (const auto& v : wire_test::text_verdicts) {
        const bool agreed = !v.go.empty() && v.rust == wire_test::same;
        if (one_of(v.text, {"/p2p/baf", "/unix/a", "/unix//tmp/a", "/unix/tmp/a.", "/unix/tmp/\303",
                            "/unix/%", "/ip4/1.2.3.4/unix/a"}))
            EXPECT_TRUE(v.refusal.empty() && !agreed) << v.text; // as go
        else if (one_of(v.text, {"/certhash/U", "/certhash/B"}))
            EXPECT_TRUE(!v.refusal.empty() && agreed) << v.text; // multibases that nobody writes
        else
            EXPECT_EQ(v.refusal.empty(), agreed) << v.text;
    }
    for (const auto& v : wire_test::bytes_verdicts)
        if (v.bytes == "d203051203616263")
            EXPECT_TRUE(!v.refusal.empty() && v.go && v.rust); // three bytes are no SHA-256
        else
            EXPECT_EQ(v.refusal.empty(), v.go && v.rust) << v.bytes;
}

TEST(WireMultiaddrVerdicts, EveryProtocolOfTheTableIsAmongThem) {
    for (const auto& p : wire::address_protocols) {
        if (p.code == wire::address_code::garlic64) continue; // too long a text for a table
        bool as_text = false, as_bytes = false;
        for (const auto& v : wire_test::text_verdicts) {
            const auto address = multiaddr::parse(v.text);
            for (const auto& c : address.value_or(multiaddr{})) as_text |= c.code == p.code;
        }
        for (const auto& v : wire_test::bytes_verdicts) {
            const auto address = multiaddr::from_bytes(hex(v.bytes));
            for (const auto& c : address.value_or(multiaddr{})) as_bytes |= c.code == p.code;
        }
        EXPECT_TRUE(as_text && as_bytes) << p.name;
    }
}

} // namespace
