// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/private_key.hpp>

#include "bytes.hpp"
#include "tests/crypto/foreign_keys.hpp"

namespace {

using namespace lp2p;
using wire::errc;
using wire::private_key;
using wire_test::hex;

const std::string data64(128, 'a');

error why(const std::string& message) {
    const auto key = private_key::decode(hex(message));
    return key ? error{} : key.error();
}

TEST(WirePrivateKey, KeysOfTheSpecOfGoAndOfRustAreReadAndWrittenTheSame) {
    int seen = 0;
    for (const auto& known : test::foreign_keys) {
        if (known.private_message.empty()) continue;
        ++seen;
        const byte_vector message = hex(known.private_message);
        const auto key = private_key::decode(message);
        ASSERT_TRUE(key) << known.name;
        EXPECT_EQ(key->type, known.type);
        EXPECT_EQ(to_vector(key->data), test::data_of(known.private_message));
        EXPECT_EQ(key->encode(), message);
    }
    EXPECT_EQ(seen, 11);
}

TEST(WirePrivateKey, OnlyTheCanonicalEncodingIsRead) {
    ASSERT_EQ(why("0801 1240" + data64), error{});
    EXPECT_EQ(why("1240" + data64 + "0801"), errc::key_not_canonical);      // order
    EXPECT_EQ(why("0801 1240" + data64 + "1801"), errc::key_not_canonical); // a third field
    EXPECT_EQ(why("088100 1240" + data64), errc::key_not_canonical);        // an overlong varint
    EXPECT_EQ(why("1240" + data64), errc::key_not_canonical);               // no type
    EXPECT_EQ(why("0801"), errc::key_not_canonical);
    EXPECT_EQ(why(""), errc::key_not_canonical);
    EXPECT_EQ(why("0801 1241" + data64), errc::key_not_canonical); // cut
    EXPECT_EQ(why("0804 1240" + data64), errc::unknown_key_type);
}

TEST(WirePrivateKey, TheTypeOfRsaIsWrittenThoughItIsZero) { // spec: peer-ids, "Keys"
    const byte_vector data = hex("aa");
    EXPECT_EQ((private_key{crypto::key_type::rsa, data}).encode(), hex("0800 1201 aa"));
}

RC_GTEST_PROP(WirePrivateKey, WhatIsReadIsWrittenTheSame, ()) {
    const byte_vector message = wire_test::damaged(hex("0801 1240" + data64));
    const auto key = private_key::decode(message);
    if (key) RC_ASSERT(key->encode() == message);
}

} // namespace
