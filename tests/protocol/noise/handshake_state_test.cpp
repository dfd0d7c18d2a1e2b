// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/noise/handshake_state.hpp>

#include <lp2p/crypto/botan.hpp>

#include "tests/crypto/hex.hpp"
#include "tests/support/null_crypto.hpp"

#include <gtest/gtest.h>

namespace lp2p::noise {
namespace {

using test::from_hex;
using test::key_from_hex;

/// Botan whose next key pair is chosen by the test, as the published vectors demand.
struct fixed_botan : crypto::botan {
    crypto::key32 secret{};
    [[nodiscard]] crypto::key_pair x25519_generate() const {
        crypto::key32 base_point{};
        base_point[0] = std::byte{9};
        return {secret, x25519(secret, base_point).value()};
    }
};
static_assert(crypto::provider<fixed_botan>);

struct vector {
    std::string_view prologue, init_static, init_ephemeral, resp_static, resp_ephemeral;
    std::string_view handshake_hash; ///< empty: not published
    struct message {
        std::string_view payload, ciphertext;
    };
    std::vector<message> messages; ///< three of the handshake, then transport, in turn
};

// Noise_XX_25519_ChaChaPoly_SHA256 as published with cacophony (Haskell)...
const vector cacophony{
    .prologue = "4a6f686e2047616c74",
    .init_static = "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1",
    .init_ephemeral = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
    .resp_static = "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893",
    .resp_ephemeral = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
    .handshake_hash = "c8e5f64e846193be2a834104c2a009868d6c9f3bd3c186299888b488b2f1f58e",
    .messages = {
        {"4c756477696720766f6e204d69736573",
         "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c7564776967"
         "20766f6e204d69736573"},
        {"4d757272617920526f746862617264",
         "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f14480884381cbad1f276e"
         "038c48378ffce2b65285e08d6b68aaa3629a5a8639392490e5b9bd5269c2f1e4f488ed883116"
         "1f19b7815528f8982ffe09be9b5c412f8a0db50f8814c7194e83f23dbd8d162c9326ad"},
        {"462e20412e20486179656b",
         "c7195ffacac1307ff99046f219750fc47693e23c3cb08b89c2af808b444850a80ae475b9df0f"
         "169ae80a89be0865b57f58c9fea0d4ec82a286427402f113e4b6ae769a1d95941d49b25030"},
        {"4361726c204d656e676572", "96763ed773f8e47bb3712f0e29b3060ffc956ffc146cee53d5e1df"},
        {"4a65616e2d426170746973746520536179",
         "3e40f15f6f3a46ae446b253bf8b1d9ffb6ed9b174d272328ff91a7e2e5c79c07f5"},
        {"457567656e2042f6686d20766f6e2042617765726b",
         "eb3f3515110702e047a6c9da4478b6ead94873c11c0f2d710ddb3f09fce024b3a58502ae3f"},
    }};

// ...and with snow (Rust), which rust-libp2p is built on.
const vector snow{
    .prologue = "5468657265206973206e6f20726967687420616e642077726f6e672e2054686572652773206f"
                "6e6c792066756e20616e6420626f72696e672e",
    .init_static = "7dec208517a3b81a2861d7a71266d5d6dc944c5a8816634a86fe63198a0148ee",
    .init_ephemeral = "a32daf21e93c0131495ce1d903181fde81cc46937daaeb990bae7c992709421e",
    .resp_static = "4d0aed5098e3b4ef20357e9f686ce66204c792b358da2e475017d6c485304881",
    .resp_ephemeral = "4eece0f195d026db035ff987597c429d3ad3bcc2944df37d649528951b2a27c5",
    .handshake_hash = "",
    .messages = {
        {"d03c489139e645d0711a3c9e810d776b46a84912463fafa87b884eebf242dc34",
         "f9fa868ba97ab8a2686deccfaad5a484ee10a5bb85e3d1dce015a84797f92818d03c489139e6"
         "45d0711a3c9e810d776b46a84912463fafa87b884eebf242dc34"},
        {"d8190a92f7dc0c93dbea9118ba8055751fb7c6590c416ffbd419964132b99a85",
         "8c4e6fdb7d09d501a86f7eca5c234522751706ed409182c05cdf5f827d4dae47b81c6c5f43b0"
         "25692c24391eefee725c17d8cb0fbe3e4abb8aedf42c4fd2592d4ea48ac08989d6ae8b4adae0"
         "8b2c34087c808c7aa55a63c02b0fab9e930612336bd43eaea04d3c670a0a146691aa9cc9d357"
         "872320dc735dbc48580cffb553db"},
        {"77891b19dcb92ef7c055b672c4a5aa7fdf1c84146b8b303459022729473ce254",
         "933ca6b5ed60df3df66121f0ab49a09e49efa45c613a86a3cecbf4c535cef2f83f72b42837b1"
         "8e3572f2fdc2b74c331e2368a545cef54bdca081678ab0e9dd5348122459e0c034c851984d88"
         "ce610963d43cde6cfe73a67fbd5a63e8bfca96d0"},
        {"d7efdf988072881941db045a42882433817555128fbf5663e56081712ec7d212",
         "54ef0ff0629e1aaa7685a2806ab111cba76b52331f2642276736f415868eacb69ab2577f3bda"
         "0cbf72f879685f6ed25f"},
        {"dd7bf01a588bafb52c6cfba952e5d8fe35cc2b3f92b4730ae2474615157345ce",
         "356be70f110306d5c699bb834bb9d58d909e325924dfbec972e406e6f294dc63e1daebefe8a6"
         "2a334facc8048ab4ad66"},
    }};

handshake_state<fixed_botan> make(role r, const vector& v) {
    const bool dials = r == role::dialer;
    fixed_botan ephemeral;
    ephemeral.secret = key_from_hex(dials ? v.init_ephemeral : v.resp_ephemeral);
    fixed_botan fixed_static;
    fixed_static.secret = key_from_hex(dials ? v.init_static : v.resp_static);
    return {r, fixed_static.x25519_generate(), from_hex(v.prologue), ephemeral};
}

void expect_transport(const vector& v, cipher_state<fixed_botan>& sender,
                      cipher_state<fixed_botan>& receiver, const vector::message& m) {
    byte_vector frame = from_hex(m.payload);
    frame.resize(frame.size() + crypto::aead_tag_size);
    ASSERT_TRUE(sender.encrypt_with_ad({}, frame));
    EXPECT_EQ(frame, from_hex(m.ciphertext)) << v.init_static;
    ASSERT_TRUE(receiver.decrypt_with_ad({}, frame));
    frame.resize(frame.size() - crypto::aead_tag_size);
    EXPECT_EQ(frame, from_hex(m.payload));
}

void expect_whole(const vector& v) {
    auto dialer = make(role::dialer, v), listener = make(role::listener, v);
    for (std::size_t i = 0; i < 3; ++i) {
        auto& writer = i % 2 == 0 ? dialer : listener;
        auto& reader = i % 2 == 0 ? listener : dialer;
        byte_vector message;
        ASSERT_TRUE(writer.write_message(from_hex(v.messages[i].payload), message));
        EXPECT_EQ(message, from_hex(v.messages[i].ciphertext)) << "message " << i + 1;
        const auto payload = reader.read_message(message);
        ASSERT_TRUE(payload);
        EXPECT_TRUE(equal(*payload, from_hex(v.messages[i].payload)));
    }
    EXPECT_EQ(dialer.handshake_hash(), listener.handshake_hash());
    if (!v.handshake_hash.empty()) {
        EXPECT_TRUE(equal(dialer.handshake_hash(), from_hex(v.handshake_hash)));
    }
    auto [d_send, d_receive] = dialer.split();
    auto [l_send, l_receive] = listener.split();
    for (std::size_t i = 3; i < v.messages.size(); ++i) {
        if (i % 2 == 0)
            expect_transport(v, d_send, l_receive, v.messages[i]);
        else
            expect_transport(v, l_send, d_receive, v.messages[i]);
    }
}

TEST(NoiseHandshakeState, VectorOfCacophony) { expect_whole(cacophony); }
TEST(NoiseHandshakeState, VectorOfSnow) { expect_whole(snow); }

TEST(NoiseHandshakeState, AnotherPrologueDoesNotAgree) {
    vector other = cacophony;
    other.prologue = "00";
    auto dialer = make(role::dialer, cacophony), listener = make(role::listener, other);
    byte_vector one, two;
    ASSERT_TRUE(dialer.write_message({}, one));
    ASSERT_TRUE(listener.read_message(one)); // nothing is sealed yet
    ASSERT_TRUE(listener.write_message({}, two));
    EXPECT_EQ(dialer.read_message(two).error(), errc::decrypt_failed);
}

/// Fails in the same place for every provider.
template <class Crypto>
class NoiseHandshakeStateLaws : public testing::Test {
protected:
    Crypto crypto{};
    handshake_state<Crypto> make(role r) { return {r, crypto.x25519_generate(), {}, crypto}; }
};
using providers = testing::Types<crypto::botan, test::null_crypto>;
TYPED_TEST_SUITE(NoiseHandshakeStateLaws, providers);

TYPED_TEST(NoiseHandshakeStateLaws, MessagesHaveTheSizesOfTheSpecification) {
    auto dialer = this->make(role::dialer), listener = this->make(role::listener);
    const auto least = dialer.least_size;
    for (std::size_t i = 0; i < 3; ++i) {
        auto& writer = i % 2 == 0 ? dialer : listener;
        auto& reader = i % 2 == 0 ? listener : dialer;
        byte_vector message;
        ASSERT_TRUE(writer.write_message({}, message));
        EXPECT_EQ(message.size(), least[i]);
        const auto payload = reader.read_message(message);
        ASSERT_TRUE(payload);
        EXPECT_TRUE(payload->empty());
    }
    EXPECT_EQ(least[0], 32U);
    EXPECT_EQ(least[1], 32U + 48U + 16U);
    EXPECT_EQ(least[2], 48U + 16U);
}

TYPED_TEST(NoiseHandshakeStateLaws, AMessageCutShortIsRefusedAtEveryLength) {
    for (std::size_t cut = 0; cut < 96; ++cut) {
        auto dialer = this->make(role::dialer), listener = this->make(role::listener);
        byte_vector one, two;
        ASSERT_TRUE(dialer.write_message({}, one));
        if (cut < 32) {
            auto reader = this->make(role::listener);
            byte_vector part = one;
            EXPECT_EQ(reader.read_message(mutable_bytes{part}.first(cut)).error(),
                      errc::message_too_short);
        }
        ASSERT_TRUE(listener.read_message(one));
        ASSERT_TRUE(listener.write_message({}, two));
        EXPECT_EQ(dialer.read_message(mutable_bytes{two}.first(cut)).error(),
                  errc::message_too_short);
    }
}

TYPED_TEST(NoiseHandshakeStateLaws, AnEphemeralKeyOfLowOrderIsRefused) {
    auto listener = this->make(role::listener);
    byte_vector one(32), two;
    ASSERT_TRUE(listener.read_message(one));
    EXPECT_EQ(listener.write_message({}, two).error(), errc::low_order_point);

    auto dialer = this->make(role::dialer);
    byte_vector first;
    ASSERT_TRUE(dialer.write_message({}, first));
    byte_vector answer(200);
    EXPECT_EQ(dialer.read_message(answer).error(), errc::low_order_point);
}

TYPED_TEST(NoiseHandshakeStateLaws, AStaticKeyOfLowOrderIsRefused) {
    for (const role liar : {role::dialer, role::listener}) {
        const auto is = [&](role r) {
            auto pair = this->crypto.x25519_generate();
            if (r == liar) pair.public_key = {};
            return handshake_state<TypeParam>{r, pair, {}, this->crypto};
        };
        auto dialer = is(role::dialer), listener = is(role::listener);
        byte_vector one, two, three;
        ASSERT_TRUE(dialer.write_message({}, one));
        ASSERT_TRUE(listener.read_message(one));
        ASSERT_TRUE(listener.write_message({}, two));
        const auto answer = dialer.read_message(two);
        if (liar == role::listener) {
            EXPECT_EQ(answer.error(), errc::low_order_point);
            continue;
        }
        ASSERT_TRUE(answer);
        ASSERT_TRUE(dialer.write_message({}, three));
        EXPECT_EQ(listener.read_message(three).error(), errc::low_order_point);
    }
}

} // namespace
} // namespace lp2p::noise
