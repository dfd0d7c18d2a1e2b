// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/base32.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::base32_decode;
using wire::base32_encode;
using wire::errc;

TEST(WireBase32, TheVectorsOfRfc4648) { // section 10, in lower case and without padding
    const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                     {"f", "my"},
                                                                     {"fo", "mzxq"},
                                                                     {"foo", "mzxw6"},
                                                                     {"foob", "mzxw6yq"},
                                                                     {"fooba", "mzxw6ytb"},
                                                                     {"foobar", "mzxw6ytboi"}};
    for (const auto& [bytes, text] : vectors) {
        EXPECT_EQ(base32_encode(as_bytes(bytes)), text);
        EXPECT_EQ(base32_decode(text), to_vector(as_bytes(bytes)));
    }
}

TEST(WireBase32, OtherFormsAreRefused) {
    for (const auto* text : {"MY", "my======", "m1", "m0", "m8", "m y", "\xff"})
        EXPECT_EQ(base32_decode(text).error(), errc::bad_digit) << text;
}

TEST(WireBase32, ImpossibleLengthsAndLeftOverBitsAreRefused) {
    for (const auto* text : {"m", "mzx", "mzxw6y", "mz", "mzxr", "mzxw7", "mzxw6yr"})
        EXPECT_EQ(base32_decode(text).error(), errc::bad_padding) << text;
    EXPECT_EQ(base32_decode("a").error(), errc::bad_padding); // though its bits are zero
}

RC_GTEST_PROP(WireBase32, BytesComeBack, ()) {
    const byte_vector bytes = wire_test::any_bytes();
    RC_ASSERT(base32_decode(base32_encode(bytes)) == bytes);
}

RC_GTEST_PROP(WireBase32, WhatIsReadIsWrittenTheSame, ()) {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string{wire::detail::base32_digits}));
    const auto bytes = base32_decode(text);
    if (bytes)
        RC_ASSERT(base32_encode(*bytes) == text);
    else
        RC_ASSERT(bytes.error() == errc::bad_padding);
}

} // namespace
