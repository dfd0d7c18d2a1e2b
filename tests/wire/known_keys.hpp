// SPDX-License-Identifier: Apache-2.0 OR MIT
// One identity of each type as go-libp2p 0.51.0 writes it: the PublicKey message, the peer id as
// bytes, in base58 and as a CID. The Ed25519 key comes from the seed SHA-256("lp2p").
//
// The programs that made them are gone; conformance/ makes more with the same library.
#pragma once

#include "bytes.hpp"

#include <lp2p/crypto/provider.hpp>

namespace lp2p::wire_test {

struct known_key {
    crypto::key_type type;
    std::string_view message;
    std::string_view id;
    std::string_view base58;
    std::string_view cid;
};

inline constexpr known_key known_keys[] = {
    {crypto::key_type::ed25519,
     "080112209c128e577f3ea67415ee910ca873f2c575df6afa498468bbbb2a7ecc253d64bd",
     "0024080112209c128e577f3ea67415ee910ca873f2c575df6afa498468bbbb2a7ecc253d64bd",
     "12D3KooWLKcBS8hXaph29GvhhoJsyr5DNk42KiTzeDvEhVQenGbv",
     "bafzaajaiaejcbhasrzlx6pvgoqk65eimvbz7frlv35vpusmenc53wkt6zqst2zf5"},
    {crypto::key_type::secp256k1,
     "08021221035704703236c62de461866cfd8664dd76d14f308c75232fcce97f2ce69127ef2a",
     "002508021221035704703236c62de461866cfd8664dd76d14f308c75232fcce97f2ce69127ef2a",
     "16Uiu2HAmJWfkCK3qDrqtiUT4DpNutB2HAV9HDpmpwKGW5atV1Q5f",
     "bafzaajiiaijcca2xarydenwgfxsgdbtm7wdgjxlw2fhtbddvemx4z2l7fttjcj7pfi"},
    {crypto::key_type::ecdsa,
     "0803125b3059301306072a8648ce3d020106082a8648ce3d030107034200047c3d7562b9e2c34ba4"
     "50919e72a989c2dcabfadcffaae56adf1e3d67ed9dd73153438a7e22cd95f34870715ed8ac051dbf"
     "7b05202d95bc2ffc8b622d9c3f03c0",
     "12200043243123c4e0ee2b738a07dea08ab76b1f707a056cb474b6dd189fc44128f7",
     "QmNMg6A3AFiJFZEwDeaHjbqoRGSW8YZTLYF5YVYjh2tJaJ",
     "bafzbeiaaimsdci6e4dxcw44ka7pkbcvxnmpxa6qfns2hjnw5dcp4iqji64"},
    {crypto::key_type::rsa,
     "080012a60230820122300d06092a864886f70d01010105000382010f003082010a0282010100c444"
     "5e9aeb5ae55bdb87c07b976bc19480539cd6eef39774e90b51f7c1e8fe6835a812928b9e942a8f73"
     "77454c4a02d5a940e72c1c34397e2fd4d2bc04aabbfa9ae80137279d0f7c513d4c97f87db8c87eaa"
     "4d460a9adca9e321cbe1a5d1ef2fdb10ffe1d3dd325c4f7618f5ba52462f25fade43dcc8a73d7436"
     "41c6a730d20a7ead715714614834497342bec9019f1029a8eb1f5ed4b9ccac2a9d29a38526381b56"
     "8c2cfc76af2b263a0b5cb707b8f41fd711619e8372bbe390dbb7bbded48645c8b06581bb8dfa386f"
     "462785161daf0258e0291ac961267ccb974ec09f752a7eec95aef0908c466742bbe4c2a80ff26f7d"
     "343fa8785a7e99eb77d7061f19e50203010001",
     "12207ea663739ccbd8ed1b1a9443079419af78481227996596f27e98cd4059fbea1e",
     "QmWs3EYMDJprQXVjpdH5nBZBRooKV3ZTBnt8N6tQv18UJ1",
     "bafzbeid6uzrxhhgl3dwrwguuimdzignppbebej4zmwlpe7uyzvaft67kdy"},
};
inline const known_key& known_ed25519 = known_keys[0];

} // namespace lp2p::wire_test
