// SPDX-License-Identifier: Apache-2.0 OR MIT
// What go-libp2p and rust-libp2p have in common, for models of them: connections without a rule.
//
// Every connection that proves itself proceeds and is kept, a dial is a dial, and identify runs on
// each connection. Bytes and machines are lp2p's own; the behaviour is theirs (seed-fault.md 2 and
// 4). What a model does with its streams is in go_model.hpp and rust_model.hpp.
#pragma once

#include <lp2p/connection/connection.hpp>
#include <lp2p/protocol/identify/push.hpp>
#include <lp2p/protocol/pubsub/router_config.hpp>
#include <lp2p/swarm/events.hpp>

#include "tests/support/stacks.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace lp2p::test::foreign {

inline const std::vector<std::string> meshsub{std::string{pubsub::gossipsub_v12_protocol},
                                              std::string{pubsub::gossipsub_v11_protocol},
                                              std::string{pubsub::gossipsub_v10_protocol}};

[[nodiscard]] inline bool is_meshsub(std::string_view protocol) {
    return std::find(meshsub.begin(), meshsub.end(), protocol) != meshsub.end();
}

// --- what happens, told to the rules of a model
// ---------------------------------------------------

/// `first`: no other connection to this peer is there.
struct connected {
    conn_id conn;
    bool first;
};
/// Its streams were told to be over. `last`: none is left.
struct disconnected {
    conn_id conn;
    wire::peer_id peer;
    bool last;
};
/// What the peer supports, by an identify answer or a push on this connection.
struct listed {
    conn_id conn;
    std::vector<std::string> protocols;
};
struct stream_opened {
    substream_id id;
    direction dir;
};
struct stream_failed {
    substream_id id;
    error why;
};
struct stream_readable {
    substream_id id;
};
/// They finished or reset it, or its connection ended; perhaps told more than once.
struct stream_over {
    substream_id id;
};
using happening = std::variant<connected, disconnected, listed, stream_opened, stream_failed,
                               stream_readable, stream_over>;

struct host_config {
    std::string agent;
    std::size_t connections_per_peer = 0; ///< one more is reset after its handshake; 0: no limit
};

/// Connections and identify of one foreign node. `Stack` as for basic_node.
template <class Stack>
class host {
public:
    using connection_type = connection<Stack>;

    host(std::uint8_t seed, host_config c)
        : self_{std::make_unique<person<Stack>>(seed)}
        , config_{std::move(c)}
        , bounds_{std::make_unique<limits>()} {
        // Neither go nor rust asks a connection whether it is alive as early as lp2p does.
        bounds_->keepalive_idle = seconds{30};
    }

    // --- the driver's side
    // ------------------------------------------------------------------------
    result<conn_id> accepted(const wire::multiaddr&, const wire::multiaddr&, instant now) {
        const conn_id id{++last_};
        links_[id].dir = direction::inbound;
        begin(id, role::listener, std::nullopt, now);
        return id;
    }
    void connected_to(conn_id id, instant now) {
        if (const link* l = find(id); l != nullptr && !l->conn)
            begin(id, role::dialer, l->expected, now);
    }
    void connect_failed(conn_id id) { links_.erase(id); }
    result<std::size_t> receive(conn_id id, mutable_bytes in, instant now) {
        link* l = find(id);
        if (l == nullptr || !l->conn) return in.size();
        const auto used = l->conn->receive(in, now);
        touch(id, now);
        return used;
    }
    void receive_end(conn_id id, end how, instant now) {
        with(id, now, [&](connection_type& c) { c.receive_end(how, now); });
    }
    byte_view transmit(conn_id id, std::size_t n) {
        link* l = find(id);
        return l == nullptr || !l->conn ? byte_view{} : l->conn->transmit(n);
    }
    void transmitted(conn_id id, std::size_t n, instant now) {
        link* l = find(id);
        if (l == nullptr || !l->conn) return;
        l->conn->transmitted(n);
        l->flush_told = l->conn->has_output();
        touch(id, now);
    }
    [[nodiscard]] bool wants_input(conn_id id) const {
        const auto at = links_.find(id);
        return at != links_.end() && at->second.conn && at->second.conn->wants_input();
    }
    void released(conn_id id) {
        links_.erase(id);
        deadlines_.erase(id);
    }
    [[nodiscard]] std::optional<command> poll_command() { return commands_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const { return deadlines_.next(); }
    void handle_timeout(instant now) {
        while (const auto id = deadlines_.expire(now))
            with(*id, now, [&](connection_type& c) { c.handle_timeout(now); });
    }

    // --- the model's side
    // ---------------------------------------------------------------------------
    [[nodiscard]] std::optional<happening> poll() { return happenings_.poll(); }
    [[nodiscard]] const person<Stack>& self() const noexcept { return *self_; }
    /// Identify says this address.
    void listening(const wire::multiaddr& at) { listens_at_ = at; }
    /// A new connection, whatever is there already.
    void dial(const wire::multiaddr& to) {
        const conn_id id{++last_};
        link& l = links_[id];
        l.dir = direction::outbound;
        l.expected = to.peer();
        commands_.push(dial_command{id, to.without_peer()});
    }
    [[nodiscard]] bool is_dialing(const wire::peer_id& peer) const {
        return std::any_of(links_.begin(), links_.end(), [&](const auto& l) {
            return l.second.dir == direction::outbound && l.second.expected == peer &&
                   !l.second.up && !l.second.hung_up;
        });
    }
    /// Established, the oldest first.
    [[nodiscard]] std::vector<conn_id> connections(const wire::peer_id& peer) const {
        std::vector<conn_id> all;
        for (const auto& [id, l] : links_)
            if (l.up && !l.conn->ended() && l.conn->peer() == peer) all.push_back(id);
        return all;
    }
    [[nodiscard]] wire::peer_id peer(conn_id id) const {
        const auto at = links_.find(id);
        return at == links_.end() || !at->second.conn ? wire::peer_id{} : at->second.conn->peer();
    }
    [[nodiscard]] bool is_alive(conn_id id) const {
        const auto at = links_.find(id);
        return at != links_.end() && at->second.up && !at->second.conn->ended();
    }
    /// Open substreams, both directions.
    [[nodiscard]] std::size_t streams(conn_id id) const {
        const auto at = links_.find(id);
        if (at == links_.end() || !at->second.conn) return 0;
        return at->second.conn->ledger().inbound() + at->second.conn->ledger().outbound();
    }
    /// Nothing where the connection takes no more streams.
    std::optional<substream_id> open(conn_id id, std::span<const std::string> protocols,
                                     purpose use, instant now) {
        link* l = find(id);
        if (l == nullptr || !l->conn) return std::nullopt;
        const auto opened =
            l->conn->open(protocols, use, after(now, seconds{10}), confirm::wait, now);
        touch(id, now);
        if (!opened) return std::nullopt;
        return substream_id{id, *opened};
    }
    [[nodiscard]] std::string protocol(substream_id id) const {
        const auto at = links_.find(id.conn);
        return std::string{at->second.conn->protocol(id.stream)};
    }
    [[nodiscard]] byte_vector take(substream_id id, instant now) {
        byte_vector all;
        with(id.conn, now, [&](connection_type& c) {
            for (byte_view v = c.read(id.stream); !v.empty(); v = c.read(id.stream)) {
                append(all, v);
                c.consume(id.stream, v.size(), now);
            }
        });
        return all;
    }
    /// All of it, or false: the stream is over.
    bool write(substream_id id, byte_view bytes, instant now) {
        bool put = false;
        with(id.conn, now, [&](connection_type& c) {
            const auto n = c.write(id.stream, shared_bytes{bytes}, now);
            put = n && *n == bytes.size();
        });
        return put;
    }
    void finish(substream_id id, instant now) {
        with(id.conn, now, [&](connection_type& c) { c.finish(id.stream, now); });
    }
    void reset(substream_id id, instant now) {
        with(id.conn, now, [&](connection_type& c) { c.reset(id.stream, 0, now); });
    }
    /// Meshsub is no longer answered on this connection, and the peer is told so, on it alone.
    void withdraw_meshsub(conn_id id, instant now) {
        link* l = find(id);
        if (l == nullptr || !l->conn || l->conn->ended()) return;
        l->has_meshsub = false;
        l->conn->serve(*multistream::protocol_list::of(protocols(*l)));
        if (const auto opened = open(id, push_protocols_, purpose::identify, now))
            pushes_.insert(*opened);
    }

private:
    struct link {
        direction dir{};
        std::optional<wire::peer_id> expected{};
        std::unique_ptr<connection_type> conn{};
        bool up = false;
        bool hung_up = false;
        bool flush_told = false;
        bool has_meshsub = true;
    };

    link* find(conn_id id) {
        const auto at = links_.find(id);
        return at == links_.end() ? nullptr : &at->second;
    }
    void begin(conn_id id, role r, std::optional<wire::peer_id> expected, instant now) {
        link& l = links_[id];
        typename connection_type::config c;
        c.expected = std::move(expected);
        c.bounds = bounds_.get();
        c.serves = *multistream::protocol_list::of(protocols(l));
        c.id = id;
        l.conn =
            std::make_unique<connection_type>(r, self_->self, std::move(c), self_->crypto, now);
        touch(id, now);
    }
    template <class F>
    void with(conn_id id, instant now, F&& f) {
        link* l = find(id);
        if (l == nullptr || !l->conn) return;
        f(*l->conn);
        touch(id, now);
    }
    void touch(conn_id id, instant now) {
        if (std::exchange(touching_, true)) return; // the outer one goes on
        link* l = find(id);
        while (auto e = l->conn->poll_event())
            std::visit([&](const auto& told) { on(id, *l, told, now); }, *e);
        deadlines_.set(id, l->conn->next_timeout());
        if (l->conn->ended() && !l->hung_up) {
            l->hung_up = true;
            const bool too_many = !l->up && l->conn->ended()->by == party::local;
            const auto how = too_many ? end{end::reset, 0} : l->conn->wants_end().value_or(end{});
            commands_.push(hang_up_command{id, how});
        } else if (!l->hung_up && !l->flush_told && l->conn->has_output()) {
            l->flush_told = true;
            commands_.push(flush_command{id});
        }
        touching_ = false;
    }

    void on(conn_id, link& l, const connections::identity_proven&, instant now) {
        const std::size_t most = config_.connections_per_peer;
        if (most != 0 && connections(l.conn->peer()).size() >= most)
            l.conn->refuse(connections::errc::transport_closed, now);
        else
            l.conn->proceed(now);
    }
    void on(conn_id id, link& l, const connections::ready&, instant now) {
        const bool first = connections(l.conn->peer()).empty();
        l.up = true;
        happenings_.push(connected{id, first});
        if (const auto opened = l.conn->open(identify_protocols_, purpose::identify,
                                             after(now, seconds{5}), confirm::wait, now))
            readers_.emplace(substream_id{id, *opened}, identify::requester{{}, now});
    }
    void on(conn_id id, link& l, const connections::substream_open& e, instant now) {
        const substream_id stream{id, e.id};
        const std::string_view protocol = l.conn->protocol(e.id);
        const bool push = protocol == identify::push_protocol;
        if (!push && protocol != identify::protocol)
            happenings_.push(stream_opened{stream, e.dir});
        else if (push == (e.dir == direction::outbound))
            say_who_we_are(l, e.id, now); // our push, or an answer
        else if (push)
            readers_.emplace(stream, identify::push_receiver{{}, now});
    }
    void on(conn_id id, link&, const connections::substream_failed& e, instant) {
        const substream_id stream{id, e.id};
        if (readers_.erase(stream) == 0 && pushes_.erase(stream) == 0)
            happenings_.push(stream_failed{stream, e.why});
    }
    void on(conn_id id, link& l, const connections::substream_readable& e, instant now) {
        const auto reader = readers_.find({id, e.id});
        if (reader == readers_.end()) return happenings_.push(stream_readable{{id, e.id}});
        for (byte_view v = l.conn->read(e.id); !v.empty(); v = l.conn->read(e.id)) {
            (void)reader->second.receive(v, now);
            l.conn->consume(e.id, v.size(), now);
        }
    }
    void on(conn_id id, link& l, const connections::substream_finished& e, instant now) {
        const auto reader = readers_.find({id, e.id});
        if (reader == readers_.end()) return happenings_.push(stream_over{{id, e.id}});
        reader->second.receive_end({end::fin, 0}, now);
        identify::message m = reader->second.take();
        readers_.erase(reader);
        l.conn->finish(e.id, now);
        if (!m.protocols.empty()) happenings_.push(listed{id, std::move(m.protocols)});
    }
    void on(conn_id id, link&, const connections::substream_reset& e, instant) { over({id, e.id}); }
    void on(conn_id id, link&, const connections::substream_ended& e, instant) { over({id, e.id}); }
    void over(substream_id id) {
        if (readers_.erase(id) == 0 && pushes_.erase(id) == 0) happenings_.push(stream_over{id});
    }
    void on(conn_id id, link& l, const connections::ended&, instant) {
        if (!l.up) return;
        const wire::peer_id peer = l.conn->peer();
        happenings_.push(disconnected{id, peer, connections(peer).empty()});
    }
    void on(conn_id, link&, const connections::substream_writable&, instant) {}
    void on(conn_id, link&, const connections::pong&, instant) {}
    void on(conn_id, link&, const connections::went_away&, instant) {}

    void say_who_we_are(link& l, substream_index stream, instant now) {
        identify::message ours;
        ours.public_key =
            wire::public_key{self_->key.type(), to_vector(self_->key.public_data())}.encode();
        ours.protocols = protocols(l);
        ours.agent_version = config_.agent;
        if (!listens_at_.empty()) ours.listen_addrs.push_back(listens_at_);
        (void)l.conn->write(stream, byte_view{*identify::encode_parts(ours)}, now);
        l.conn->finish(stream, now);
    }
    [[nodiscard]] std::vector<std::string> protocols(const link& l) const {
        std::vector<std::string> all{identify_protocols_[0], push_protocols_[0]};
        if (l.has_meshsub) all.insert(all.end(), meshsub.begin(), meshsub.end());
        return all;
    }

    std::unique_ptr<person<Stack>> self_; // connections point at it
    host_config config_;
    std::unique_ptr<limits> bounds_;
    wire::multiaddr listens_at_;
    std::vector<std::string> identify_protocols_{std::string{identify::protocol}};
    std::vector<std::string> push_protocols_{std::string{identify::push_protocol}};
    std::map<conn_id, link> links_;
    std::map<substream_id, identify::requester> readers_; ///< of lists that are on their way
    std::set<substream_id> pushes_;                       ///< ours
    deadline_index<conn_id> deadlines_;
    event_queue<happening> happenings_;
    event_queue<command> commands_;
    bool touching_ = false;
    std::uint64_t last_ = 0;
};

} // namespace lp2p::test::foreign
