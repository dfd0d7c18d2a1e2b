// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/link_table.hpp>

#include "tests/io/world.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace lp2p {
namespace {

using test::address;
using test::io_world;
using test::tcp;

// --- listening and accepting
// ----------------------------------------------------------------------

TEST(IoLinkTable, ListensOnAPortOfTheSystemsChoice) {
    io_world w;
    const auto four = w.d().listen(address("/ip4/127.0.0.1/tcp/0"));
    const auto six = w.d().listen(address("/ip6/::1/tcp/0"));
    ASSERT_TRUE(four);
    ASSERT_TRUE(six);
    EXPECT_NE(io::to_endpoint(*four)->port(), 0);
    EXPECT_EQ(io::to_endpoint(*six)->address().to_string(), "::1");
    tcp::socket a = w.joined(*io::to_endpoint(*four));
    tcp::socket b = w.joined(*io::to_endpoint(*six));
    const auto& first = w.node().conns.at(conn_id{1});
    EXPECT_EQ(first.local, *four);
    EXPECT_EQ(first.remote, io::to_multiaddr(a.local_endpoint()));
    EXPECT_EQ(w.last(), conn_id{2});
    EXPECT_EQ(w.node().conns.at(conn_id{2}).local, *six);
}
TEST(IoLinkTable, WhatCannotBeListenedOnIsNamed) {
    io_world w;
    const auto taken = w.d().listen(address("/ip4/127.0.0.1/tcp/0"));
    EXPECT_EQ(w.d().listen(*taken).error(), error{io::errc::address_in_use});
    EXPECT_EQ(w.d().listen(address("/ip4/192.0.2.1/tcp/0")).error(),
              error{io::errc::address_not_available});
    EXPECT_EQ(w.d().listen(address("/dns4/localhost/tcp/0")).error(),
              error{io::errc::not_an_endpoint});
    w.settle();
    EXPECT_EQ(w.node().listens, std::vector{*taken});
}
TEST(IoLinkTable, ARefusedConnectionIsClosedAndTheNextOneIsTaken) {
    io_world w;
    const auto at = w.listening();
    w.node().refuses = true;
    tcp::socket peer{w.context};
    peer.connect(at);
    peer.non_blocking(true);
    std::error_code ec;
    EXPECT_EQ(w.read_all(peer, ec), "");
    EXPECT_EQ(ec, asio::error::eof);
    EXPECT_EQ(w.node().refused, 1U);
    w.node().refuses = false;
    w.joined(at);
    EXPECT_EQ(w.node().order.size(), 1U);
}
TEST(IoLinkTable, WithoutADescriptorAcceptingPausesAndRecovers) {
    io_world w{{.accept_pause_least = milliseconds{20}, .accept_pause_most = milliseconds{40}}};
    const auto at = w.listening();
    w.settle();
    tcp::socket peer{w.context};
    peer.open(tcp::v4());
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int lowest = ::open("/dev/null", O_RDONLY);
    ASSERT_GE(lowest, 0);
    ::close(lowest);
    rlimit none = before;
    none.rlim_cur = static_cast<rlim_t>(lowest);
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
    peer.connect(at);
    w.context.restart();
    const std::size_t ran = w.context.run_for(milliseconds{300});
    const bool took_none = w.node().order.empty();
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_TRUE(took_none);
    EXPECT_GE(ran, 4U) << "it tried again";
    EXPECT_LE(ran, 40U) << "it is no busy loop";
    EXPECT_TRUE(w.until([&] { return w.node().order.size() == 1; }));
}

// --- dialing
// --------------------------------------------------------------------------------------

TEST(IoLinkTable, ADialConnectsAndBytesFlowBothWays) {
    io_world w;
    tcp::acceptor acceptor = w.plain_listener();
    const conn_id id = w.node().connect(io::to_multiaddr(acceptor.local_endpoint()));
    w.node().echoes = true;
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connected; }));
    tcp::socket peer = acceptor.accept();
    peer.non_blocking(true);
    EXPECT_EQ(w.node().conns[id].local, io::to_multiaddr(peer.remote_endpoint()));
    peer.send(asio::buffer("marco", 5));
    std::error_code ec;
    EXPECT_EQ(w.read_all(peer, ec, 5), "marco");
    EXPECT_EQ(w.node().conns[id].received, "marco");
}
TEST(IoLinkTable, ADialToNobodyIsRefused) {
    io_world w;
    const wire::multiaddr nobody = io::to_multiaddr(w.plain_listener().local_endpoint());
    const conn_id id = w.node().connect(nobody);
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connect_error.has_value(); }));
    EXPECT_EQ(*w.node().conns[id].connect_error, error{io::errc::connection_refused});
    EXPECT_FALSE(w.node().conns[id].connected);
    w.settle();
    EXPECT_TRUE(w.context.stopped()) << "nothing waits any more";
}
TEST(IoLinkTable, ADialThatNobodyAnswersTimesOut) {
    io_world w{{.connect_timeout = milliseconds{50}}};
    // A full backlog: Linux drops what else asks, as a host that is gone would.
    tcp::acceptor acceptor{w.context, tcp::v4()};
    acceptor.bind({asio::ip::address_v4::loopback(), 0});
    acceptor.listen(0);
    std::vector<tcp::socket> filling;
    for (int i = 0; i < 4; ++i) {
        filling.emplace_back(w.context, tcp::v4());
        filling.back().native_non_blocking(true);
        const tcp::endpoint at = acceptor.local_endpoint();
        (void)::connect(filling.back().native_handle(), at.data(), // Asio's would wait
                        static_cast<socklen_t>(at.size()));
    }
    const conn_id id = w.node().connect(io::to_multiaddr(acceptor.local_endpoint()));
    const instant began = io::now();
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connect_error.has_value(); }));
    EXPECT_EQ(*w.node().conns[id].connect_error, error{io::errc::connect_timeout});
    EXPECT_EQ(*w.node().conns[id].connect_error, fault::timeout);
    EXPECT_GE(io::now() - began, milliseconds{50});
}
TEST(IoLinkTable, ADialThatIsGivenUpIsForgotten) {
    io_world w;
    tcp::acceptor acceptor = w.plain_listener();
    const conn_id id = w.node().connect(io::to_multiaddr(acceptor.local_endpoint()));
    w.node().hang_up(id, end{end::reset, 0});
    w.d().wake();
    w.settle();
    EXPECT_TRUE(w.node().conns[id].released);
    EXPECT_FALSE(w.node().conns[id].connected);
    EXPECT_FALSE(w.node().conns[id].connect_error);
    EXPECT_TRUE(w.context.stopped());
}
TEST(IoLinkTable, WhatIsNoTcpAddressFailsLaterNotInside) {
    io_world w;
    const conn_id id = w.node().connect(address("/ip4/127.0.0.1"));
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connect_error.has_value(); }));
    EXPECT_EQ(*w.node().conns[id].connect_error, error{io::errc::not_an_endpoint});
}
TEST(IoLinkTable, ANameIsLookedUpAndEveryAddressOfItTried) {
    io_world w;
    tcp::acceptor acceptor =
        w.plain_listener(); // ip4 alone: where localhost is ::1 too, that fails
    const std::string port = std::to_string(acceptor.local_endpoint().port());
    const conn_id any = w.node().connect(address("/dns/localhost/tcp/" + port));
    const conn_id four = w.node().connect(address("/dns4/localhost/tcp/" + port));
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[any].connected; }));
    ASSERT_TRUE(w.until([&] { return w.node().conns[four].connected; }));
    EXPECT_EQ(io::to_endpoint(w.node().conns[four].local)->address().to_string(), "127.0.0.1");
    const auto here = address("/ip4/127.0.0.1/tcp/" + port);
    for (const conn_id id : {any, four}) {
        ASSERT_FALSE(w.node().conns[id].tried.empty());
        EXPECT_EQ(w.node().conns[id].tried.back(), std::pair(here, error{}));
    }
    EXPECT_EQ(w.node().conns[four].tried.size(), 1U);
}
TEST(IoLinkTable, EveryAddressOfANameIsToldWithItsOwnError) {
    io_world w;
    const std::string port = std::to_string(w.plain_listener().local_endpoint().port());
    const conn_id id = w.node().connect(address("/dns/localhost/tcp/" + port));
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connect_error.has_value(); }));
    EXPECT_EQ(*w.node().conns[id].connect_error, error{io::errc::connection_refused});
    const auto& tried = w.node().conns[id].tried;
    ASSERT_FALSE(tried.empty());
    EXPECT_EQ(tried.back().first, address("/ip4/127.0.0.1/tcp/" + port)); // IPv6 comes first
    for (const auto& [at, why] : tried) EXPECT_TRUE(why) << at.to_string();
}
TEST(IoLinkTable, ANameThatDoesNotExistIsSaidSo) {
    io_world w;
    for (const auto* family : {"dns", "dns4", "dns6"}) {
        const conn_id id =
            w.node().connect(address("/" + std::string{family} + "/no-such-host.invalid/tcp/1"));
        w.d().wake();
        ASSERT_TRUE(w.until([&] { return w.node().conns[id].connect_error.has_value(); }));
        // Where no name server can be asked, that is said instead.
        const error why = *w.node().conns[id].connect_error;
        EXPECT_TRUE(why == error{io::errc::name_not_found} || why == error{io::errc::lookup_failed})
            << family;
        EXPECT_TRUE(w.node().conns[id].tried.empty());
    }
}
TEST(IoLinkTable, ANameThatNoResolverCanBeAskedForFailsLaterNotInside) {
    io_world w;
    // The system would look "localhost" up.
    std::string zero{"/dns/localhost"};
    zero += '\0';
    zero += ".example/tcp/1";
    for (const std::string& text : {zero, "/dns/" + std::string(254, 'a') + "/tcp/1"}) {
        const conn_id id = w.node().connect(address(text));
        w.d().wake();
        ASSERT_TRUE(w.until([&] { return w.node().conns[id].connect_error.has_value(); }));
        EXPECT_EQ(*w.node().conns[id].connect_error, error{io::errc::bad_host_name});
    }
    w.settle();
    EXPECT_TRUE(w.context.stopped());
}
TEST(IoLinkTable, ALookUpThatIsGivenUpIsForgotten) {
    io_world w;
    tcp::acceptor acceptor = w.plain_listener();
    const std::string port = std::to_string(acceptor.local_endpoint().port());
    const conn_id id = w.node().connect(address("/dns/localhost/tcp/" + port));
    w.node().hang_up(id, end{end::reset, 0});
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].released; }));
    while (w.context.run_one_for(seconds{5}) != 0) {
    } // the resolver's thread still answers
    EXPECT_TRUE(w.context.stopped()) << "nothing waits any more";
    EXPECT_FALSE(w.node().conns[id].connected);
    EXPECT_FALSE(w.node().conns[id].connect_error);
    EXPECT_TRUE(w.node().conns[id].tried.empty());
}
TEST(IoLinkTable, ALookUpHasNoMoreTimeThanItsDial) {
    io_world w{{.connect_timeout = duration{1}}};
    const conn_id id = w.node().connect(address("/dns/localhost/tcp/1"));
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connect_error.has_value(); }));
    EXPECT_EQ(*w.node().conns[id].connect_error, fault::timeout);
    w.settle();
}
TEST(IoLinkTable, ADnsaddrIsRefusedAndSaysWhatToDo) {
    io_world w;
    const conn_id id = w.node().connect(address("/dnsaddr/bootstrap.libp2p.io"));
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[id].connect_error.has_value(); }));
    EXPECT_EQ(*w.node().conns[id].connect_error, error{io::errc::dnsaddr_not_supported});
    EXPECT_EQ(*w.node().conns[id].connect_error, fault::local);
}

// --- bytes
// ----------------------------------------------------------------------------------------

TEST(IoLinkTable, AFinIsToldAsFinAndTheSocketCloses) {
    io_world w;
    tcp::socket peer = w.joined(w.listening());
    peer.send(asio::buffer("last words", 10));
    peer.shutdown(tcp::socket::shutdown_send);
    ASSERT_TRUE(w.until([&] { return w.node().last().released; }));
    EXPECT_EQ(w.node().last().received, "last words");
    EXPECT_EQ(*w.node().last().got_end, (end{end::fin, 0}));
    std::error_code ec;
    EXPECT_EQ(w.read_all(peer, ec), "");
    EXPECT_EQ(ec, asio::error::eof);
}
TEST(IoLinkTable, AResetIsToldAsReset) {
    io_world w;
    tcp::socket peer = w.joined(w.listening());
    peer.set_option(asio::socket_base::linger{true, 0});
    peer.close();
    ASSERT_TRUE(w.until([&] { return w.node().last().released; }));
    EXPECT_EQ(w.node().last().got_end->how, end::reset);
}
TEST(IoLinkTable, AWriteThatTheSocketTakesInPartGoesOnWhenThereIsRoom) {
    io_world w;
    const auto at = w.listening();
    tcp::socket peer{w.context};
    peer.open(tcp::v4());
    peer.set_option(asio::socket_base::receive_buffer_size{4096});
    peer.connect(at);
    peer.non_blocking(true);
    ASSERT_TRUE(w.until([&] { return w.node().order.size() == 1; }));
    std::string much(8 * 1024 * 1024, '\0');
    for (std::size_t i = 0; i < much.size(); ++i) much[i] = static_cast<char>(i * 7919 >> 5);
    w.node().send(w.last(), much);
    w.d().wake();
    w.settle();
    EXPECT_FALSE(w.node().last().out.empty()) << "the peer has not read: it cannot all be out";
    std::error_code ec;
    EXPECT_TRUE(w.read_all(peer, ec, much.size()) == much);
    EXPECT_EQ(w.node().last().sent, much.size());
    EXPECT_GT(w.node().last().transmits, much.size() / (64 * 1024));
}
TEST(IoLinkTable, InputThatIsNotWantedWaitsUntilTheNextFlush) {
    io_world w;
    tcp::socket peer = w.joined(w.listening());
    w.node().last().wants_input = false;
    peer.send(asio::buffer("one", 3)); // was being waited for already
    ASSERT_TRUE(w.until([&] { return w.node().last().received == "one"; }));
    peer.send(asio::buffer("two", 3));
    w.d().wake();
    w.settle();
    w.context.restart();
    EXPECT_EQ(w.context.run_for(milliseconds{20}), 0U) << "nothing is waited for, nothing spins";
    EXPECT_EQ(w.node().last().received, "one");
    w.node().last().wants_input = true;
    w.node().send(w.last(), "pong");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().last().received == "onetwo"; }));
    std::error_code ec;
    EXPECT_EQ(w.read_all(peer, ec, 4), "pong");
}
TEST(IoLinkTable, ABrokenWriteDoesNotHideWhatTheySaidBefore) {
    io_world w;
    tcp::socket peer = w.joined(w.listening());
    w.node().send(w.last(), "unread, so that closing resets");
    w.d().wake();
    w.settle();
    peer.send(asio::buffer("why", 3));
    peer.close();
    w.node().send(w.last(), "too late");
    w.d().wake(); // this write comes first, and fails
    ASSERT_TRUE(w.until([&] { return w.node().last().released; }));
    EXPECT_EQ(w.node().last().received, "why");
    EXPECT_EQ(w.node().last().got_end->how, end::reset);
}
TEST(IoLinkTable, ABrokenWriteIsToldToANodeThatWantsNoInput) {
    io_world w;
    tcp::socket peer = w.joined(w.listening());
    w.node().last().wants_input = false;
    w.node().send(w.last(), "unread");
    peer.send(asio::buffer("x", 1));
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().last().received == "x"; }));
    peer.close();
    w.node().send(w.last(), "too late");
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().last().released; }));
    EXPECT_EQ(w.node().last().got_end->how, end::reset);
}

// --- hanging up
// -----------------------------------------------------------------------------------

TEST(IoLinkTable, HangingUpFlushesTheFarewellThenSendsAFin) {
    io_world w{{.farewell = seconds{20}}};
    tcp::socket peer = w.joined(w.listening());
    peer.send(asio::buffer("never read by the node", 22));
    std::string farewell(1024 * 1024, 'g');
    w.node().send(w.last(), farewell);
    w.node().hang_up(w.last(), end{});
    w.d().wake();
    std::error_code ec;
    EXPECT_EQ(w.read_all(peer, ec).size(), farewell.size());
    EXPECT_EQ(ec, asio::error::eof) << "not reset by the input that nobody wanted";
    EXPECT_FALSE(w.node().last().released) << "their FIN is awaited";
    peer.close();
    ASSERT_TRUE(w.until([&] { return w.node().last().released; }));
    EXPECT_FALSE(w.node().last().got_end);
}
TEST(IoLinkTable, AFarewellThatNobodyReadsIsBounded) {
    io_world w{{.farewell = milliseconds{30}}};
    tcp::socket peer = w.joined(w.listening());
    w.node().send(w.last(), std::string(16 * 1024 * 1024, 'g'));
    w.node().hang_up(w.last(), end{});
    const instant began = io::now();
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().last().released; }));
    EXPECT_GE(io::now() - began, milliseconds{30});
    EXPECT_FALSE(w.node().last().out.empty());
}
TEST(IoLinkTable, HangingUpWithResetIsAResetAtTheOtherEnd) {
    io_world w;
    tcp::socket peer = w.joined(w.listening());
    w.node().hang_up(w.last(), end{end::reset, 7});
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().last().released; }));
    std::error_code ec;
    w.read_all(peer, ec);
    EXPECT_EQ(ec, asio::error::connection_reset);
}
TEST(IoLinkTable, WhatIsLeftBehindTheirFinIsStillSent) {
    io_world w{{.farewell = seconds{20}}};
    tcp::socket peer = w.joined(w.listening());
    const std::string much(8 * 1024 * 1024, 'm');
    w.node().send(w.last(), much);
    peer.shutdown(tcp::socket::shutdown_send);
    w.d().wake();
    std::error_code ec;
    EXPECT_EQ(w.read_all(peer, ec).size(), much.size());
    EXPECT_EQ(ec, asio::error::eof);
    ASSERT_TRUE(w.until([&] { return w.node().last().released; }));
}
TEST(IoLinkTable, AnUnknownConnectionIsReleasedAtOnce) {
    io_world w;
    w.node().conns[conn_id{99}];
    w.node().hang_up(conn_id{99}, end{});
    w.d().wake();
    ASSERT_TRUE(w.until([&] { return w.node().conns[conn_id{99}].released; }));
}

} // namespace
} // namespace lp2p
