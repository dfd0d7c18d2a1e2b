// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/protocol/pubsub/digest.hpp>

#include "tests/protocol/pubsub/support.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

namespace {
using namespace lp2p;
using pubsub::id_digest;

TEST(PubsubDigest, IsSipHash24With128Bits) {
    // The reference vectors: key 00..0f, inputs 00 01 02… of 0, 1 and 15 bytes.
    const pubsub::digester d{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
    byte_vector in;
    for (int i = 0; i < 15; ++i) in.push_back(static_cast<std::byte>(i));
    const auto hex = [&](std::size_t n) {
        const id_digest out = d(byte_view{in}.first(n));
        std::array<std::byte, 16> bytes{};
        for (std::size_t i = 0; i < 8; ++i) {
            bytes[i] = static_cast<std::byte>(out.low >> (8 * i));
            bytes[8 + i] = static_cast<std::byte>(out.high >> (8 * i));
        }
        return byte_vector(bytes.begin(), bytes.end());
    };
    EXPECT_EQ(test::from_hex("a3817f04ba25a8e66df67214c7550293"), hex(0));
    EXPECT_EQ(test::from_hex("da87c1d86b99af44347659119b22fc45"), hex(1));
    EXPECT_EQ(test::from_hex("5493e99933b0a8117e08ec0f97cfc3d9"), hex(15));
}

TEST(PubsubDigest, SeedsGiveDifferentDigests) {
    const auto id = as_bytes("a message id");
    EXPECT_EQ(pubsub::digester{1}(id), pubsub::digester{1}(id));
    EXPECT_NE(pubsub::digester{1}(id), pubsub::digester{2}(id));
    EXPECT_NE(pubsub::digester{1}(as_bytes("")), pubsub::digester{1}(as_bytes(std::string(1, 0))));
}

/// Against a map, with digests that crowd a few slots.
RC_GTEST_PROP(PubsubDigest, TheIndexFindsWhatIsInIt, (std::vector<std::uint8_t> steps)) {
    std::vector<id_digest> slots;
    std::map<std::uint8_t, std::uint32_t> model;
    pubsub::digest_index index;
    const auto of = [&](std::uint32_t s) -> const id_digest& { return slots[s]; };
    const auto digest = [](std::uint8_t b) { return id_digest{b % 8U * 3U, b}; };
    for (const std::uint8_t b : steps) {
        const auto known = model.find(b);
        if (known == model.end()) {
            slots.push_back(digest(b));
            index.insert(static_cast<std::uint32_t>(slots.size() - 1), of);
            model[b] = static_cast<std::uint32_t>(slots.size() - 1);
        } else {
            index.erase(digest(b), of);
            model.erase(known);
        }
        RC_ASSERT(index.size() == model.size());
        for (unsigned i = 0; i < 256; ++i) {
            const auto key = static_cast<std::uint8_t>(i);
            const auto found = index.find(digest(key), of);
            RC_ASSERT(found.has_value() == model.contains(key));
            if (found) RC_ASSERT(*found == model.at(key));
        }
    }
}

TEST(PubsubDigest, ErasingWhatIsNotThereChangesNothing) {
    pubsub::digest_index index;
    std::vector<id_digest> slots{{1, 1}};
    const auto of = [&](std::uint32_t s) -> const id_digest& { return slots[s]; };
    index.erase({1, 1}, of);
    index.insert(0, of);
    index.erase({17, 1}, of);
    EXPECT_EQ(1U, index.size());
    EXPECT_EQ(0U, *index.find({1, 1}, of));
}

} // namespace
