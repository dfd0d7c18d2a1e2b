// SPDX-License-Identifier: Apache-2.0 OR MIT
// The attacked node and the honest peer; and the heap of the program is counted.
#include "tests/io/attack/world.hpp"

#include "tests/support/counting_new.hpp"

#include <asio/read.hpp>
#include <asio/write.hpp>

#include <stdexcept>

namespace lp2p::test::attack {

std::size_t bytes_in_use() { return live_bytes(); }
std::size_t peak_bytes_in_use() { return peak_bytes(); }
void reset_peak_bytes() { reset_peak(); }

namespace {

/// Gives back what it reads, and the end too; lives as long as its operations.
struct echo : std::enable_shared_from_this<echo> {
    house::stream s;
    std::array<char, 4096> buffer{};
    explicit echo(house::stream with)
        : s{std::move(with)} {}
    void read() {
        s.async_read_some(asio::buffer(buffer),
                          [self = shared_from_this()](std::error_code ec, std::size_t n) {
                              if (ec == asio::error::eof) return self->s.shutdown_send();
                              if (!ec) self->write(n);
                          });
    }
    void write(std::size_t n) {
        asio::async_write(s, asio::buffer(buffer.data(), n),
                          [self = shared_from_this()](std::error_code ec, std::size_t) {
                              if (!ec) self->read();
                          });
    }
};
node make_node(std::uint8_t seed, node_config c) {
    person who{seed};
    c.seed = seed;
    return node{who.crypto, std::move(who.key), std::move(c), io::now()};
}

} // namespace

house::house(asio::io_context& context, std::uint8_t seed, node_config c)
    : driver{context.get_executor(), make_node(seed, std::move(c))}
    , id{driver.node().id()} {
    driver.on_event([this](const node_event& e) {
        if (heard) heard(e);
    });
    EXPECT_TRUE(
        driver.serve("/echo/1", [](stream s) { std::make_shared<echo>(std::move(s))->read(); }));
    EXPECT_TRUE(driver.serve("/hold/1", [this](stream s) { held.push_back(std::move(s)); }));
    at = driver.listen(*wire::multiaddr::parse("/ip4/127.0.0.1/tcp/0"))->with_peer(id);
}

world::world(node_config victim_config)
    : victim{context, 1, std::move(victim_config)}
    , honest{context, 2} {
    victim.heard = [this](const node_event& e) { hear(e); };
    std::size_t known = 0;
    honest.heard = [&known](const node_event& e) {
        known += std::holds_alternative<service::identified>(e) ||
                 std::holds_alternative<service::pubsub_stream_in>(e);
    };
    honest.driver.async_dial(victim.at, [](std::error_code ec, conn_id) { EXPECT_FALSE(ec); });
    const auto at_ease = [&] {
        return known == 2 && count<service::identified>() == 1 &&
               count<service::pubsub_stream_in>() == 1;
    };
    EXPECT_TRUE(until(at_ease));
    honest.heard = nullptr;
    honest_conn_ = victim.driver.node().established(honest.id).value_or(conn_id{});
    // Once around, so that what libraries and tables keep for good is there before it is measured.
    expect_honest_echo();
    expect_newcomer_welcome();
    (void)intrude();
    start_over();
}
void world::start_over() {
    forget();
    before_ = bytes_in_use();
}

void world::pass(milliseconds time) {
    context.restart();
    context.run_for(time);
}

attacker& world::connect_as(std::uint8_t seed) {
    return attackers_.emplace_back(context, victim.endpoint(), seed);
}
attacker& world::connect() { return connect_as(next_seed_++); }
attacker& world::accept(tcp::acceptor& from, std::uint8_t seed) {
    std::optional<tcp::socket> came;
    from.async_accept([&](std::error_code ec, tcp::socket s) {
        if (!ec) came.emplace(std::move(s));
    });
    if (!until([&] { return came.has_value(); })) throw std::runtime_error{"nobody dialed"};
    return attackers_.emplace_back(std::move(*came), context, seed);
}
attacker& world::intrude() {
    attacker& a = connect();
    EXPECT_TRUE(a.upgrade());
    EXPECT_TRUE(until([&] { return is_connected(a); }));
    return a;
}

void world::hear(const node_event& e) {
    const auto remember = [&](conn_id id) -> seen& {
        const auto remote = victim.driver.node().remote(id).tcp();
        return seen_.emplace_back(seen{id, remote ? remote->port : std::uint16_t{}, {}, {}});
    };
    if (const auto* c = std::get_if<swarms::conn_closed>(&e)) remember(c->id).closed = c->why;
    if (const auto* f = std::get_if<swarms::upgrade_failed>(&e)) remember(f->id).failed = *f;
    if (keeps_events) told.push_back(e);
}
std::optional<reason> world::closed(const attacker& a) const {
    for (const seen& s : seen_)
        if (s.port == a.port() && s.closed) return s.closed;
    return std::nullopt;
}
std::optional<swarms::upgrade_failed> world::failed(const attacker& a) const {
    for (const seen& s : seen_)
        if (s.port == a.port() && s.failed) return s.failed;
    return std::nullopt;
}

bool world::echo_from(house& who) {
    std::optional<house::stream> s;
    std::optional<std::error_code> opened, read;
    std::string back;
    const std::string text(1000, 'e');
    who.driver.async_open(victim.id, {"/echo/1"}, [&](std::error_code ec, house::stream with) {
        opened = ec;
        s.emplace(std::move(with));
    });
    if (!until([&] { return opened.has_value(); }) || *opened) return false;
    asio::async_write(*s, asio::buffer(text),
                      [&](std::error_code, std::size_t) { s->shutdown_send(); });
    asio::async_read(*s, asio::dynamic_buffer(back),
                     [&](std::error_code ec, std::size_t) { read = ec; });
    return until([&] { return read.has_value(); }) && *read == asio::error::eof && back == text;
}
void world::expect_honest_echo() {
    EXPECT_TRUE(echo_from(honest)) << "the honest peer is not answered";
    EXPECT_EQ(victim.driver.node().established(honest.id), std::optional{honest_conn_})
        << "not on the connection that it had";
}
void world::expect_newcomer_welcome() {
    house newcomer{context, 3};
    std::optional<std::error_code> dialed;
    newcomer.driver.async_dial(victim.at, [&](std::error_code ec, conn_id) { dialed = ec; });
    EXPECT_TRUE(until([&] { return dialed.has_value(); }));
    EXPECT_FALSE(*dialed) << dialed->message();
    EXPECT_TRUE(echo_from(newcomer)) << "a newcomer is not served";
    newcomer.driver.node().disconnect(victim.id, io::now());
    EXPECT_TRUE(until([&] { return victim.driver.node().connections_to(newcomer.id) == 0; }));
}
void world::forget() {
    attackers_.clear();
    victim.held.clear();
    const auto alone = [&] { return victim.driver.node().peers() == std::vector{honest.id}; };
    EXPECT_TRUE(until(alone)) << "somebody is still connected";
    pass(milliseconds{20}); // what is left to be told
    std::vector<node_event>{}.swap(told);
    std::vector<seen>{}.swap(seen_);
}
void world::expect_unharmed(std::size_t left) {
    expect_honest_echo();
    expect_newcomer_welcome();
    forget();
    const auto back = [&] {
        std::vector<node_event>{}.swap(told);
        std::vector<seen>{}.swap(seen_);
        return bytes_in_use() <= before_ + left;
    };
    EXPECT_TRUE(until(back, seconds{5}))
        << "of the heap " << bytes_in_use() - before_ << " bytes are not back";
}

} // namespace lp2p::test::attack
