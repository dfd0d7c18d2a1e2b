// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of node.hpp: see there what each does.
#pragma once

#include <lp2p/node/node.hpp>

namespace lp2p::inline v0 {

template <class Stack>
basic_node<Stack>::basic_node(crypto random, private_key key, node_config c, instant now)
    : config_{std::make_unique<node_config>(std::move(c))}
    , key_{std::move(key)}
    , public_key_{wire::public_key{key_.type(), to_vector(key_.public_data())}}
    , id_{wire::peer_id::of(public_key_, random)}
    , swarm_{Stack::security::make_identity(random, key_), id_,
             typename swarm_type::config{.bounds = config_->bounds,
                                         .seed = config_->seed,
                                         .trace = config_->trace,
                                         .purpose_of = &purpose_of},
             random, now}
    , identify_{{.bounds = &config_->bounds,
                 .routing_state_records = config_->routing_state_records,
                 .trace = config_->trace},
                random}
    , ping_{random}
    , own_{config_->bounds}
    , record_{random, id_, config_->unix_now, now} {
    if (config_->router != router_kind::none) pubsub_.emplace(make_pubsub(random, now));
    announce(now);
}

template <class Stack>
result<conn_id> basic_node<Stack>::accepted(const wire::multiaddr& remote,
                                            const wire::multiaddr& local, instant now) {
    const auto id = swarm_.accepted(remote, local, now);
    settle(now);
    return id;
}

template <class Stack>
void basic_node<Stack>::connected(conn_id id, const wire::multiaddr& local, instant now) {
    swarm_.connected(id, local, now);
    settle(now);
}

template <class Stack>
void basic_node<Stack>::connect_failed(conn_id id, error why, instant now) {
    swarm_.connect_failed(id, why, now);
    settle(now);
}

template <class Stack>
result<std::size_t> basic_node<Stack>::receive(conn_id id, mutable_bytes in, instant now) {
    const auto used = swarm_.receive(id, in, now);
    settle(now);
    return used;
}

template <class Stack>
void basic_node<Stack>::receive_end(conn_id id, end how, instant now) {
    swarm_.receive_end(id, how, now);
    settle(now);
}

template <class Stack>
void basic_node<Stack>::transmitted(conn_id id, std::size_t n, instant now) {
    swarm_.transmitted(id, n, now);
    settle(now);
}

template <class Stack>
bool basic_node<Stack>::wants_input(conn_id id) const {
    return events_.size() < config_->bounds.untold_events && swarm_.wants_input(id);
}

template <class Stack>
auto basic_node<Stack>::poll_event() -> std::optional<event> {
    if (told_last_ != conn_id{}) known_.erase(std::exchange(told_last_, conn_id{}));
    if (failed_last_ != request_id{}) causes_.erase(std::exchange(failed_last_, request_id{}));
    auto e = events_.poll();
    if (!e) return e;
    if (const auto* closed = std::get_if<swarms::conn_closed>(&*e))
        told_last_ = closed->id;
    else if (const auto* failed = std::get_if<swarms::upgrade_failed>(&*e))
        told_last_ = failed->id;
    else if (const auto* no = std::get_if<swarms::dial_failed>(&*e))
        failed_last_ = no->request;
    else if (const auto* same = std::get_if<swarms::duplicate_ended>(&*e))
        if (const auto at = known_.find(same->closed); at != known_.end() && !at->second.opened)
            told_last_ = same->closed;
    return e;
}

template <class Stack>
std::optional<instant> basic_node<Stack>::next_timeout() const {
    if (ended()) return swarm_.next_timeout();
    std::optional<instant> first = earlier(earlier(swarm_.next_timeout(), identify_.next_timeout()),
                                           earlier(ping_.next_timeout(), own_.next_timeout()));
    return pubsub_ ? earlier(first, pubsub_->next_timeout()) : first;
}

template <class Stack>
void basic_node<Stack>::handle_timeout(instant now) {
    swarm_.handle_timeout(now);
    if (ended()) return settle(now);
    if (own_.handle_timeout(now)) announce(now);
    identify_.handle_timeout(swarm_, now);
    ping_.handle_timeout(swarm_, now);
    if (pubsub_) pubsub_->handle_timeout(swarm_, now);
    settle(now);
}

template <class Stack>
void basic_node<Stack>::listening(const wire::multiaddr& at, instant now) {
    if (own_.listening(at)) announce(now);
    settle(now);
}

template <class Stack>
request_id basic_node<Stack>::dial(const wire::multiaddr& to, instant now) {
    const request_id request = swarm_.dial(to, now);
    settle(now);
    return request;
}

template <class Stack>
status basic_node<Stack>::protect(const wire::peer_id& peer, instant now) {
    const status done = swarm_.protect(peer, now);
    settle(now);
    return done;
}

template <class Stack>
bool basic_node<Stack>::is_protected(const wire::peer_id& peer) const noexcept {
    return swarm_.is_protected(peer);
}

template <class Stack>
bool basic_node<Stack>::is_dialing(const wire::peer_id& peer) const noexcept {
    return swarm_.is_dialing(peer);
}

template <class Stack>
std::vector<peer_dialer::cause> basic_node<Stack>::take_causes(request_id request) {
    const auto at = causes_.find(request);
    return at == causes_.end() ? std::vector<peer_dialer::cause>{} : std::move(at->second);
}

template <class Stack>
void basic_node<Stack>::disconnect(const wire::peer_id& peer, instant now) {
    swarm_.disconnect(peer, swarms::errc::disconnected, now);
    settle(now);
}

template <class Stack>
void basic_node<Stack>::shut_down(instant now) {
    swarm_.shut_down(now);
    settle(now);
}

template <class Stack>
std::optional<conn_id> basic_node<Stack>::established(const wire::peer_id& peer) const {
    return swarm_.established(peer);
}

template <class Stack>
std::size_t basic_node<Stack>::connections_to(const wire::peer_id& peer) const {
    return swarm_.connections_to(peer);
}

template <class Stack>
wire::peer_id basic_node<Stack>::peer(conn_id id) const {
    const auto at = known_.find(id);
    return at == known_.end() ? swarm_.peer(id) : at->second.peer;
}

template <class Stack>
wire::multiaddr basic_node<Stack>::remote(conn_id id) const {
    const auto at = known_.find(id);
    return at == known_.end() ? swarm_.remote(id) : at->second.remote;
}

template <class Stack>
direction basic_node<Stack>::dialed_by(conn_id id) const {
    const auto at = known_.find(id);
    return at == known_.end() ? direction::inbound : at->second.dir;
}

template <class Stack>
auto basic_node<Stack>::look(conn_id id) const -> std::optional<typename swarm_type::info> {
    return swarm_.look(id);
}

template <class Stack>
support basic_node<Stack>::supports(const wire::peer_id& peer, std::string_view protocol) const {
    return swarm_.supports(peer, protocol);
}

template <class Stack>
const service::identify_info* basic_node<Stack>::about(conn_id id) const noexcept {
    return identify_.about(id);
}

template <class Stack>
std::vector<address_book::record> basic_node<Stack>::addresses(const wire::peer_id& peer) const {
    return swarm_.addresses().of(peer);
}

template <class Stack>
protocol_knowledge::change basic_node<Stack>::take_change(conn_id id) {
    return identify_.take_change(id);
}

template <class Stack>
status basic_node<Stack>::ping(const wire::peer_id& peer, instant now) {
    const auto id = swarm_.established(peer);
    if (!id) return fail(swarms::errc::not_connected);
    ping_.ask(*id, swarm_, now);
    settle(now);
    return {};
}

template <class Stack>
status basic_node<Stack>::serve(const std::string& protocol, instant now) {
    if (!multistream::is_protocol(protocol)) return fail(multistream::errc::invalid_protocol);
    if (std::find(served_.begin(), served_.end(), protocol) != served_.end()) return {};
    if (identify_.announced().protocols.size() >= config_->bounds.protocols_sent)
        return fail(identify::errc::too_many_protocols);
    served_.push_back(protocol);
    announce(now);
    settle(now);
    return {};
}

template <class Stack>
result<substream_id> basic_node<Stack>::open(const wire::peer_id& peer,
                                             std::span<const std::string> protocols,
                                             instant deadline, confirm how, instant now) {
    const auto id = swarm_.open(peer, protocols, purpose::application, deadline, how, now);
    if (id) mine_.insert(*id);
    settle(now);
    return id;
}

template <class Stack>
void basic_node<Stack>::consume(substream_id id, std::size_t n, instant now) {
    swarm_.consume(id, n, now);
    settle(now);
}

template <class Stack>
result<std::size_t> basic_node<Stack>::write(substream_id id, byte_view bytes, instant now) {
    const auto put = swarm_.write(id, bytes, now);
    settle(now);
    return put;
}

template <class Stack>
void basic_node<Stack>::finish(substream_id id, instant now) {
    swarm_.finish(id, now);
    settle(now);
}

template <class Stack>
void basic_node<Stack>::reset(substream_id id, std::uint32_t code, instant now) {
    if (swarm_.protocol(id).empty()) mine_.erase(id);
    swarm_.reset(id, code, now);
    settle(now);
}

template <class Stack>
status basic_node<Stack>::subscribe(std::string_view topic, instant now) {
    if (!pubsub_) return fail(service::errc::no_pubsub);
    const status done = pubsub_->subscribe(topic, swarm_, now);
    settle(now);
    return done;
}

template <class Stack>
status basic_node<Stack>::unsubscribe(std::string_view topic, instant now) {
    if (!pubsub_) return fail(service::errc::no_pubsub);
    const status done = pubsub_->unsubscribe(topic, swarm_, now);
    settle(now);
    return done;
}

template <class Stack>
result<pubsub::message_id> basic_node<Stack>::publish(std::string_view topic, byte_view data,
                                                      instant now) {
    if (!pubsub_) return fail(service::errc::no_pubsub);
    auto done = pubsub_->publish(topic, data, key_, swarm_, now);
    settle(now);
    return done;
}

template <class Stack>
void basic_node<Stack>::validated(pubsub::message_handle id, pubsub::verdict v, instant now) {
    if (pubsub_) pubsub_->validated(id, v, swarm_, now);
    settle(now);
}

template <class Stack>
std::optional<pubsub::delivery> basic_node<Stack>::take(pubsub::message_handle id) {
    return pubsub_ ? pubsub_->take(id) : std::nullopt;
}

template <class Stack>
auto basic_node<Stack>::pubsub_state() const noexcept -> const pubsub_type* {
    return pubsub_ ? &*pubsub_ : nullptr;
}

template <class Stack>
auto basic_node<Stack>::make_pubsub(const crypto& random, instant now) const -> pubsub_type {
    typename pubsub_type::config c{.bounds = &config_->bounds,
                                   .policy = config_->policy,
                                   .protocols = pubsub_protocols_of(*config_),
                                   .unix_now = config_->unix_now,
                                   .validate = config_->validate,
                                   .trace = config_->trace};
    gossipsub::config g = with_limits(config_->gossip, config_->bounds);
    g.common.seed = config_->seed;
    g.common.policy = config_->policy;
    if (config_->router == router_kind::gossipsub)
        return {std::move(c), gossipsub::router{g, id_, now}, id_, random};
    return {std::move(c), floodsub::router{{.common = g.common}, id_, now}, id_, random};
}

template <class Stack>
purpose basic_node<Stack>::purpose_of(std::string_view protocol) noexcept {
    if (protocol == identify::protocol || protocol == identify::push_protocol)
        return purpose::identify;
    if (protocol == ping::protocol) return purpose::ping;
    return pubsub::kind_of(protocol) ? purpose::pubsub : purpose::application;
}

template <class Stack>
void basic_node<Stack>::announce(instant now) {
    std::vector<std::string> all{std::string{identify::protocol},
                                 std::string{identify::push_protocol}, std::string{ping::protocol}};
    if (pubsub_) all.insert(all.end(), pubsub_->protocols().begin(), pubsub_->protocols().end());
    all.insert(all.end(), served_.begin(), served_.end());
    if (auto list = multistream::protocol_list::of(all)) swarm_.serve(std::move(*list));
    identify::message ours;
    ours.public_key = public_key_.encode();
    ours.listen_addrs = own_.all();
    ours.signed_peer_record = record_.of(own_.all(), key_, config_->bounds, now);
    ours.protocols = std::move(all);
    ours.agent_version = config_->agent;
    ours.protocol_version = config_->protocol_version;
    identify_.announce(std::move(ours), now);
}

template <class Stack>
void basic_node<Stack>::settle(instant now) {
    if (std::exchange(settling_, true)) return;
    hear_services(now);
    while (auto e = swarm_.poll_event()) {
        std::visit([&](auto& told) { on(told, now); }, *e);
        hear_services(now);
    }
    if (last_word_) events_.push(*std::exchange(last_word_, std::nullopt));
    settling_ = false;
}

template <class Stack>
void basic_node<Stack>::hear_services(instant now) {
    while (auto e = identify_.poll_event()) std::visit([&](auto& told) { on(told, now); }, *e);
    while (auto e = ping_.poll_event()) std::visit([&](auto& told) { events_.push(told); }, *e);
    if (!pubsub_) return;
    while (auto e = pubsub_->poll_event()) {
        events_.push(std::visit([](auto& told) { return event{std::move(told)}; }, *e));
        if (const auto* r = std::get_if<service::gossip_remedy>(&*e);
            r != nullptr && r->action == service::remedy::push)
            identify_.push(r->conn, swarm_, now);
    }
}

template <class Stack>
void basic_node<Stack>::on(const swarms::conn_opened& e, instant now) {
    const auto info = swarm_.look(e.id);
    if (!info) return;
    known_[e.id] = {info->conn.peer(), info->remote, info->dir, true};
    events_.push(e);
    identify_.opened(e.id, info->conn.remote_key().encode(), swarm_, now);
    if (pubsub_) pubsub_->opened(e.id, info->dir, swarm_, now);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::conn_closed& e, instant now) {
    identify_.closed(e.id);
    ping_.closed(e.id);
    own_.closed(e.id, now);
    if (pubsub_) pubsub_->closed(e.id, peer(e.id), swarm_.expects(peer(e.id)), swarm_, now);
    hear_services(now); // nothing that names this connection comes behind its end
    events_.push(e);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::upgrade_failed& e, instant) {
    known_[e.id] = {swarm_.peer(e.id), swarm_.remote(e.id), e.dir, false};
    events_.push(e);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::duplicate_ended& e, instant now) {
    if (const auto info = swarm_.look(e.closed); info && !known_.contains(e.closed))
        known_[e.closed] = {info->conn.peer(), info->remote, info->dir, false};
    events_.push(e);
    if (e.rule == duplicate_rule::replaced && pubsub_) pubsub_->leaving(e.closed, swarm_, now);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::dial_failed& e, instant) {
    causes_[e.request] = swarm_.take_causes(e.request);
    events_.push(e);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::substream_open& e, instant now) {
    const std::string_view protocol = swarm_.protocol(e.id);
    if (e.dir == direction::outbound) {
        if (identify_.outbound(e.id, swarm_, now) || ping_.outbound(e.id, swarm_, now)) return;
        if (pubsub_ && pubsub_->outbound(e.id, swarm_, now)) return;
        if (mine_.contains(e.id)) events_.push(e);
    } else if (identify_.serves(protocol)) {
        identify_.inbound(e.id, swarm_.remote(e.id.conn), swarm_, now);
    } else if (ping_.serves(protocol)) {
        ping_.inbound(e.id, swarm_, now);
    } else if (pubsub_ && pubsub_->serves(protocol)) {
        pubsub_->inbound(e.id, swarm_, now);
    } else {
        mine_.insert(e.id);
        events_.push(e);
    }
}

template <class Stack>
void basic_node<Stack>::on(const swarms::substream_failed& e, instant now) {
    if (identify_.failed(e.id, e.why, swarm_, now) || ping_.failed(e.id, e.why)) return;
    if (pubsub_ && pubsub_->failed(e.id, e.why, swarm_, now)) return;
    if (mine_.erase(e.id) != 0) events_.push(e);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::substream_readable& e, instant now) {
    if (mine_.contains(e.id)) return events_.push(e);
    if (pubsub_ && pubsub_->readable(e.id, swarm_, now)) return;
    if (!identify_.progress(e.id, swarm_, now)) (void)ping_.progress(e.id, swarm_, now);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::substream_writable& e, instant now) {
    if (mine_.contains(e.id)) return events_.push(e);
    if (pubsub_ && pubsub_->writable(e.id, swarm_, now)) return;
    if (!identify_.progress(e.id, swarm_, now)) (void)ping_.progress(e.id, swarm_, now);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::substream_finished& e, instant now) {
    if (mine_.contains(e.id)) return events_.push(e);
    finished(e.id, end{end::fin, 0}, now);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::substream_reset& e, instant now) {
    if (mine_.contains(e.id)) return events_.push(e);
    finished(e.id, end{end::reset, e.code}, now);
}

template <class Stack>
void basic_node<Stack>::finished(substream_id id, end how, instant now) {
    if (pubsub_ && pubsub_->finished(id, how, swarm_, now)) return;
    if (!identify_.finished(id, how, swarm_, now)) (void)ping_.finished(id, how, swarm_, now);
}

template <class Stack>
void basic_node<Stack>::on(const swarms::substream_ended& e, instant now) {
    if (mine_.erase(e.id) != 0) return events_.push(e);
    if (pubsub_ && pubsub_->ended(e.id, e.why.why, swarm_, now)) return;
    if (!identify_.ended(e.id, e.why.why, swarm_, now)) (void)ping_.ended(e.id, e.why.why);
}

template <class Stack>
template <class Other>
void basic_node<Stack>::on(const Other& e, instant)
    requires std::constructible_from<event, const Other&>
{
    events_.push(e);
}

template <class Stack>
void basic_node<Stack>::on(const service::identified& e, instant now) {
    events_.push(e);
    learn_addresses(e.conn);
    hear_observed(e.conn, now);
    swarm_.learn_agent(e.conn, agent_of(e.conn), now);
    hear_list(e.conn, now);
}

template <class Stack>
void basic_node<Stack>::on(const service::protocols_updated& e, instant now) {
    events_.push(e);
    if (std::string gone = withdrawn(e.conn); !gone.empty()) {
        const withdrawal cause = cause_of(e, gone);
        events_.push(protocol_withdrawn{e.conn, std::move(gone), cause});
    }
    hear_list(e.conn, now);
}

template <class Stack>
std::string basic_node<Stack>::withdrawn(conn_id conn) {
    const auto removed = identify_.take_removed(conn);
    const auto info = swarm_.look(conn);
    if (!info) return {};
    const auto& ours = pubsub_ ? pubsub_->protocols() : served_;
    const bool speaks = std::any_of(ours.begin(), ours.end(), [&](const std::string& p) {
        return info->conn.knowledge().of(p) == support::supported;
    });
    std::string open;
    for (const std::string& p : removed) {
        if (pubsub_ && pubsub_->serves(p) && !speaks) return p;
        for (const protocol_usage& u : info->conn.ledger().usage())
            if (u.protocol == p) open = p;
    }
    return open;
}

template <class Stack>
withdrawal basic_node<Stack>::cause_of(const service::protocols_updated& e,
                                       const std::string& protocol) const {
    if (swarm_.supports(swarm_.peer(e.conn), protocol) == support::supported)
        return withdrawal::other_connection;
    const bool rust = agent_of(e.conn).starts_with("rust-libp2p");
    return rust && e.source == service::list_source::push && pubsub::kind_of(protocol)
               ? withdrawal::handler_disabled
               : withdrawal::unknown;
}

template <class Stack>
void basic_node<Stack>::hear_list(conn_id conn, instant now) {
    if (pubsub_) pubsub_->listed(conn, agent_of(conn), swarm_, now);
}

template <class Stack>
std::string_view basic_node<Stack>::agent_of(conn_id conn) const noexcept {
    const auto* info = identify_.about(conn);
    return info == nullptr ? std::string_view{} : std::string_view{info->agent};
}

template <class Stack>
void basic_node<Stack>::learn_addresses(conn_id conn) {
    const auto* info = identify_.about(conn);
    if (info == nullptr) return;
    if (info->record) {
        wire::peer_record theirs = *info->record;
        std::erase_if(theirs.addresses, [](const auto& a) { return !a.tcp(); });
        (void)swarm_.certify(theirs);
    }
    for (const auto& a : info->addresses)
        if (a.tcp()) swarm_.add_address(peer(conn), a);
}

template <class Stack>
void basic_node<Stack>::hear_observed(conn_id conn, instant now) {
    const auto* said = identify_.about(conn);
    const auto link = swarm_.look(conn);
    if (said == nullptr || !said->observed || !link) return;
    if (own_.observed({conn, link->dir, link->remote, link->local, *said->observed})) announce(now);
}

template <class Stack>
void basic_node<Stack>::on(const service::wrong_identity& e, instant now) {
    swarm_.close(e.conn, identify::errc::wrong_key, now);
}

} // namespace lp2p::inline v0
