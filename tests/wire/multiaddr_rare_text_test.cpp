// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/multiaddr_rare_text.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::address_rule;
using wire::errc;
using wire_test::hex;
using wire_test::to_hex;

/// The bytes, or the name of what was wrong.
std::string parsed(address_rule rule, std::string_view text) {
    byte_vector to;
    const error why = wire::detail::parse_rare_value(rule, text, to);
    EXPECT_TRUE(!why || to.empty()) << text;
    return why ? std::string{name(static_cast<errc>(why.code))} : to_hex(to);
}
std::string written(address_rule rule, byte_view value) {
    std::string to;
    wire::detail::append_rare_value(to, rule, value);
    return to;
}

TEST(WireMultiaddrRareText, OnionServicesInBase32WithAPort) {
    const std::string host(16, 'a');
    EXPECT_EQ(parsed(address_rule::onion, host + ":80"), "000000000000000000000050");
    EXPECT_EQ(parsed(address_rule::onion, std::string(16, 'A') + ":80"),
              "000000000000000000000050");
    EXPECT_EQ(written(address_rule::onion, hex("000000000000000000000050")), host + ":80");
    const std::string host3(56, '7');
    EXPECT_EQ(parsed(address_rule::onion3, host3 + ":65535"), std::string(70, 'f') + "ffff");
    EXPECT_EQ(written(address_rule::onion3, byte_vector(37, std::byte{0xff})), host3 + ":65535");
    for (const std::string& text : {host, host.substr(1) + ":80", host + "a:80", "1" + host + ":80",
                                    std::string(15, 'a') + "1:80", host + " :80", std::string{":"}})
        EXPECT_EQ(parsed(address_rule::onion, text), "bad_onion") << text;
    for (const auto* port : {"", "0", "65536", "+80", "-1", "80 ", "0x50", "4294967376"})
        EXPECT_EQ(parsed(address_rule::onion, host + ":" + port), "bad_onion_port") << port;
}

TEST(WireMultiaddrRareText, GarlicInTheBasesOfI2p) {
    const byte_vector b32(32, std::byte{1});
    const std::string text32 = written(address_rule::garlic32, b32);
    EXPECT_EQ(text32.size(), 52U);
    EXPECT_EQ(parsed(address_rule::garlic32, text32), to_hex(b32));
    for (const std::size_t size : {31U, 33U, 34U}) // go refuses these, rust reads them
        EXPECT_EQ(
            parsed(address_rule::garlic32, written(address_rule::garlic32, byte_vector(size))),
            "bad_garlic");
    EXPECT_EQ(parsed(address_rule::garlic32, text32 + "===="), "bad_garlic"); // rust: refused
    for (const std::size_t size : {386U, 387U, 388U, 500U}) {
        const byte_vector b64(size, std::byte{0xff});
        const std::string text = written(address_rule::garlic64, b64);
        EXPECT_EQ(text.size(), (size + 2) / 3 * 4);
        EXPECT_EQ(text.front(), '~');
        EXPECT_EQ(text.ends_with('='), size % 3 != 0);
        EXPECT_EQ(text.ends_with("=="), size % 3 == 1);
        EXPECT_EQ(parsed(address_rule::garlic64, text), to_hex(b64));
        const std::string bare = text.substr(0, text.find('=')); // as rust writes it
        EXPECT_EQ(parsed(address_rule::garlic64, bare), size % 3 == 0 ? to_hex(b64) : "bad_garlic");
    }
    EXPECT_EQ(parsed(address_rule::garlic64, written(address_rule::garlic64, byte_vector(385))),
              "bad_garlic");
    EXPECT_EQ(parsed(address_rule::garlic64, std::string(513, 'A') + "==="), "bad_garlic");
    EXPECT_EQ(parsed(address_rule::garlic64, std::string(515, 'A') + "/"), "bad_garlic");
}

TEST(WireMultiaddrRareText, CertificateHashesInMultibase) {
    const byte_vector hash = hex("00021234");
    EXPECT_EQ(written(address_rule::certhash, hash), "uAAISNA");
    for (const auto* text : {"uAAISNA", "f00021234", "baabbena"})
        EXPECT_EQ(parsed(address_rule::certhash, text), "00021234") << text;
    EXPECT_EQ(parsed(address_rule::certhash, "z" + wire::base58_encode(hash)), "00021234");
    EXPECT_EQ(parsed(address_rule::certhash, "f0002ABcd"), "0002abcd");
    for (const auto* text : {"u", "z", "b", "f", "x", "UAAISNA==", "f0002123", "f000212zz", "uAAIS",
                             "uAAISNB", "f000312", "f1203aabbcc", "\xff"})
        EXPECT_EQ(parsed(address_rule::certhash, text), "bad_certhash") << text;
}

TEST(WireMultiaddrRareText, HttpPathsInPercents) {
    EXPECT_EQ(parsed(address_rule::http_path, "a%2Fb"), "612f62");
    EXPECT_EQ(parsed(address_rule::http_path, "a%2fb"), "612f62");
    EXPECT_EQ(parsed(address_rule::http_path, "%00%c3%BC"), "00c3bc");
    EXPECT_EQ(parsed(address_rule::http_path, "a b&c"), "6120622663");
    EXPECT_EQ(written(address_rule::http_path, hex("612f62")), "a%2Fb");
    EXPECT_EQ(written(address_rule::http_path, as_bytes("azAZ09-._~")), "azAZ09-._~");
    EXPECT_EQ(written(address_rule::http_path, as_bytes("+ %&\xff")), "%2B%20%25%26%FF");
    for (const auto* text : {"%", "a%2", "%g0", "%0g", "%%", "%FF", "\xff", "%c3"})
        EXPECT_EQ(parsed(address_rule::http_path, text), "bad_http_path") << text;
    EXPECT_EQ(parsed(address_rule::http_path, "a+b"), "ambiguous_plus");
}

TEST(WireMultiaddrRareText, MemoryIsANumberOfEightBytes) {
    EXPECT_EQ(parsed(address_rule::memory, "7"), "0000000000000007");
    EXPECT_EQ(parsed(address_rule::memory, "007"), "0000000000000007");
    EXPECT_EQ(parsed(address_rule::memory, "18446744073709551615"), "ffffffffffffffff");
    EXPECT_EQ(written(address_rule::memory, byte_vector(8, std::byte{0xff})),
              "18446744073709551615");
    for (const auto* text : {"18446744073709551616", "-1", "+1", "0x1", "a", "1 "})
        EXPECT_EQ(parsed(address_rule::memory, text), "bad_memory") << text;
}

TEST(WireMultiaddrRareText, AFlagHasNoValue) {
    EXPECT_EQ(parsed(address_rule::flag, "1"), "empty_component");
    EXPECT_EQ(written(address_rule::flag, {}), "");
}

RC_GTEST_PROP(WireMultiaddrRareText, AnyHttpPathComesBack, ()) {
    const byte_vector path = wire_test::any_bytes();
    const std::string text = written(address_rule::http_path, path);
    const std::string back = parsed(address_rule::http_path, text);
    RC_ASSERT(back == (wire::valid_utf8(path) ? to_hex(path) : "bad_http_path"));
}

} // namespace
