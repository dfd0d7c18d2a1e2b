// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of swarm.hpp: see there what each does.
#pragma once

#include <lp2p/swarm/swarm.hpp>

namespace lp2p::inline v0 {

template <class Stack>
swarm<Stack>::swarm(identity self, wire::peer_id self_id, config c, crypto random, instant)
    : self_{std::make_unique<const identity>(std::move(self))}
    , self_id_{self_id}
    , bounds_{std::make_unique<limits>(c.bounds)}
    , trace_{c.trace}
    , purpose_of_{c.purpose_of}
    , crypto_{std::move(random)}
    , book_{{.addresses_per_peer = c.bounds.addresses_per_peer,
             .backoff_least = c.bounds.dial_backoff_least,
             .backoff_most = c.bounds.dial_backoff_most,
             .seed = c.seed}}
    , dialer_{{.dials = c.bounds.dials, .stagger = c.bounds.dial_stagger}}
    , protected_{{.most = c.bounds.protected_peers,
                  .lasting = c.bounds.lasting_connection,
                  .backoff_least = c.bounds.dial_backoff_least,
                  .backoff_most = c.bounds.dial_backoff_most,
                  .seed = ~c.seed}}
    , monitor_{{.bounds = bounds_.get()}}
    , idle_{{.bounds = bounds_.get()}}
    , manager_{self_id,
               {.pong_least = c.bounds.incumbent_pong_least,
                .pong_most = c.bounds.incumbent_pong_most,
                .newcomers = c.bounds.newcomers}} {}

template <class Stack>
result<conn_id> swarm<Stack>::accepted(const wire::multiaddr& remote, const wire::multiaddr& local,
                                       instant now) {
    if (ended_) return fail(swarms::errc::node_closed);
    make_room(remote, now);
    const conn_id id = next_id();
    slot& s = slots_[id];
    s.dir = direction::inbound;
    s.remote = remote;
    s.local = local;
    narrate(trace_names::swarm_accepted, id, now, {{"remote", remote.bytes()}});
    begin(id, s, role::listener, now);
    settle(now);
    return id;
}

template <class Stack>
void swarm<Stack>::connected(conn_id id, const wire::multiaddr& local, instant now) {
    slot* s = find(id);
    if (s == nullptr || s->conn || s->hung_up) return;
    s->local = local;
    dialer_.transport_connected(s->attempt);
    begin(id, *s, role::dialer, now);
    settle(now);
}

template <class Stack>
result<std::size_t> swarm<Stack>::receive(conn_id id, mutable_bytes in, instant now) {
    slot* s = find(id);
    if (s == nullptr || !s->conn) return fail(swarms::errc::unknown_connection);
    const auto used = s->conn->receive(in, now);
    touch(id, *s, now);
    settle(now);
    return used;
}

template <class Stack>
void swarm<Stack>::receive_end(conn_id id, end how, instant now) {
    slot* s = find(id);
    if (s == nullptr || !s->conn) return;
    s->conn->receive_end(how, now);
    touch(id, *s, now);
    settle(now);
}

template <class Stack>
byte_view swarm<Stack>::transmit(conn_id id, std::size_t n) {
    slot* s = find(id);
    if (s == nullptr || !s->conn) return {};
    const byte_view out = s->conn->transmit(n);
    if (out.empty()) s->flush_told = false; // what was to be said was taken back
    return out;
}

template <class Stack>
void swarm<Stack>::transmitted(conn_id id, std::size_t n, instant now) {
    slot* s = find(id);
    if (s == nullptr || !s->conn) return;
    s->conn->transmitted(n);
    if (!s->conn->has_output()) s->flush_told = false;
    touch(id, *s, now);
    settle(now);
}

template <class Stack>
bool swarm<Stack>::wants_input(conn_id id) const {
    const slot* s = find(id);
    return s != nullptr && s->conn && s->conn->wants_input();
}

template <class Stack>
void swarm<Stack>::released(conn_id id) {
    if (const slot* s = find(id)) unread_ -= s->unread;
    slots_.erase(id);
    deadlines_.erase(id);
}

template <class Stack>
auto swarm<Stack>::poll_event() -> std::optional<event> {
    if (told_last_ != conn_id{}) farewells_.erase(std::exchange(told_last_, conn_id{}));
    if (failed_last_ != request_id{}) causes_.erase(std::exchange(failed_last_, request_id{}));
    auto e = events_.poll();
    if (!e) return e;
    if (const auto* closed = std::get_if<swarms::conn_closed>(&*e))
        told_last_ = closed->id;
    else if (const auto* failed = std::get_if<swarms::upgrade_failed>(&*e))
        told_last_ = failed->id;
    else if (const auto* no = std::get_if<swarms::dial_failed>(&*e))
        failed_last_ = no->request;
    return e;
}

template <class Stack>
std::optional<instant> swarm<Stack>::next_timeout() const {
    return earlier(earlier(deadlines_.next(), manager_.next_timeout()),
                   earlier(earlier(protected_.next_timeout(), monitor_.next_timeout()),
                           earlier(dialer_.next_timeout(), idle_.next_timeout())));
}

template <class Stack>
void swarm<Stack>::handle_timeout(instant now) {
    std::vector<conn_id> due;
    while (const auto id = deadlines_.expire(now)) due.push_back(*id);
    for (const conn_id id : due) {
        slot* s = find(id);
        if (s == nullptr || !s->conn) continue;
        s->conn->handle_timeout(now);
        touch(id, *s, now);
    }
    manager_.handle_timeout(now);
    dialer_.handle_timeout(now);
    while (const auto id = monitor_.due(now))
        if (const slot* s = find(*id); s != nullptr && s->conn)
            monitor_.inspect(*id, s->conn->ledger(), now);
    dial_protected(now);
    for (const auto& l : idle_.due(now, spared())) close(l.id, l.why, now);
    settle(now);
}

template <class Stack>
request_id swarm<Stack>::dial(const wire::peer_id& peer, instant now) {
    return dial_peer(request_id{++last_request_}, peer, now);
}

template <class Stack>
bool swarm<Stack>::is_protected(const wire::peer_id& peer) const noexcept {
    return protected_.contains(peer);
}

template <class Stack>
bool swarm<Stack>::is_dialing(const wire::peer_id& peer) const noexcept {
    return dialer_.is_dialing(peer);
}

template <class Stack>
std::vector<peer_dialer::cause> swarm<Stack>::take_causes(request_id request) {
    const auto found = causes_.find(request);
    if (found == causes_.end()) return {};
    auto taken = std::move(found->second);
    causes_.erase(found);
    return taken;
}

template <class Stack>
void swarm<Stack>::serve(multistream::protocol_list list) {
    serves_ = std::move(list);
    for (auto& [id, s] : slots_)
        if (s.conn) s.conn->serve(serves_);
}

template <class Stack>
void swarm<Stack>::close(conn_id id, error why, instant now) {
    slot* s = find(id);
    if (s == nullptr || !s->conn) return;
    s->conn->close(why, now);
    touch(id, *s, now);
    settle(now);
}

template <class Stack>
void swarm<Stack>::disconnect(const wire::peer_id& peer, error why, instant now) {
    std::vector<conn_id> all;
    for (const auto& [id, s] : slots_)
        if (s.conn && s.conn->peer() == peer) all.push_back(id);
    for (const conn_id id : all) close(id, why, now);
}

template <class Stack>
result<substream_id> swarm<Stack>::open(const wire::peer_id& peer,
                                        std::span<const std::string> protocols, purpose use,
                                        instant deadline, confirm how, instant now) {
    const auto id = established(peer);
    if (!id) return fail(swarms::errc::not_connected);
    return open(*id, protocols, use, deadline, how, now);
}

template <class Stack>
result<substream_id> swarm<Stack>::open(conn_id id, std::span<const std::string> protocols,
                                        purpose use, instant deadline, confirm how, instant now) {
    slot* s = find(id);
    if (s == nullptr || !s->conn) return fail(swarms::errc::unknown_connection);
    const auto opened = s->conn->open(protocols, use, deadline, how, now);
    touch(id, *s, now);
    settle(now);
    if (!opened) return fail(opened.error());
    return substream_id{id, *opened};
}

template <class Stack>
byte_view swarm<Stack>::read(substream_id id) const {
    const slot* s = find(id.conn);
    return s == nullptr || !s->conn ? byte_view{} : s->conn->read(id.stream);
}

template <class Stack>
void swarm<Stack>::consume(substream_id id, std::size_t n, instant now) {
    with(id.conn, now, [&](connection_type& c) { c.consume(id.stream, n, now); });
}

template <class Stack>
result<std::size_t> swarm<Stack>::write(substream_id id, byte_view bytes, instant now) {
    return write_any(id, bytes, now);
}

template <class Stack>
result<std::size_t> swarm<Stack>::write(substream_id id, const shared_bytes& bytes, instant now) {
    return write_any(id, bytes, now);
}

template <class Stack>
void swarm<Stack>::finish(substream_id id, instant now) {
    with(id.conn, now, [&](connection_type& c) { c.finish(id.stream, now); });
}

template <class Stack>
void swarm<Stack>::reset(substream_id id, std::uint32_t code, instant now) {
    with(id.conn, now, [&](connection_type& c) { c.reset(id.stream, code, now); });
}

template <class Stack>
void swarm<Stack>::ping(conn_id id, instant now) {
    with(id, now, [&](connection_type& c) { c.ping(now); });
}

template <class Stack>
std::string_view swarm<Stack>::protocol(substream_id id) const {
    const slot* s = find(id.conn);
    return s == nullptr || !s->conn ? std::string_view{} : s->conn->protocol(id.stream);
}

template <class Stack>
std::optional<conn_id> swarm<Stack>::established(const wire::peer_id& peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? std::nullopt : std::optional{found->second.back()};
}

template <class Stack>
std::size_t swarm<Stack>::connections_to(const wire::peer_id& peer) const {
    const auto found = peers_.find(peer);
    return found == peers_.end() ? 0 : found->second.size();
}

template <class Stack>
bool swarm<Stack>::expects(const wire::peer_id& peer) const noexcept {
    return manager_.has_any(peer);
}

template <class Stack>
std::vector<wire::peer_id> swarm<Stack>::peers() const {
    std::vector<wire::peer_id> all;
    for (const auto& [peer, conns] : peers_) all.push_back(peer);
    return all;
}

template <class Stack>
wire::peer_id swarm<Stack>::peer(conn_id id) const {
    if (const auto gone = farewells_.find(id); gone != farewells_.end()) return gone->second.peer;
    const slot* s = find(id);
    return s == nullptr || !s->conn ? wire::peer_id{} : s->conn->peer();
}

template <class Stack>
wire::multiaddr swarm<Stack>::remote(conn_id id) const {
    if (const auto gone = farewells_.find(id); gone != farewells_.end()) return gone->second.remote;
    const slot* s = find(id);
    return s == nullptr ? wire::multiaddr{} : s->remote;
}

template <class Stack>
auto swarm<Stack>::look(conn_id id) const -> std::optional<info> {
    const slot* s = find(id);
    if (s == nullptr || !s->conn) return std::nullopt;
    return info{id, s->dir, s->remote, s->local, *s->conn};
}

template <class Stack>
support swarm<Stack>::supports(const wire::peer_id& peer, std::string_view protocol) const {
    support best = support::unknown;
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return best;
    for (const conn_id id : found->second) {
        const support here = find(id)->conn->knowledge().of(protocol);
        if (here == support::supported) return here;
        if (here == support::unsupported) best = here;
    }
    return best;
}

template <class Stack>
protocol_knowledge* swarm<Stack>::knowledge(conn_id id) {
    slot* s = find(id);
    return s == nullptr || !s->conn ? nullptr : &s->conn->knowledge();
}

template <class Stack>
void swarm<Stack>::learn_agent(conn_id id, std::string_view agent, instant now) {
    const slot* s = find(id);
    if (s == nullptr || !s->told_open || s->conn->ended()) return;
    monitor_.identified(id, agent);
    monitor_.changed(id, s->conn->ledger(), s->conn->unacknowledged(), now);
    settle(now);
}

template <class Stack>
auto swarm<Stack>::find(conn_id id) -> slot* {
    const auto at = slots_.find(id);
    return at == slots_.end() ? nullptr : &at->second;
}

template <class Stack>
auto swarm<Stack>::find(conn_id id) const -> const slot* {
    const auto at = slots_.find(id);
    return at == slots_.end() ? nullptr : &at->second;
}

template <class Stack>
void swarm<Stack>::begin(conn_id id, slot& s, role r, instant now) {
    typename connection_type::config c{.expected = std::nullopt,
                                       .bounds = bounds_.get(),
                                       .serves = serves_,
                                       .purpose_of = purpose_of_,
                                       .trace = trace_,
                                       .id = id};
    if (r == role::dialer) c.expected = s.attempt.peer;
    s.conn = std::make_unique<connection_type>(r, *self_, std::move(c), crypto_, now);
    touch(id, s, now);
}

template <class Stack>
void swarm<Stack>::narrate(std::string_view name, conn_id id, instant now,
                           std::initializer_list<trace_field> fields) const {
    if (trace_) trace_({now, static_cast<std::uint64_t>(id), 0, name, fields});
}

template <class Stack>
void swarm<Stack>::narrate_limit(std::string_view which, conn_id id, std::size_t value,
                                 std::size_t most, instant now) const {
    narrate(trace_names::limit_hit, id, now,
            {{"limit", which},
             {"value", static_cast<std::int64_t>(value)},
             {"most", static_cast<std::int64_t>(most)}});
}

template <class Stack>
template <class F>
void swarm<Stack>::with(conn_id id, instant now, F&& f) {
    slot* s = find(id);
    if (s == nullptr || !s->conn) return;
    f(*s->conn);
    touch(id, *s, now);
    settle(now);
}

template <class Stack>
template <class Bytes>
result<std::size_t> swarm<Stack>::write_any(substream_id id, const Bytes& bytes, instant now) {
    slot* s = find(id.conn);
    if (s == nullptr || !s->conn) return fail(swarms::errc::unknown_connection);
    const auto put = s->conn->write(id.stream, bytes, now);
    touch(id.conn, *s, now);
    settle(now);
    return put;
}

template <class Stack>
void swarm<Stack>::touch(conn_id id, slot& s, instant now) {
    while (auto e = s.conn->poll_event())
        std::visit([&](const auto& told) { on(id, s, told, now); }, *e);
    deadlines_.set(id, s.conn->next_timeout());
    unread_ += s.conn->unread() - s.unread;
    s.unread = s.conn->unread();
    if (s.told_open && !s.conn->ended()) count_streams(id, s, now);
    if (s.conn->ended() && !s.hung_up) {
        s.hung_up = true;
        commands_.push(hang_up_command{id, s.conn->wants_end().value_or(end{})});
    } else if (!s.hung_up && !s.flush_told && s.conn->has_output()) {
        s.flush_told = true;
        commands_.push(flush_command{id});
    }
}

template <class Stack>
void swarm<Stack>::count_streams(conn_id id, slot& s, instant now) {
    const std::uint32_t unacknowledged = s.conn->unacknowledged();
    const std::uint32_t changes = s.conn->ledger().changes();
    if (changes == s.counted && unacknowledged == s.unacknowledged) return;
    s.counted = changes;
    s.unacknowledged = unacknowledged;
    monitor_.changed(id, s.conn->ledger(), unacknowledged, now);
    idle_.used(id, s.conn->in_use(), now);
}

template <class Stack>
void swarm<Stack>::settle(instant now) {
    if (settling_) return;
    settling_ = true;
    for (bool busy = true; busy;) {
        busy = false;
        while (auto d = manager_.poll()) {
            busy = true;
            std::visit([&](const auto& decided) { carry_out(decided, now); }, *d);
        }
        while (auto a = dialer_.poll_withdrawn()) withdraw(*a, now);
        while (auto a = dialer_.poll_attempt()) {
            busy = true;
            start_attempt(*a, now);
        }
        while (auto a = dialer_.poll_answer()) {
            busy = true;
            tell_answer(std::move(*a), now);
        }
        if (unread_ > bounds_->unread_node) busy = relieve_unread(now);
    }
    tell_alarms(now);
    settling_ = false;
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot&, const connections::substream_open& e, instant) {
    events_.push(swarms::substream_open{{id, e.id}, e.dir});
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot& s, const connections::substream_failed& e, instant now) {
    if (s.told_open && (e.why == error{connections::errc::negotiation_closed} ||
                        e.why == error{connections::errc::negotiation_reset}))
        monitor_.refused(id, s.conn->ledger().outbound(), now);
    events_.push(swarms::substream_failed{{id, e.id}, e.why});
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot&, const connections::substream_readable& e, instant) {
    events_.push(swarms::substream_readable{{id, e.id}});
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot&, const connections::substream_writable& e, instant) {
    events_.push(swarms::substream_writable{{id, e.id}});
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot&, const connections::substream_finished& e, instant) {
    events_.push(swarms::substream_finished{{id, e.id}});
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot&, const connections::substream_reset& e, instant) {
    events_.push(swarms::substream_reset{{id, e.id}, e.code});
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot&, const connections::substream_ended& e, instant) {
    events_.push(swarms::substream_ended{{id, e.id}, e.why});
}

template <class Stack>
void swarm<Stack>::on(conn_id id, slot& s, const connections::pong& e, instant) {
    if (!s.told_open) return;
    manager_.pong(id);
    events_.push(swarms::pong{id, e.rtt});
}

} // namespace lp2p::inline v0
