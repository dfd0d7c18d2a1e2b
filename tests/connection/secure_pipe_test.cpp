// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/secure_pipe.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace {

using namespace lp2p;

/// A channel whose frame is a length byte, the text with every bit turned, and a zero byte. It
/// shows what the pipe asks for, and nothing about security.
class turned {
public:
    static constexpr std::size_t header = 1, trailer = 1, most_plaintext = 200;
    std::size_t seals_left = 1000;
    bool released = false;

    result<std::size_t> receive(mutable_bytes in, instant) {
        text_ = {};
        const std::size_t size = std::to_integer<std::size_t>(in[0]) + header + trailer;
        if (in.size() < size) return in.size(); // this fake drops what is not whole
        if (in[size - 1] != std::byte{0}) return fail({domain::core, fault::remote, 1});
        text_ = in.subspan(header, size - header - trailer);
        for (std::byte& b : text_) b = ~b;
        return size;
    }
    [[nodiscard]] bool has_plaintext() const { return !text_.empty(); }
    mutable_bytes plaintext() { return text_; }
    void release() { released = true; }
    void seal(mutable_bytes frame) {
        if (seals_left-- == 0) ended_ = reason{{domain::core, fault::limit, 2}, party::local};
        frame[0] = static_cast<std::byte>(frame.size() - header - trailer);
        for (std::byte& b : frame.subspan(header, frame.size() - header - trailer)) b = ~b;
        frame.back() = std::byte{0};
    }
    [[nodiscard]] const std::optional<reason>& ended() const { return ended_; }

private:
    mutable_bytes text_;
    std::optional<reason> ended_;
};

/// Gives `left` bytes, and says that it has as many as `claimed`.
struct source {
    std::size_t left;
    std::size_t claimed;
    [[nodiscard]] std::size_t pending() const { return claimed; }
    std::size_t pack(mutable_bytes out) {
        const std::size_t n = std::min(left, out.size());
        std::fill_n(out.begin(), n, std::byte{5});
        left -= n;
        return n;
    }
};

TEST(SecurePipe, WhatOneSealsTheOtherOpensFrameByFrame) {
    secure_pipe<turned> a{turned{}}, b{turned{}};
    source from{500, 500};
    byte_vector wire;
    for (int i = 0; i < 3; ++i) append(wire, *a.seal_next(from, 64 * 1024));
    std::vector<std::size_t> texts;
    ASSERT_TRUE(b.open(wire, {}, [&](byte_view text) {
        EXPECT_EQ(text[0], std::byte{5});
        texts.push_back(text.size());
        return true;
    }));
    EXPECT_EQ(texts, (std::vector<std::size_t>{200, 200, 100}));
}
TEST(SecurePipe, NothingDueIsNoFrame) {
    secure_pipe<turned> p{turned{}};
    source none{0, 0}, less_than_said{0, 10};
    EXPECT_TRUE(p.seal_next(none, 1000)->empty());
    EXPECT_TRUE(p.seal_next(less_than_said, 1000)->empty());
}
TEST(SecurePipe, AFrameIsAsLongAsWhatWasPacked) {
    secure_pipe<turned> p{turned{}};
    source from{7, 100};
    EXPECT_EQ(p.seal_next(from, 1000)->size(), 7U + turned::header + turned::trailer);
}
TEST(SecurePipe, OpeningStopsWhereNoMoreIsWanted) {
    secure_pipe<turned> a{turned{}}, b{turned{}};
    source from{400, 400};
    byte_vector wire = *a.seal_next(from, 1000);
    append(wire, *a.seal_next(from, 1000));
    int opened = 0;
    EXPECT_TRUE(b.open(wire, {}, [&](byte_view) { return ++opened < 1; }));
    EXPECT_EQ(opened, 1);
}
TEST(SecurePipe, ABrokenFrameGivesTheChannelsErrorAndNoText) {
    secure_pipe<turned> a{turned{}}, b{turned{}};
    source from{3, 3};
    byte_vector wire = *a.seal_next(from, 1000);
    wire.back() = std::byte{1};
    const status opened = b.open(wire, {}, [](byte_view) {
        ADD_FAILURE() << "nothing of a broken frame is delivered";
        return true;
    });
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error(), fault::remote);
}
TEST(SecurePipe, AChannelThatCannotSealAnyMoreSaysSo) {
    turned c;
    c.seals_left = 0;
    secure_pipe<turned> p{std::move(c)};
    source from{3, 3};
    const auto frame = p.seal_next(from, 1000);
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error(), fault::limit);
}

} // namespace
