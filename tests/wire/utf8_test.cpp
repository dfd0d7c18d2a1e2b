// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/utf8.hpp>

#include "bytes.hpp"

namespace {

using namespace lp2p;
using wire::valid_utf8;
using wire_test::hex;

TEST(WireUtf8, TheFirstAndLastPointOfEachLengthAreRead) {
    EXPECT_TRUE(valid_utf8({}));
    for (const auto* text : {"00", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf",
                             "f0908080", "f48fbfbf", "41c3bce282acf09f9880"})
        EXPECT_TRUE(valid_utf8(hex(text))) << text;
}

TEST(WireUtf8, WhatIsJustOutsideIsRefused) {
    for (const auto* text : {
             "80",       "bf",                               // a continuation without a lead
             "c0af",     "c1bf",     "e09fbf",   "f08fbfbf", // longer than needed
             "eda080",   "edbfbf",                           // surrogates
             "f4908080", "f5808080", "ff",       "fe",       // above U+10FFFF
             "c3",       "e282",     "f09f98",               // cut
             "c341",     "e28241",   "f09f9841",             // no continuation where one must be
             "41c3",     "c3bcbc",
         })
        EXPECT_FALSE(valid_utf8(hex(text))) << text;
}

/// The definition itself (RFC 3629, section 3), written from the code point's side.
byte_vector encoded(std::uint32_t point) {
    const auto tail = [&](unsigned shift) {
        return static_cast<std::byte>(0x80U | (point >> shift & 0x3fU));
    };
    if (point < 0x80) return {static_cast<std::byte>(point)};
    if (point < 0x800) return {static_cast<std::byte>(0xc0U | point >> 6U), tail(0)};
    if (point < 0x10000) return {static_cast<std::byte>(0xe0U | point >> 12U), tail(6), tail(0)};
    return {static_cast<std::byte>(0xf0U | point >> 18U), tail(12), tail(6), tail(0)};
}

TEST(WireUtf8, EveryPointButSurrogatesIsText) {
    for (std::uint32_t point = 0; point <= 0x10ffff; ++point)
        ASSERT_EQ(valid_utf8(encoded(point)), point < 0xd800 || point > 0xdfff) << point;
}

TEST(WireUtf8, EveryPairOfBytesIsJudgedByTheDefinition) {
    for (unsigned a = 0; a < 256; ++a) {
        for (unsigned b = 0; b < 256; ++b) {
            const byte_vector pair{static_cast<std::byte>(a), static_cast<std::byte>(b)};
            const bool two = a >= 0xc2 && a <= 0xdf && b >= 0x80 && b <= 0xbf;
            ASSERT_EQ(valid_utf8(pair), (a < 0x80 && b < 0x80) || two) << a << ' ' << b;
        }
    }
}

} // namespace
