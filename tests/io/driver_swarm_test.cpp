// SPDX-License-Identifier: Apache-2.0 OR MIT
// Two drivers, each over a real swarm with noise and Botan, on loopback.
#include <lp2p/io/driver.hpp>

#include <lp2p/swarm/swarm.hpp>

#include "tests/support/stacks.hpp"

#include <asio/io_context.hpp>
#include <asio/read.hpp>
#include <asio/write.hpp>

#include <gtest/gtest.h>

namespace lp2p {
namespace {

using stack = test::real_stack;
/// A swarm with the few calls of a node that users make through the driver.
struct swarm_node : swarm<stack> {
    using base = swarm<stack>;
    using base::base;
    std::vector<std::string> names;

    status serve(const std::string& protocol, instant) {
        names.push_back(protocol);
        const auto list = multistream::protocol_list::of(names);
        if (!list) return fail(list.error());
        base::serve(*list);
        return {};
    }
    result<substream_id> open(const wire::peer_id& peer, std::span<const std::string> protocols,
                              instant deadline, confirm how, instant now) {
        return base::open(peer, protocols, purpose::application, deadline, how, now);
    }
};
static_assert(io::drivable<swarm_node>);

using driver = io::driver<swarm_node>;
using stream = driver::stream;

swarm_node make_node(unsigned char seed) {
    const crypto::botan random;
    crypto::key32 secret{};
    secret.fill(std::byte{seed});
    const auto key = random.from_seed(secret).value();
    const wire::public_key shown{key.type(), to_vector(key.public_data())};
    return swarm_node{stack::security::make_identity(random, key), wire::peer_id::of(shown, random),
                      swarm_node::config{}, random, io::now()};
}

/// Gives back what it reads, and the end too; lives as long as its operations.
struct echo : std::enable_shared_from_this<echo> {
    stream s;
    std::vector<char> buffer = std::vector<char>(64 * 1024);
    std::error_code& ended;

    echo(stream with, std::error_code& e)
        : s{std::move(with)}
        , ended{e} {}
    void read() {
        s.async_read_some(asio::buffer(buffer),
                          [self = shared_from_this()](std::error_code ec, std::size_t n) {
                              self->ended = ec;
                              if (ec == asio::error::eof) return self->s.shutdown_send();
                              if (!ec) self->write(n);
                          });
    }
    void write(std::size_t n) {
        asio::async_write(s, asio::buffer(buffer.data(), n),
                          [self = shared_from_this()](std::error_code ec, std::size_t) {
                              self->ended = ec;
                              if (!ec) self->read();
                          });
    }
};

struct IoDriverSwarm : testing::Test {
    asio::io_context context;
    driver a{context.get_executor(), make_node(1)};
    driver b{context.get_executor(), make_node(2)};
    wire::peer_id b_id = b.node().self();
    wire::multiaddr b_at;
    std::error_code echo_ended; ///< of the echo that ended last
    std::size_t echoes = 0;

    void SetUp() override {
        b_at = b.listen(*wire::multiaddr::parse("/ip4/127.0.0.1/tcp/0"))->with_peer(b_id);
        ASSERT_TRUE(b.serve("/echo/1", [this](stream s) {
            ++echoes;
            std::make_shared<echo>(std::move(s), echo_ended)->read();
        }));
    }
    template <class Holds>
    [[nodiscard]] bool until(Holds&& holds) {
        const auto give_up = std::chrono::steady_clock::now() + seconds{100};
        while (!holds()) {
            context.restart();
            if (context.run_one_until(give_up) == 0) return holds();
        }
        return true;
    }
    conn_id connect() {
        std::optional<std::error_code> told;
        conn_id conn{};
        a.async_dial(b_at, [&](std::error_code ec, conn_id id) {
            told = ec;
            conn = id;
        });
        EXPECT_TRUE(until([&] { return told.has_value(); }));
        EXPECT_FALSE(*told) << told->message();
        return conn;
    }
    /// What an open came to.
    std::pair<std::error_code, stream> open(std::vector<std::string> protocols) {
        std::optional<std::pair<std::error_code, stream>> got;
        a.async_open(b_id, std::move(protocols),
                     [&](std::error_code ec, stream s) { got.emplace(ec, std::move(s)); });
        EXPECT_TRUE(until([&] { return got.has_value(); }));
        return std::move(*got);
    }
};

TEST_F(IoDriverSwarm, ADialOpensOneConnectionAndAnotherReusesIt) {
    const conn_id first = connect();
    EXPECT_EQ(a.node().peer(first), b_id);
    EXPECT_EQ(connect(), first);
    EXPECT_EQ(a.node().connections_to(b_id), 1U);
    ASSERT_TRUE(until([&] { return b.node().connections_to(a.node().self()) == 1; }));
}
TEST_F(IoDriverSwarm, TenMebibytesComeBackBehindAHalfClose) {
    connect();
    auto [ec, s] = open({"/echo/2", "/echo/1"});
    ASSERT_FALSE(ec) << ec.message();
    EXPECT_EQ(s.protocol(), "/echo/1");
    EXPECT_EQ(s.peer(), b_id);
    std::string sent(10 * 1024 * 1024, '\0');
    for (std::size_t i = 0; i < sent.size(); ++i)
        sent[i] = static_cast<char>(i * 2654435761U >> 13);
    std::string back;
    std::optional<std::error_code> wrote, read;
    asio::async_write(s, asio::buffer(sent), [&s = s, &wrote](std::error_code e, std::size_t) {
        wrote = e;
        s.shutdown_send();
    });
    asio::async_read(s, asio::dynamic_buffer(back),
                     [&](std::error_code e, std::size_t) { read = e; });
    ASSERT_TRUE(until([&] { return wrote && read; }));
    EXPECT_FALSE(*wrote) << wrote->message();
    EXPECT_EQ(*read, asio::error::eof);
    EXPECT_EQ(back.size(), sent.size());
    EXPECT_TRUE(back == sent);
    EXPECT_EQ(echo_ended, asio::error::eof);
}
TEST_F(IoDriverSwarm, AResetReachesTheReaderWithItsCode) {
    connect();
    std::optional<stream> theirs;
    ASSERT_TRUE(b.serve("/hold", [&](stream s) { theirs.emplace(std::move(s)); }));
    auto [ec, s] = open({"/hold"});
    ASSERT_FALSE(ec) << ec.message();
    ASSERT_TRUE(until([&] { return theirs.has_value(); }));
    std::optional<std::error_code> read;
    char buffer[16];
    theirs->async_read_some(asio::buffer(buffer),
                            [&](std::error_code e, std::size_t) { read = e; });
    s.reset(42);
    ASSERT_TRUE(until([&] { return read.has_value(); }));
    EXPECT_EQ(io::from_error_code(*read), error{io::errc::stream_reset});
    EXPECT_EQ(theirs->reset_code(), 42U);
    EXPECT_EQ(a.node().connections_to(b_id), 1U) << "the connection stays";
}
TEST_F(IoDriverSwarm, AProtocolThatNobodyServesIsRefusedAndNothingElse) {
    connect();
    const auto refused = open({"/nobody"});
    EXPECT_EQ(io::from_error_code(refused.first), fault::refused) << refused.first.message();
    EXPECT_FALSE(refused.second.is_open());
    EXPECT_FALSE(open({"/echo/1"}).first);
}
TEST_F(IoDriverSwarm, AHundredStreamsAtOnceEachHasItsOwnEcho) {
    connect();
    struct one {
        std::optional<stream> s;
        std::string text, back;
        bool done = false;
    };
    std::vector<one> all(100);
    std::size_t done = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        one& o = all[i];
        o.text = "stream " + std::to_string(i) + std::string(i * 100, '.');
        a.async_open(b_id, {"/echo/1"}, [&](std::error_code ec, stream s) {
            ASSERT_FALSE(ec) << ec.message();
            o.s.emplace(std::move(s));
            asio::async_write(*o.s, asio::buffer(o.text),
                              [&](std::error_code, std::size_t) { o.s->shutdown_send(); });
            asio::async_read(*o.s, asio::dynamic_buffer(o.back),
                             [&](std::error_code e, std::size_t) {
                                 EXPECT_EQ(e, asio::error::eof);
                                 o.s.reset();
                                 ++done;
                             });
        });
    }
    ASSERT_TRUE(until([&] { return done == all.size(); }));
    for (const one& o : all) EXPECT_EQ(o.back, o.text);
    EXPECT_EQ(echoes, 100U);
}
TEST_F(IoDriverSwarm, ShuttingDownEndsTheStreamsOfTheOtherSideToo) {
    connect();
    auto [ec, s] = open({"/echo/1"});
    ASSERT_FALSE(ec);
    ASSERT_TRUE(until([&] { return echoes == 1; }));
    std::optional<std::error_code> down, read;
    char buffer[16];
    s.async_read_some(asio::buffer(buffer), [&](std::error_code e, std::size_t) { read = e; });
    b.async_shut_down([&](std::error_code e) { down = e; });
    ASSERT_TRUE(until([&] { return down && read; }));
    EXPECT_FALSE(*down);
    EXPECT_TRUE(*read);
    EXPECT_EQ(io::from_error_code(*read), fault::closed) << read->message();
    EXPECT_TRUE(until([&] { return a.node().connections_to(b_id) == 0; }));
}

} // namespace
} // namespace lp2p
