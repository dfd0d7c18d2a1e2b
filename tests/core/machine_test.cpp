// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/machine.hpp>

#include <gtest/gtest.h>

#include <array>

namespace {

using namespace lp2p;

struct finished {
    reason why;
};

// The smallest thing that has the shape; each one below lacks exactly one part of it.
struct whole_machine {
    using event = std::variant<finished>;
    std::optional<event> poll_event() { return std::nullopt; }
    [[nodiscard]] std::optional<instant> next_timeout() const { return std::nullopt; }
    void handle_timeout(instant) {}
    [[nodiscard]] const std::optional<reason>& ended() const { return ended_; }
    std::optional<reason> ended_;
};
struct whole_duplex : whole_machine {
    result<std::size_t> receive(byte_view in, instant) { return in.size(); }
    void receive_end(end, instant) {}
    byte_view transmit(std::size_t) { return {}; }
    void transmitted(std::size_t) {}
    [[nodiscard]] std::optional<end> wants_end() const { return std::nullopt; }
};
static_assert(machine<whole_machine>);
static_assert(!duplex<whole_machine>);
static_assert(duplex<whole_duplex>);

struct takes_mutable_bytes : whole_duplex {
    result<std::size_t> receive(mutable_bytes in, instant) { return in.size(); }
};
static_assert(duplex<takes_mutable_bytes>); // decryption in place

struct fat_event : whole_machine {
    using event = std::variant<std::array<char, 100>>;
    std::optional<event> poll_event() { return std::nullopt; }
};
static_assert(!machine<fat_event>);

struct ends_by_value : whole_machine {
    [[nodiscard]] std::optional<reason> ended() const { return ended_; }
};
static_assert(!machine<ends_by_value>);

struct timeout_not_const : whole_machine {
    std::optional<instant> next_timeout() { return std::nullopt; }
};
static_assert(!machine<timeout_not_const>);

struct stays_where_it_is : whole_machine {
    stays_where_it_is() = default;
    stays_where_it_is(stays_where_it_is&&) = delete;
};
static_assert(!machine<stays_where_it_is>);

struct receives_without_errors : whole_duplex {
    std::size_t receive(byte_view in, instant) { return in.size(); }
};
static_assert(!duplex<receives_without_errors>);

struct tells_no_end : whole_duplex {
    void wants_end() const {}
};
static_assert(!duplex<tells_no_end>);

TEST(Overloaded, VisitsEachAlternativeWithItsOwnFunction) {
    using event = std::variant<int, std::string_view>;
    const auto tell = overloaded{[](int n) { return n; }, [](std::string_view) { return -1; }};
    EXPECT_EQ(std::visit(tell, event{7}), 7);
    EXPECT_EQ(std::visit(tell, event{"text"}), -1);
}

} // namespace
