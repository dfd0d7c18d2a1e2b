// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/result.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace {

using namespace lp2p;

constexpr error too_long{domain::wire, fault::limit, 4};

result<int> half(int n) {
    if (n % 2 != 0) return fail(too_long);
    return n / 2;
}

TEST(Result, HoldsAValueOrSaysWhyNot) {
    EXPECT_EQ(half(8).value(), 4);
    ASSERT_FALSE(half(7));
    EXPECT_EQ(half(7).error(), too_long);
    EXPECT_EQ(half(7).error(), fault::limit);
}

TEST(Result, ChainsWithoutAMacro) {
    EXPECT_EQ(*half(8).and_then(half), 2);
    EXPECT_EQ(half(6).and_then(half).error(), too_long);
    EXPECT_EQ(half(7).map([](int n) { return std::to_string(n); }).error(), too_long);
}

TEST(Result, CarriesWhatCanOnlyMove) {
    result<std::unique_ptr<int>> r{std::make_unique<int>(3)};
    const std::unique_ptr<int> taken = std::move(*r);
    EXPECT_EQ(*taken, 3);
}

TEST(Status, IsDoneOrSaysWhyNot) {
    const status done{};
    EXPECT_TRUE(done);
    const status not_done = fail(too_long);
    EXPECT_FALSE(not_done);
    EXPECT_EQ(not_done.error(), too_long);
}

} // namespace
