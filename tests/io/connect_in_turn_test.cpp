// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/io/connect_in_turn.hpp>

#include "world.hpp"

namespace lp2p {
namespace {

using asio::ip::tcp;
using io::errc;
using test::run_until;

struct IoConnectInTurn : testing::Test {
    asio::io_context context;
    std::shared_ptr<io::link> l = std::make_shared<io::link>(tcp::socket{context}, conn_id{1});
    std::vector<std::pair<tcp::endpoint, error>> told;
    std::size_t lasts = 0;
    std::vector<tcp::socket> filling;

    static tcp::endpoint any() { return {asio::ip::address_v4::loopback(), 0}; }
    tcp::endpoint nobody() { return tcp::acceptor{context, any()}.local_endpoint(); }
    /// A full backlog: Linux drops what else asks, as a host that is gone would.
    tcp::acceptor silent() {
        tcp::acceptor a{context, tcp::v4()};
        a.bind(any());
        a.listen(0);
        for (int i = 0; i < 4; ++i) {
            filling.emplace_back(context, tcp::v4());
            filling.back().native_non_blocking(true);
            const tcp::endpoint at = a.local_endpoint();
            (void)::connect(filling.back().native_handle(), at.data(),
                            static_cast<socklen_t>(at.size()));
        }
        return a;
    }
    void go(std::vector<tcp::endpoint> to, duration time = seconds{10}) {
        l->connecting = true;
        io::connect_in_turn(l, std::move(to), after(io::now(), time),
                            [this](const tcp::endpoint& at, error why, bool last) {
                                told.emplace_back(at, why);
                                lasts += last;
                                if (!why || last) l->connecting = false;
                            });
        EXPECT_TRUE(told.empty()) << "from a handler";
    }
    [[nodiscard]] bool done() {
        return run_until(context, [&] { return !l->connecting; });
    }
};

TEST_F(IoConnectInTurn, TheFirstThatWorksIsConnectedAndNoMoreAreTried) {
    tcp::acceptor one{context, any()}, two{context, any()};
    const auto gone = nobody();
    go({gone, one.local_endpoint(), two.local_endpoint()});
    ASSERT_TRUE(done());
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0], std::pair(gone, error{errc::connection_refused}));
    EXPECT_EQ(told[1], std::pair(one.local_endpoint(), error{}));
    EXPECT_EQ(l->socket.remote_endpoint(), one.local_endpoint());
    EXPECT_EQ(lasts, 0U);
    while (context.poll() != 0) context.restart();
    EXPECT_TRUE(context.stopped()) << "no timer is left";
    EXPECT_EQ(told.size(), 2U);
}
TEST_F(IoConnectInTurn, WhereNoneWorksEachIsTold) {
    const tcp::endpoint a = nobody(), b = nobody();
    go({a, b});
    ASSERT_TRUE(done());
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0], std::pair(a, error{errc::connection_refused}));
    EXPECT_EQ(told[1], std::pair(b, error{errc::connection_refused}));
    EXPECT_EQ(lasts, 1U);
}
TEST_F(IoConnectInTurn, OneThatNobodyAnswersLeavesTimeToTheOthers) {
    tcp::acceptor hole = silent(), alive{context, any()};
    const instant began = io::now();
    go({hole.local_endpoint(), alive.local_endpoint()}, milliseconds{400});
    ASSERT_TRUE(done());
    ASSERT_EQ(told.size(), 2U);
    EXPECT_EQ(told[0], std::pair(hole.local_endpoint(), error{errc::connect_timeout}));
    EXPECT_EQ(told[1], std::pair(alive.local_endpoint(), error{}));
    EXPECT_GE(io::now() - began, milliseconds{200}) << "half of the time";
}
TEST_F(IoConnectInTurn, TheTimeIsSharedByThoseThatAreLeft) {
    const instant began = io::now();
    for (const int others : {0, 1, 3}) {
        std::vector<tcp::endpoint> to(static_cast<std::size_t>(others) + 1, nobody());
        go(to, seconds{120});
        const duration share = l->timer.expiry() - began;
        EXPECT_GE(share, seconds{120} / (others + 1));
        EXPECT_LT(share, seconds{120} / (others + 1) + seconds{15}) << others; // a busy machine
        l->close();
    }
    context.poll();
}
TEST_F(IoConnectInTurn, TheLastMayUseAllOfTheTime) {
    tcp::acceptor hole = silent(), other = silent();
    const instant began = io::now();
    go({hole.local_endpoint(), other.local_endpoint()}, milliseconds{100});
    ASSERT_TRUE(done());
    ASSERT_EQ(told.size(), 2U);
    for (const auto& [at, why] : told) EXPECT_EQ(why, error{errc::connect_timeout});
    EXPECT_GE(io::now() - began, milliseconds{100});
    EXPECT_EQ(lasts, 1U);
}
TEST_F(IoConnectInTurn, ClosedItTellsNothingMore) {
    tcp::acceptor hole = silent(), alive{context, any()};
    go({hole.local_endpoint(), alive.local_endpoint()});
    context.poll();
    l->close();
    context.restart();
    while (context.run_one() != 0) {
    }
    EXPECT_TRUE(told.empty());
    EXPECT_EQ(l.use_count(), 1) << "nobody keeps it";
}
TEST_F(IoConnectInTurn, ClosedByWhatIsToldItTriesNoOther) {
    tcp::acceptor alive{context, any()};
    l->connecting = true;
    std::size_t calls = 0;
    io::connect_in_turn(l, {nobody(), alive.local_endpoint()}, after(io::now(), seconds{10}),
                        [&](const tcp::endpoint&, error, bool) {
                            ++calls;
                            l->close();
                        });
    while (context.run_one() != 0) {
    }
    EXPECT_EQ(calls, 1U);
    EXPECT_FALSE(l->socket.is_open());
}
TEST_F(IoConnectInTurn, ASocketThatTcpConnectedWithItselfIsRefused) {
    // A port of this machine, bound and dialed by the same socket.
    tcp::socket own{context, any()};
    own.connect(own.local_endpoint());
    EXPECT_EQ(io::detail::usable(own), error{errc::connection_refused});
}

} // namespace
} // namespace lp2p
