// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/base64.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::base64_alphabet;
using wire::base64_decode;
using wire::base64_encode;
using wire::errc;
using wire_test::hex;

TEST(WireBase64, TheVectorsOfRfc4648) { // section 10, without padding
    const std::pair<std::string_view, std::string_view> vectors[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},         {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
    for (const auto alphabet : {base64_alphabet::url, base64_alphabet::i2p})
        for (const auto& [bytes, text] : vectors) {
            EXPECT_EQ(base64_encode(as_bytes(bytes), alphabet), text);
            EXPECT_EQ(base64_decode(text, alphabet), to_vector(as_bytes(bytes)));
        }
}

TEST(WireBase64, TheAlphabetsDifferInTheirLastTwoDigits) {
    EXPECT_EQ(base64_encode(hex("fbefbe"), base64_alphabet::url), "----");
    EXPECT_EQ(base64_encode(hex("ffffff"), base64_alphabet::url), "____");
    EXPECT_EQ(base64_encode(hex("fbefbe"), base64_alphabet::i2p), "----");
    EXPECT_EQ(base64_encode(hex("ffffff"), base64_alphabet::i2p), "~~~~");
    EXPECT_EQ(base64_decode("~~~~", base64_alphabet::url).error(), errc::bad_digit);
    EXPECT_EQ(base64_decode("____", base64_alphabet::i2p).error(), errc::bad_digit);
}

TEST(WireBase64, OtherFormsAreRefused) {
    for (const auto* text : {"Zg==", "Zm8=", "Zm9/", "Zm+v", "Zm 9", "\xff"})
        EXPECT_EQ(base64_decode(text, base64_alphabet::url).error(), errc::bad_digit) << text;
}

TEST(WireBase64, ImpossibleLengthsAndLeftOverBitsAreRefused) {
    for (const auto* text : {"Z", "Zm9vY", "Zh", "Zm9", "Zm9vYmF"})
        EXPECT_EQ(base64_decode(text, base64_alphabet::url).error(), errc::bad_padding) << text;
    EXPECT_EQ(base64_decode("A", base64_alphabet::url).error(), errc::bad_padding);
}

RC_GTEST_PROP(WireBase64, BytesComeBack, ()) {
    const byte_vector bytes = wire_test::any_bytes();
    for (const auto alphabet : {base64_alphabet::url, base64_alphabet::i2p})
        RC_ASSERT(base64_decode(base64_encode(bytes, alphabet), alphabet) == bytes);
}

RC_GTEST_PROP(WireBase64, WhatIsReadIsWrittenTheSame, ()) {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string{wire::detail::base64_digits(base64_alphabet::url)}));
    const auto bytes = base64_decode(text, base64_alphabet::url);
    if (bytes)
        RC_ASSERT(base64_encode(*bytes, base64_alphabet::url) == text);
    else
        RC_ASSERT(bytes.error() == errc::bad_padding);
}

} // namespace
