// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/counting_new.hpp"

#include "tests/support/laws.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace {

using namespace lp2p;

// Seen from outside, so that the optimiser may not leave the allocation out.
void* volatile witness = nullptr;

TEST(CountingNew, SeesWhatLivesAndTheMostThatEverDid) {
    const std::size_t before = test::live_bytes();
    const std::size_t count = test::allocations();
    test::reset_peak();
    std::size_t with_one = 0;
    std::size_t with_two = 0;
    {
        const std::unique_ptr<std::byte[]> a{new std::byte[1000]};
        witness = a.get();
        with_one = test::live_bytes();
        const std::unique_ptr<std::byte[]> b{new std::byte[800]};
        witness = b.get();
        with_two = test::live_bytes();
    }
    const std::size_t peak = test::peak_bytes();
    test::reset_peak();
    EXPECT_EQ(with_one - before, 1000U);
    EXPECT_EQ(with_two - before, 1800U);
    EXPECT_EQ(peak - before, 1800U);
    EXPECT_EQ(test::peak_bytes(), before);
    EXPECT_EQ(test::live_bytes(), before);
    EXPECT_EQ(test::allocations() - count, 2U);
}

TEST(CountingNew, KeepsStrictAlignment) {
    struct alignas(256) wide {
        std::byte bytes[256];
    };
    const std::size_t before = test::live_bytes();
    {
        const auto one = std::make_unique<wide>();
        witness = one.get();
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(one.get()) % 256, 0U);
        EXPECT_EQ(test::live_bytes() - before, 256U);
    }
    EXPECT_EQ(test::live_bytes(), before);
}

// A machine that keeps 1,000 bytes for each one that arrives.
struct hoarder {
    struct nothing {};
    using event = std::variant<nothing>;
    result<std::size_t> receive(byte_view in, instant) {
        hoard.resize(hoard.size() + 1000 * in.size());
        return in.size();
    }
    void receive_end(end, instant) {}
    byte_view transmit(std::size_t) { return {}; }
    void transmitted(std::size_t) {}
    [[nodiscard]] std::optional<end> wants_end() const { return std::nullopt; }
    std::optional<event> poll_event() { return std::nullopt; }
    [[nodiscard]] std::optional<instant> next_timeout() const { return std::nullopt; }
    void handle_timeout(instant) {}
    [[nodiscard]] const std::optional<reason>& ended() const { return over; }
    byte_vector hoard;
    std::optional<reason> over;
};

TEST(Bounds, NoticeAMachineThatHoards) {
    const test::subject s{[](instant) { return hoarder{}; },
                          [](hoarder&, const hoarder::event&, instant, test::journal&) {}};
    const test::story steps{test::arrives(as_bytes("12345")), test::arrives(as_bytes("67890"))};
    EXPECT_EQ("", test::bounds(s, steps, 20'000, &test::live_bytes));
    EXPECT_NE("", test::bounds(s, steps, 9'000, &test::live_bytes));
}

} // namespace
