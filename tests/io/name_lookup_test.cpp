// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/name_lookup.hpp>

#include "world.hpp"

namespace lp2p {
namespace {

using asio::ip::tcp;
using io::errc;
using test::address;
using test::run_until;
using results = tcp::resolver::results_type;

results found(const std::vector<std::string>& ips) {
    std::vector<tcp::endpoint> all;
    for (const auto& ip : ips) all.emplace_back(asio::ip::make_address(ip), 7);
    return results::create(all.begin(), all.end(), "host", "7");
}
std::string ordered(const results& all, std::size_t most = 25) {
    std::string text;
    for (const tcp::endpoint& at : io::in_order(all, most))
        text += (text.empty() ? "" : " ") + at.address().to_string();
    return text;
}

TEST(IoNameLookup, Ip6ComesFirstAndEachFamilyKeepsItsOrder) {
    EXPECT_EQ(ordered(found({"10.0.0.2", "::2", "10.0.0.1", "::1"})), "::2 ::1 10.0.0.2 10.0.0.1");
    EXPECT_EQ(ordered(found({})), "");
}
TEST(IoNameLookup, EachAddressIsTriedOnceAndNoMoreThanTheBound) {
    EXPECT_EQ(ordered(found({"10.0.0.1", "10.0.0.1", "::1", "::1"})), "::1 10.0.0.1");
    std::vector<std::string> many;
    for (int i = 0; i < 40; ++i) many.push_back("10.0.0." + std::to_string(i));
    EXPECT_EQ(io::in_order(found(many), 25).size(), 25U);
    EXPECT_EQ(ordered(found(many), 2), "10.0.0.0 10.0.0.1");
    many.push_back("::1");
    EXPECT_EQ(ordered(found(many), 2), "::1 10.0.0.0");
}
TEST(IoNameLookup, WhatIsNoHostNameIsNotAskedFor) {
    EXPECT_FALSE(io::check_host_name("a"));
    EXPECT_FALSE(io::check_host_name(std::string(253, 'a')));
    EXPECT_EQ(io::check_host_name(std::string(254, 'a')), errc::bad_host_name);
    EXPECT_EQ(io::check_host_name(""), errc::bad_host_name);
    EXPECT_EQ(io::check_host_name(std::string_view{"a\0b", 3}), errc::bad_host_name);
}

struct answer {
    std::optional<error> why;
    std::vector<tcp::endpoint> at;
    int times = 0;
    void operator()(error e, const std::vector<tcp::endpoint>& found) {
        ++times;
        why = e;
        at = found;
    }
};

TEST(IoNameLookup, TheFamilyThatWasAskedForIsAnswered) {
    asio::io_context context;
    tcp::resolver resolver{context};
    answer four, any;
    const auto four_at = address("/dns4/localhost/tcp/7"), any_at = address("/dns/localhost/tcp/7");
    io::look_up(resolver, *four_at.tcp(), 25, std::ref(four));
    EXPECT_FALSE(four.why) << "from a handler";
    io::look_up(resolver, *any_at.tcp(), 25, std::ref(any));
    ASSERT_TRUE(run_until(context, [&] { return four.why && any.why; }));
    EXPECT_FALSE(*four.why);
    EXPECT_EQ(four.at, (std::vector{tcp::endpoint{asio::ip::address_v4::loopback(), 7}}));
    EXPECT_FALSE(*any.why);
    EXPECT_EQ(any.at.back(), four.at.back()) << "IPv4 comes last";
}
TEST(IoNameLookup, ALiteralOfTheOtherFamilyHasNoAddress) {
    asio::io_context context;
    tcp::resolver resolver{context};
    answer six;
    const auto at = address("/dns6/127.0.0.1/tcp/7");
    io::look_up(resolver, *at.tcp(), 25, std::ref(six));
    ASSERT_TRUE(run_until(context, [&] { return six.why.has_value(); }));
    EXPECT_EQ(*six.why, errc::name_not_found);
    EXPECT_TRUE(six.at.empty());
}
// Asio's own thread may have the answer before the cancellation: then the answer is what is told.
TEST(IoNameLookup, CancelledItSaysSoOnceUnlessTheAnswerWasThere) {
    asio::io_context context;
    answer got;
    tcp::resolver resolver{context};
    const auto at = address("/dns/localhost/tcp/7");
    io::look_up(resolver, *at.tcp(), 25, std::ref(got));
    resolver.cancel();
    ASSERT_TRUE(run_until(context, [&] { return got.why.has_value(); }));
    EXPECT_EQ(*got.why, got.at.empty() ? error{errc::cancelled} : error{});
    EXPECT_EQ(got.times, 1);
}

} // namespace
} // namespace lp2p
