// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/noise/cipher_state.hpp>

#include "tests/support/null_crypto.hpp"

#include <gtest/gtest.h>

namespace lp2p::noise {
namespace {

using cipher = cipher_state<test::null_crypto>;
static_assert(std::movable<cipher> && !std::copyable<cipher>);

byte_vector frame_of(std::string_view text) {
    byte_vector frame = to_vector(as_bytes(text));
    frame.resize(frame.size() + crypto::aead_tag_size);
    return frame;
}

TEST(NoiseCipherState, EachMessageHasItsOwnNonce) {
    cipher sender{crypto::key32{}}, receiver{crypto::key32{}};
    byte_vector first = frame_of("same text"), second = frame_of("same text");
    ASSERT_TRUE(sender.encrypt_with_ad({}, first));
    ASSERT_TRUE(sender.encrypt_with_ad({}, second));
    EXPECT_NE(first, second);
    EXPECT_EQ(sender.nonce(), 2U);
    ASSERT_TRUE(receiver.decrypt_with_ad({}, first));
    ASSERT_TRUE(receiver.decrypt_with_ad({}, second));
    EXPECT_EQ(as_text(byte_view{second}.first(9)), "same text");
}

TEST(NoiseCipherState, AReplayedOrReorderedMessageDoesNotDecrypt) {
    cipher sender{crypto::key32{}}, receiver{crypto::key32{}};
    byte_vector first = frame_of("1"), second = frame_of("2");
    ASSERT_TRUE(sender.encrypt_with_ad({}, first));
    ASSERT_TRUE(sender.encrypt_with_ad({}, second));
    byte_vector early = second, again = first;
    EXPECT_EQ(receiver.decrypt_with_ad({}, early).error(), errc::decrypt_failed);
    EXPECT_EQ(receiver.nonce(), 0U) << "a failure must not spend a nonce";
    ASSERT_TRUE(receiver.decrypt_with_ad({}, first));
    EXPECT_EQ(receiver.decrypt_with_ad({}, again).error(), errc::decrypt_failed);
    EXPECT_TRUE(receiver.decrypt_with_ad({}, second));
}

TEST(NoiseCipherState, TheAssociatedDataCounts) {
    cipher sender{crypto::key32{}}, receiver{crypto::key32{}};
    byte_vector message = frame_of("text");
    ASSERT_TRUE(sender.encrypt_with_ad(as_bytes("hash"), message));
    byte_vector other = message;
    EXPECT_EQ(receiver.decrypt_with_ad(as_bytes("hush"), other).error(), errc::decrypt_failed);
    EXPECT_TRUE(receiver.decrypt_with_ad(as_bytes("hash"), message));
}

TEST(NoiseCipherState, TheLastNonceIsNeverUsed) {
    cipher sender{crypto::key32{}, cipher::reserved_nonce - 1};
    cipher receiver{crypto::key32{}, cipher::reserved_nonce - 1};
    byte_vector last = frame_of("last");
    ASSERT_TRUE(sender.encrypt_with_ad({}, last));
    ASSERT_TRUE(receiver.decrypt_with_ad({}, last));
    byte_vector after_it = frame_of("clear");
    EXPECT_EQ(sender.encrypt_with_ad({}, after_it).error(), errc::nonce_exhausted);
    EXPECT_EQ(after_it, frame_of("clear"));
    EXPECT_EQ(receiver.decrypt_with_ad({}, after_it).error(), errc::nonce_exhausted);
    EXPECT_EQ(sender.nonce(), cipher::reserved_nonce) << "it must not wrap";
}

} // namespace
} // namespace lp2p::noise
