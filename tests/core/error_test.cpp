// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/core/error.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace kettle { // a protocol of somebody else, to show that lookup is by argument
enum class errc : std::uint16_t { boiled_dry = 1, too_full };
constexpr lp2p::error make_error(errc e) noexcept {
    return {lp2p::domain::service, e == errc::too_full ? lp2p::fault::limit : lp2p::fault::remote,
            static_cast<std::uint16_t>(e)};
}
} // namespace kettle

namespace {

using namespace lp2p;

TEST(Error, NothingIsNoError) {
    EXPECT_FALSE(error{});
    EXPECT_EQ(error{}, fault::none);
    EXPECT_EQ(reason{}.why, error{});
}

TEST(Error, ACodeConvertsAndComparesAsErrorAndAsFault) {
    constexpr error e = kettle::errc::too_full;
    static_assert(e);
    EXPECT_EQ(e, fault::limit);
    EXPECT_FALSE(e == fault::remote);
    EXPECT_EQ(e, kettle::errc::too_full);
    EXPECT_NE(e, kettle::errc::boiled_dry);
    EXPECT_EQ(e.where, domain::service);
    EXPECT_EQ(e.code, 2U);
}

TEST(Error, AFaultAloneIsNoErrorAndOtherEnumsAreNone) {
    static_assert(!std::is_convertible_v<fault, error>);
    static_assert(!std::is_convertible_v<domain, error>);
    static_assert(!std::is_convertible_v<int, error>);
    static_assert(!std::is_convertible_v<error, bool>); // only on purpose
    EXPECT_FALSE((error{domain::wire, fault::remote, 1} == error{domain::noise, fault::remote, 1}));
}

TEST(Error, FinAndResetAreDifferentEnds) {
    EXPECT_EQ(end{}, (end{end::fin, 0}));
    EXPECT_FALSE((end{end::fin, 0} == end{end::reset, 0}));
    EXPECT_FALSE((end{end::reset, 1} == end{end::reset, 2}));
}

template <class Enum>
void expect_names_up_to(Enum last) {
    std::set<std::string> names;
    for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
        const std::string name{to_string(static_cast<Enum>(i))};
        EXPECT_FALSE(name.empty()) << i;
        EXPECT_TRUE(names.insert(name).second) << name << " twice";
    }
}

TEST(Error, EveryFaultPartyAndDomainHasANameOfItsOwn) {
    expect_names_up_to(fault::refused);
    expect_names_up_to(party::transport);
    expect_names_up_to(domain::io);
    EXPECT_EQ(to_string(fault::refused), "refused");
    EXPECT_EQ(to_string(party::transport), "transport");
    EXPECT_EQ(to_string(domain::core), "core");
    EXPECT_EQ(to_string(domain::yamux), "yamux");
    EXPECT_EQ(to_string(domain::connection), "connection");
    EXPECT_EQ(to_string(domain::io), "io");
}

} // namespace
