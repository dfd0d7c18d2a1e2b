// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of identify.hpp: see there what each does.
#pragma once

#include <lp2p/service/identify.hpp>

namespace lp2p::inline v0::service {

template <class Crypto>
void identify_service<Crypto>::announce(identify::message ours, instant now) {
    if (ours == ours_) return;
    ours_ = std::move(ours);
    for (const auto& [conn, e] : peers_)
        if (!pushes_.at(conn)) pushes_.set(conn, after(now, config_.bounds->push_coalesce));
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::opened(conn_id conn, byte_vector remote_key, Host& h, instant now) {
    const limits& l = *config_.bounds;
    entry& e = peers_.try_emplace(conn, l.pushes_in, l.pushes_out, now).first->second;
    e.remote_key = std::move(remote_key);
    ask(conn, e, h, now);
}

template <class Crypto>
void identify_service<Crypto>::closed(conn_id conn) {
    peers_.erase(conn);
    retries_.erase(conn);
    pushes_.erase(conn);
    for (auto at = talks_.lower_bound({conn, {}}); at != talks_.end() && at->first.conn == conn;) {
        timeouts_.erase(at->first);
        at = talks_.erase(at);
    }
}

template <class Crypto>
bool identify_service<Crypto>::serves(std::string_view protocol) noexcept {
    return protocol == identify::protocol || protocol == identify::push_protocol;
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::inbound(substream_id id,
                                       const std::optional<wire::multiaddr>& observed, Host& h,
                                       instant now) {
    if (h.protocol(id) == identify::protocol) {
        identify::message say = ours_;
        say.observed = observed;
        start(id, answering{{say, sent_config(), now}}, h, now);
        return;
    }
    const auto at = peers_.find(id.conn);
    if (at == peers_.end() || at->second.being_pushed || !at->second.pushes_in.take(now)) {
        h.reset(id, 0, now);
        return;
    }
    at->second.being_pushed = true;
    start(id, pushed{identify::push_receiver{asked_config(at->second), now}}, h, now);
}

template <class Crypto>
template <host Host>
bool identify_service<Crypto>::outbound(substream_id id, Host& h, instant now) {
    const auto at = peers_.find(id.conn);
    if (at == peers_.end()) return false;
    if (at->second.question == id)
        start(id, asking{identify::requester{asked_config(at->second), now}}, h, now);
    else if (at->second.push == id)
        start(id, pushing{{ours_, sent_config(), now}}, h, now);
    else
        return false;
    return true;
}

template <class Crypto>
template <host Host>
bool identify_service<Crypto>::failed(substream_id id, error why, Host&, instant now) {
    const auto at = peers_.find(id.conn);
    if (at == peers_.end()) return false;
    return failed_on(id, at->second, why, now);
}

template <class Crypto>
template <host Host>
bool identify_service<Crypto>::progress(substream_id id, Host& h, instant now) {
    const auto at = talks_.find(id);
    if (at == talks_.end()) return false;
    drive(id, at->second, h, now);
    return true;
}

template <class Crypto>
template <host Host>
bool identify_service<Crypto>::finished(substream_id id, end how, Host& h, instant now) {
    const auto at = talks_.find(id);
    if (at == talks_.end()) return false;
    std::visit(
        [&](auto& t) {
            (void)pump(t.machine, id, h, now);
            t.machine.receive_end(how, now);
        },
        at->second);
    drive(id, at->second, h, now);
    return true;
}

template <class Crypto>
template <host Host>
bool identify_service<Crypto>::ended(substream_id id, error why, Host&, instant now) {
    const auto at = talks_.find(id);
    if (at == talks_.end()) return false;
    const bool theirs = std::holds_alternative<pushed>(at->second);
    const auto* parted = std::get_if<parting>(&at->second);
    const bool push_arrived = parted != nullptr && parted->was_push && !why;
    talks_.erase(at);
    timeouts_.erase(id);
    const auto peer = peers_.find(id.conn);
    if (peer == peers_.end()) return true;
    if (theirs)
        peer->second.being_pushed = false;
    else if (push_arrived)
        peer->second.push_failures = 0;
    else
        (void)failed_on(id, peer->second, why, now);
    return true;
}

template <class Crypto>
std::optional<instant> identify_service<Crypto>::next_timeout() const {
    return earlier(earlier(retries_.next(), timeouts_.next()), pushes_.next());
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::handle_timeout(Host& h, instant now) {
    while (const auto id = timeouts_.expire(now)) {
        const auto at = talks_.find(*id);
        if (at == talks_.end()) continue;
        std::visit([&](auto& t) { t.machine.handle_timeout(now); }, at->second);
        drive(*id, at->second, h, now);
    }
    while (const auto conn = retries_.expire(now))
        if (const auto at = peers_.find(*conn); at != peers_.end()) ask(*conn, at->second, h, now);
    while (const auto conn = pushes_.expire(now)) push(*conn, h, now);
}

template <class Crypto>
auto identify_service<Crypto>::about(conn_id conn) const noexcept -> const info* {
    const auto at = peers_.find(conn);
    return at == peers_.end() || !at->second.said ? nullptr : &*at->second.said;
}

template <class Crypto>
protocol_knowledge::change identify_service<Crypto>::take_change(conn_id conn) {
    const auto at = peers_.find(conn);
    return at == peers_.end() ? protocol_knowledge::change{}
                              : std::exchange(at->second.changed, {});
}

template <class Crypto>
std::vector<std::string> identify_service<Crypto>::take_removed(conn_id conn) {
    const auto at = peers_.find(conn);
    return at == peers_.end() ? std::vector<std::string>{} : std::exchange(at->second.removed, {});
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::push(conn_id conn, Host& h, instant now) {
    const auto at = peers_.find(conn);
    if (at == peers_.end()) return;
    entry& e = at->second;
    if (e.push) {
        e.push_again = true;
        return;
    }
    const protocol_knowledge* known = h.knowledge(conn);
    if (known != nullptr && known->of(identify::push_protocol) == support::unsupported) return;
    if (!e.pushes_out.take(now)) return pushes_.set(conn, e.pushes_out.ready_at(now));
    const auto id = open(conn, identify::push_protocol, h, now);
    if (id)
        e.push = *id;
    else
        push_failed(conn, e, id.error(), now);
}

template <class Crypto>
identify::requester::config identify_service<Crypto>::asked_config(const entry& e) const {
    const limits& l = *config_.bounds;
    return {.remote_key = e.remote_key,
            .part = l.identify_part,
            .parts = l.identify_parts,
            .total = l.identify_total,
            .timeout = l.identify_timeout,
            .keep = {.protocols = l.identify_protocols,
                     .protocol_length = l.identify_protocol_length,
                     .addresses = l.identify_addresses,
                     .address_length = l.identify_address_length,
                     .text = l.identify_text}};
}

template <class Crypto>
identify::responder::config identify_service<Crypto>::sent_config() const {
    const limits& l = *config_.bounds;
    return {
        .most = {.first = l.identify_first, .part = l.identify_part, .protocols = l.protocols_sent},
        .timeout = l.identify_timeout};
}

template <class Crypto>
duration identify_service<Crypto>::backoff(std::uint32_t failures) const noexcept {
    const limits& l = *config_.bounds;
    const duration least = std::max<duration>(l.identify_retry_least, milliseconds{1});
    return std::min<duration>(least * (1 << std::min(failures, 10U)),
                              std::max(least, l.identify_retry_most));
}

template <class Crypto>
template <host Host>
result<substream_id> identify_service<Crypto>::open(conn_id conn, std::string_view protocol,
                                                    Host& h, instant now) {
    const std::string p{protocol};
    return h.open(conn, std::span{&p, 1}, purpose::identify,
                  after(now, config_.bounds->identify_timeout), confirm::wait, now);
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::ask(conn_id conn, entry& e, Host& h, instant now) {
    if (e.question) return;
    const auto id = open(conn, identify::protocol, h, now);
    if (id)
        e.question = *id;
    else
        ask_failed(conn, e, id.error(), now);
}

template <class Crypto>
void identify_service<Crypto>::ask_again(conn_id conn, entry& e, instant now) {
    retries_.set(conn, after(now, backoff(e.failures)));
    e.failures += 1;
}

template <class Crypto>
void identify_service<Crypto>::ask_failed(conn_id conn, entry& e, error why, instant now) {
    e.question.reset();
    events_.push(identify_failed{conn, why});
    if (config_.trace)
        config_.trace({now,
                       static_cast<std::uint64_t>(conn),
                       0,
                       trace_names::identify_failed,
                       {{"why", why}}});
    if (why != fault::refused) ask_again(conn, e, now);
}

template <class Crypto>
void identify_service<Crypto>::push_failed(conn_id conn, entry& e, error why, instant now) {
    e.push.reset();
    e.push_again = false;
    if (why == fault::refused) return;
    pushes_.set(conn, after(now, backoff(e.push_failures)));
    e.push_failures += 1;
}

template <class Crypto>
bool identify_service<Crypto>::failed_on(substream_id id, entry& e, error why, instant now) {
    if (e.question == id)
        ask_failed(id.conn, e, why, now);
    else if (e.push == id)
        push_failed(id.conn, e, why, now);
    else
        return false;
    return true;
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::start(substream_id id, talk t, Host& h, instant now) {
    drive(id, talks_.insert_or_assign(id, std::move(t)).first->second, h, now);
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::drive(substream_id id, talk& t, Host& h, instant now) {
    const bool over = std::visit([&](auto& m) { return pump(m.machine, id, h, now); }, t);
    timeouts_.set(id, std::visit([](auto& m) { return m.machine.next_timeout(); }, t));
    if (over) conclude_talk(id, h, now);
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::conclude_talk(substream_id id, Host& h, instant now) {
    talk t = std::move(talks_.extract(id).mapped());
    timeouts_.erase(id);
    std::visit([&](auto& m) { conclude(m.machine, id, h, now); }, t);
    const auto peer = peers_.find(id.conn);
    entry* e = peer == peers_.end() ? nullptr : &peer->second;
    std::visit([&](auto& m) { over(m, id, e, h, now); }, t);
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::over(asking& t, substream_id id, entry* e, Host& h, instant now) {
    if (e == nullptr) return;
    const error why = t.machine.ended()->why;
    if (why == error{identify::errc::wrong_key}) events_.push(wrong_identity{id.conn});
    if (why) return ask_failed(id.conn, *e, why, now);
    e->question.reset();
    events_.push(identified{id.conn});
    if (learn(id.conn, *e, t.machine.take(), list_source::identify, h, now))
        e->failures = 0;
    else
        ask_again(id.conn, *e, now);
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::over(pushed& t, substream_id id, entry* e, Host& h, instant now) {
    if (e == nullptr) return;
    e->being_pushed = false;
    const error why = t.machine.ended()->why;
    if (why == error{identify::errc::wrong_key}) events_.push(wrong_identity{id.conn});
    if (!why) (void)learn(id.conn, *e, t.machine.take(), list_source::push, h, now);
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::over(answering& t, substream_id id, entry*, Host& h, instant now) {
    if (!t.machine.ended()->why) part(id, false, h, now);
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::over(pushing& t, substream_id id, entry* e, Host& h, instant now) {
    const error why = t.machine.ended()->why;
    if (!why) part(id, true, h, now);
    if (e == nullptr) return;
    if (why) return push_failed(id.conn, *e, why, now);
    e->push.reset();
    if (std::exchange(e->push_again, false))
        pushes_.set(id.conn, after(now, config_.bounds->push_coalesce));
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::over(parting& t, substream_id id, entry* e, Host&, instant now) {
    if (e == nullptr || !t.was_push) return;
    if (!t.machine.was_reset())
        e->push_failures = 0;
    else if (e->push)
        e->push_again = true;
    else
        push_failed(id.conn, *e, identify::errc::reset, now);
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::part(substream_id id, bool was_push, Host& h, instant now) {
    start(id, parting{leaving{after(now, config_.bounds->identify_timeout)}, was_push}, h, now);
}

template <class Crypto>
template <host Host>
bool identify_service<Crypto>::learn(conn_id conn, entry& e, identify::message m,
                                     list_source source, Host& h, instant now) {
    info& said = e.said ? *e.said : e.said.emplace();
    if (source == list_source::push && (m.signed_peer_record || !m.listen_addrs.empty()))
        events_.push(addresses_updated{conn});
    if (m.agent_version) said.agent = std::move(*m.agent_version);
    if (m.protocol_version) said.protocol_version = std::move(*m.protocol_version);
    if (!m.listen_addrs.empty()) said.addresses = std::move(m.listen_addrs);
    if (m.observed) said.observed = std::move(m.observed);
    if (m.signed_peer_record) hear_record(conn, said, *m.signed_peer_record, h, now);
    protocol_knowledge* known = h.knowledge(conn);
    if (known == nullptr) return true;
    auto change = known->listed(std::move(m.protocols));
    const bool accepted = change.accepted;
    if (!accepted || !change.added.empty() || !change.removed.empty())
        events_.push(protocols_updated{conn, source, accepted});
    if (config_.trace && accepted) narrate(change, said.agent, source, conn, now);
    e.removed = change.removed;
    merge(e.changed, std::move(change));
    return accepted;
}

template <class Crypto>
template <host Host>
void identify_service<Crypto>::hear_record(conn_id conn, info& said, byte_view envelope, Host& h,
                                           instant now) {
    const limits& l = *config_.bounds;
    auto heard = wire::open_peer_record(envelope, h.peer(conn), crypto_,
                                        {.bytes = l.identify_part,
                                         .addresses = l.identify_addresses,
                                         .address_length = l.identify_address_length},
                                        config_.routing_state_records);
    if (heard && said.record && heard->seq < said.record->seq) heard = fail(errc::record_outdated);
    said.record_ignored = heard ? error{} : heard.error();
    narrate(heard, conn, now);
    if (heard) said.record = std::move(*heard);
}

template <class Crypto>
void identify_service<Crypto>::narrate(const protocol_knowledge::change& change,
                                       std::string_view agent, list_source source, conn_id conn,
                                       instant now) const {
    const auto joined = [](const std::vector<std::string>& names) {
        std::string all;
        for (const std::string& n : names) (all += all.empty() ? "" : " ") += n;
        return all;
    };
    const std::string added = joined(change.added), removed = joined(change.removed);
    config_.trace({now,
                   static_cast<std::uint64_t>(conn),
                   0,
                   trace_names::identify_list_changed,
                   {{"source", to_string(source)},
                    {"agent", agent},
                    {"added", std::string_view{added}},
                    {"removed", std::string_view{removed}}}});
}

template <class Crypto>
void identify_service<Crypto>::narrate(const result<wire::peer_record>& heard, conn_id conn,
                                       instant now) const {
    if (!config_.trace) return;
    const auto on = static_cast<std::uint64_t>(conn);
    if (heard)
        config_.trace({now,
                       on,
                       0,
                       trace_names::identify_record_believed,
                       {{"addresses", static_cast<std::int64_t>(heard->addresses.size())}}});
    else
        config_.trace({now, on, 0, trace_names::identify_record_ignored, {{"why", heard.error()}}});
}

template <class Crypto>
void identify_service<Crypto>::merge(protocol_knowledge::change& into,
                                     protocol_knowledge::change next) {
    using names = std::vector<std::string>;
    const auto net = [](const names& a, const names& b, const names& c, const names& d) {
        names left, right, both; // (a - b) + (c - d); all sorted
        std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(left));
        std::set_difference(c.begin(), c.end(), d.begin(), d.end(), std::back_inserter(right));
        std::set_union(left.begin(), left.end(), right.begin(), right.end(),
                       std::back_inserter(both));
        return both;
    };
    names added = net(into.added, next.removed, next.added, into.removed);
    into.removed = net(into.removed, next.added, next.removed, into.added);
    into.added = std::move(added);
    into.accepted = next.accepted;
}

} // namespace lp2p::inline v0::service
