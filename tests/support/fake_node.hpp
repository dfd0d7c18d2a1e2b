// SPDX-License-Identifier: Apache-2.0 OR MIT
// A node that does what a test tells it: echoes, refuses, stalls, dials, hangs up; for tests of
// io/.
//
// It models io::drivable with the events of swarm/events.hpp and speaks no protocol: what a
// connection receives are plain bytes, substreams exist because the test says so.
#pragma once

#include <lp2p/core/event_queue.hpp>
#include <lp2p/swarm/events.hpp>

#include <map>
#include <string>
#include <vector>

namespace lp2p::test {

class fake_node {
public:
    using event = swarms::event;

    struct connection {
        wire::multiaddr remote;
        wire::multiaddr local;
        std::string received;
        byte_queue out;
        std::size_t sent = 0;
        std::optional<end> got_end;
        std::optional<error> connect_error;
        std::vector<std::pair<wire::multiaddr, error>> tried; ///< of a name
        bool connected = false;
        bool wants_input = true;
        std::size_t transmits = 0; ///< calls of transmit that gave something
        std::size_t receives = 0;
        bool released = false;
    };
    struct substream {
        std::string protocol;
        byte_queue in;
        std::string written;
        std::size_t room = 1024 * 1024;
        std::size_t consumed = 0;
        bool finished = false;
        std::optional<std::uint32_t> reset;
        std::optional<error> write_error;
    };

    // --- what the test sets and sees
    // --------------------------------------------------------------
    bool refuses = false;           ///< the next connections are not accepted
    bool echoes = false;            ///< what comes in goes out
    bool hangs_up_after_end = true; ///< as a node does
    std::map<conn_id, connection> conns;
    std::map<substream_id, substream> streams;
    std::vector<conn_id> order; ///< of accepted and dialed
    std::size_t refused = 0;
    std::vector<std::string> served;
    std::vector<wire::multiaddr> dials; ///< asked for by `dial`; request i + 1
    std::vector<std::vector<std::string>> opens;
    std::optional<error> open_error; ///< `open` fails at once
    std::optional<instant> deadline;
    std::vector<instant> timeouts;
    bool shut = false;
    std::size_t polled = 0; ///< events that the driver took
    std::vector<wire::multiaddr> listens;

    // --- what the test does; then driver.wake()
    // ---------------------------------------------------
    conn_id connect(const wire::multiaddr& to) {
        const conn_id id = next();
        conns[id].remote = to;
        commands_.push(dial_command{id, to});
        return id;
    }
    void send(conn_id id, std::string_view text) {
        conns[id].out.append(as_bytes(text));
        commands_.push(flush_command{id});
    }
    void hang_up(conn_id id, end how) { commands_.push(hang_up_command{id, how}); }
    substream_id inbound(std::string protocol, conn_id conn = conn_id{1}) {
        const substream_id id{conn, substream_index{++last_stream_}};
        streams[id].protocol = std::move(protocol);
        tell(swarms::substream_open{id, direction::inbound});
        return id;
    }
    void tell(event e) { events_.push(std::move(e)); }
    void deliver(substream_id id, std::string_view text) {
        streams[id].in.append(as_bytes(text));
        tell(swarms::substream_readable{id});
    }
    void room(substream_id id, std::size_t n) {
        streams[id].room = n;
        tell(swarms::substream_writable{id});
    }
    [[nodiscard]] connection& last() { return conns.at(order.back()); }

    // --- the driver's side
    // --------------------------------------------------------------------------
    result<conn_id> accepted(const wire::multiaddr& remote, const wire::multiaddr& local, instant) {
        if (refuses) {
            ++refused;
            return fail(swarms::errc::too_many_connections);
        }
        const conn_id id = next();
        conns[id].remote = remote;
        conns[id].local = local;
        conns[id].connected = true;
        return id;
    }
    void connected(conn_id id, const wire::multiaddr& local, instant) {
        conns.at(id).connected = true;
        conns.at(id).local = local;
    }
    void tried(conn_id id, const wire::multiaddr& at, error why) {
        conns.at(id).tried.emplace_back(at, why);
    }
    void connect_failed(conn_id id, error why, instant) { conns.at(id).connect_error = why; }
    result<std::size_t> receive(conn_id id, mutable_bytes in, instant) {
        connection& c = conns.at(id);
        c.received += as_text(in);
        ++c.receives;
        if (echoes) send(id, as_text(in));
        std::fill(in.begin(), in.end(), std::byte{0}); // as decryption in place would
        return in.size();
    }
    void receive_end(conn_id id, end how, instant) {
        conns.at(id).got_end = how;
        if (hangs_up_after_end) hang_up(id, how);
    }
    byte_view transmit(conn_id id, std::size_t n) {
        connection& c = conns.at(id);
        if (!c.out.empty()) ++c.transmits;
        return c.out.view().first(std::min(n, c.out.size()));
    }
    void transmitted(conn_id id, std::size_t n, instant) {
        conns.at(id).sent += n;
        conns.at(id).out.consume(n);
    }
    [[nodiscard]] bool wants_input(conn_id id) const { return conns.at(id).wants_input; }
    void released(conn_id id) { conns.at(id).released = true; }
    [[nodiscard]] std::optional<command> poll_command() { return commands_.poll(); }
    [[nodiscard]] std::optional<event> poll_event() {
        auto e = events_.poll();
        polled += e.has_value();
        return e;
    }
    [[nodiscard]] std::optional<instant> next_timeout() const { return deadline; }
    void handle_timeout(instant now) {
        if (!deadline || now < *deadline) return;
        timeouts.push_back(now);
        deadline.reset();
    }

    // --- the streams' side
    // --------------------------------------------------------------------------
    [[nodiscard]] std::string_view protocol(substream_id id) const {
        return streams.at(id).protocol;
    }
    [[nodiscard]] wire::peer_id peer(conn_id) const { return {}; }
    [[nodiscard]] byte_view read(substream_id id) const {
        const auto at = streams.find(id);
        // Not all of it at once, as a session that holds chunks.
        return at == streams.end()
                   ? byte_view{}
                   : at->second.in.view().first(std::min<std::size_t>(5, at->second.in.size()));
    }
    void consume(substream_id id, std::size_t n, instant) {
        streams.at(id).in.consume(n);
        streams.at(id).consumed += n;
    }
    result<std::size_t> write(substream_id id, byte_view bytes, instant) {
        substream& s = streams.at(id);
        if (s.write_error) return fail(*s.write_error);
        const std::size_t n = std::min(bytes.size(), s.room);
        s.written += as_text(bytes.first(n));
        s.room -= n;
        return n;
    }
    void finish(substream_id id, instant) { streams.at(id).finished = true; }
    void reset(substream_id id, std::uint32_t code, instant) { streams[id].reset = code; }

    // --- the users' side
    // ----------------------------------------------------------------------------
    status serve(const std::string& protocol, instant) {
        if (protocol.empty()) return fail(swarms::errc::not_connected);
        served.push_back(protocol);
        return {};
    }
    void listening(const wire::multiaddr& at, instant) { listens.push_back(at); }
    request_id dial(const wire::multiaddr& to, instant) {
        dials.push_back(to);
        return request_id{static_cast<std::uint32_t>(dials.size())};
    }
    result<substream_id> open(const wire::peer_id&, const std::vector<std::string>& protocols,
                              instant, confirm, instant) {
        if (open_error) return fail(*open_error);
        opens.push_back(protocols);
        const substream_id id{conn_id{1}, substream_index{++last_stream_}};
        streams[id].protocol = protocols.front();
        return id;
    }
    void shut_down(instant) {
        shut = true;
        for (auto& [id, c] : conns)
            if (!c.released && !c.connect_error) hang_up(id, end{});
    }

private:
    conn_id next() {
        order.push_back(conn_id{order.size() + 1});
        return order.back();
    }

    event_queue<command> commands_;
    event_queue<event> events_;
    std::uint32_t last_stream_ = 0;
};

} // namespace lp2p::test
