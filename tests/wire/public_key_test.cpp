// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/wire/public_key.hpp>

#include "known_keys.hpp"

namespace {

using namespace lp2p;
using crypto::key_type;
using wire::errc;
using wire::public_key;
using wire_test::hex;
using wire_test::known_keys;

const std::string key32 = "9c128e577f3ea67415ee910ca873f2c575df6afa498468bbbb2a7ecc253d64bd";

error why(const std::string& message) {
    const auto key = public_key::decode(hex(message));
    return key ? error{} : key.error();
}

TEST(WirePublicKey, KeysOfGoAreReadAndWrittenTheSame) {
    for (const auto& known : known_keys) {
        const auto key = public_key::decode(hex(known.message));
        ASSERT_TRUE(key) << known.base58;
        EXPECT_EQ(key->type, known.type);
        EXPECT_EQ(wire_test::to_hex(key->encode()), known.message);
    }
}

TEST(WirePublicKey, TheTypeOfRsaIsWrittenThoughItIsZero) { // spec: peer-ids, "Keys"
    EXPECT_EQ((public_key{key_type::rsa, hex("aa")}).encode(), hex("0800 1201 aa"));
}

TEST(WirePublicKey, OnlyTheCanonicalEncodingIsRead) {
    ASSERT_EQ(why("0801 1220" + key32), error{});
    EXPECT_EQ(why("1220" + key32 + "0801"), errc::key_not_canonical);      // order
    EXPECT_EQ(why("0801 1220" + key32 + "1801"), errc::key_not_canonical); // a third field
    EXPECT_EQ(why("0801 0801 1220" + key32), errc::key_not_canonical);     // twice
    EXPECT_EQ(why("088100 1220" + key32), errc::key_not_canonical);        // overlong varints
    EXPECT_EQ(why("0801 12a000" + key32), errc::key_not_canonical);
    EXPECT_EQ(why("888000 01 1220" + key32), errc::key_not_canonical);
    EXPECT_EQ(why("1220" + key32), errc::key_not_canonical); // no type: RSA in rust, nobody's here
    EXPECT_EQ(why("0801"), errc::key_not_canonical);
    EXPECT_EQ(why(""), errc::key_not_canonical);
    EXPECT_EQ(why("0801 1221" + key32), errc::key_not_canonical); // cut
    EXPECT_EQ(why("0801 1a20" + key32), errc::key_not_canonical); // field 3
    EXPECT_EQ(why("0901 1220" + key32), errc::key_not_canonical); // wire type
}

TEST(WirePublicKey, UnknownTypesAreNamed) {
    EXPECT_EQ(why("0804 1220" + key32), errc::unknown_key_type);
    EXPECT_EQ(why("08808001 1220" + key32), errc::unknown_key_type);
    EXPECT_EQ(wire::check_key_data(static_cast<key_type>(9), hex(key32)).error(),
              errc::unknown_key_type);
}

TEST(WirePublicKey, Ed25519Has32Bytes) {
    EXPECT_EQ(why("0801 121f" + key32.substr(2)), errc::bad_key_data);
    EXPECT_EQ(why("0801 1221" + key32 + "00"), errc::bad_key_data);
    EXPECT_EQ(why("0801 1200"), errc::bad_key_data);
}

TEST(WirePublicKey, Secp256k1IsCompressedWithPrefix2Or3) { // divergences.md
    EXPECT_EQ(why("0802 1221 02" + key32), error{});
    EXPECT_EQ(why("0802 1221 03" + key32), error{});
    EXPECT_EQ(why("0802 1221 05" + key32), errc::bad_key_data); // rust only
    EXPECT_EQ(why("0802 1241 04" + key32 + key32), errc::bad_key_data);
    EXPECT_EQ(why("0802 1241 06" + key32 + key32), errc::bad_key_data); // go only
    EXPECT_EQ(why("0802 1220" + key32), errc::bad_key_data);
    EXPECT_EQ(why("0802 1200"), errc::bad_key_data);
}

TEST(WirePublicKey, DerKeysAreCheckedBySizeAndForm) {
    EXPECT_EQ(why("0800 1203 300100"), errc::bad_key_data);
    EXPECT_EQ(why("0803 1203 300100"), errc::bad_key_data);
    EXPECT_EQ(why("0800 1200"), errc::bad_key_data);
}

TEST(WirePublicKey, EqualityIsTypeAndData) {
    const public_key a{key_type::ed25519, hex(key32)};
    EXPECT_EQ(a, (public_key{key_type::ed25519, hex(key32)}));
    EXPECT_NE(a, (public_key{key_type::rsa, hex(key32)}));
    EXPECT_NE(a, (public_key{key_type::ed25519, hex("00")}));
}

RC_GTEST_PROP(WirePublicKey, WhatIsReadIsWrittenTheSame, ()) {
    const auto which = *rc::gen::inRange<std::size_t>(0, std::size(known_keys));
    const byte_vector message = wire_test::damaged(hex(known_keys[which].message));
    const auto key = public_key::decode(message);
    if (key) RC_ASSERT(key->encode() == message);
}

RC_GTEST_PROP(WirePublicKey, EveryEd25519SizedKeyComesBack, ()) {
    const public_key key{key_type::ed25519, wire_test::any_bytes(32)};
    RC_ASSERT(public_key::decode(key.encode()) == key);
}

} // namespace
