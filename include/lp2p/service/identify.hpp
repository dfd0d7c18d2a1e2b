// SPDX-License-Identifier: Apache-2.0 OR MIT
// Identify on every connection of a node: asks, answers, pushes, and asks again after a failure.
//
// One question and one push at a time per connection (js takes no second, H43). A failure changes
// nothing of what is known; only a complete message does (H6). It never answers with an empty
// message. A signed record counts only if the connection's peer signed it; else it is as if none
// had come.
#pragma once

#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/core/trace.hpp>
#include <lp2p/protocol/identify/push.hpp>
#include <lp2p/protocol/identify/requester.hpp>
#include <lp2p/protocol/identify/responder.hpp>
#include <lp2p/service/errc.hpp>
#include <lp2p/service/host.hpp>
#include <lp2p/wire/peer_record.hpp>

#include <map>
#include <variant>

namespace lp2p::inline v0::service {

/// What a list came by.
enum class list_source : std::uint8_t { identify, push };

[[nodiscard]] constexpr std::string_view to_string(list_source s) noexcept {
    return s == list_source::identify ? "identify" : "push";
}

/// The peer said who it is: `identify_service::about(conn)` has it.
struct identified {
    conn_id conn;
};
/// Asking failed; what was known stays, and it is asked again with backoff, but not after an `na`
/// (fault refused).
struct identify_failed {
    conn_id conn;
    error why;
};
/// A list came: `identify_service::take_change(conn)` has what it added and removed.
struct protocols_updated {
    conn_id conn;
    list_source source;
    bool accepted; ///< false: an empty list, nothing changed
};
/// A push said where the peer is: `identify_service::about(conn)` has it. (`identified` says so,
/// too.)
struct addresses_updated {
    conn_id conn;
};
/// The peer's identify names another key than the connection proved: close the connection.
struct wrong_identity {
    conn_id conn;
};

/// What was said last on a connection.
struct identify_info {
    std::string agent;
    std::string protocol_version;
    std::vector<wire::multiaddr> addresses; ///< as it says that it listens, not signed
    std::optional<wire::multiaddr> observed;
    /// The newest record that was said here and that this peer has signed.
    std::optional<wire::peer_record> record;
    error record_ignored; ///< why the last record that came is not `record`, if it is not
};

/// `Crypto` verifies the records of others.
template <class Crypto>
class identify_service {
public:
    using event = late<std::variant<identified, identify_failed, protocols_updated,
                                    addresses_updated, wrong_identity>,
                       Crypto>;
    using info = identify_info;
    struct config {
        const limits* bounds = &default_limits; ///< must outlive the service
        /// Also records as rust's identify signs them (identify.md §5).
        bool routing_state_records = true;
        trace_sink trace{};
    };

    identify_service(config c, Crypto crypto) noexcept
        : config_{c}
        , crypto_{std::move(crypto)} {}

    /// What this node says of itself; a change is pushed, coalesced over `push_coalesce`.
    void announce(identify::message ours, instant now) {
        if (ours == ours_) return;
        ours_ = std::move(ours);
        for (const auto& [conn, e] : peers_)
            if (!pushes_.at(conn)) pushes_.set(conn, after(now, config_.bounds->push_coalesce));
    }
    [[nodiscard]] const identify::message& announced() const noexcept { return ours_; }

    // --- what happens on connections ------------------------------------------------------------
    /// A connection is established; `remote_key` is what it proved, encoded.
    template <host Host>
    void opened(conn_id conn, byte_vector remote_key, Host& h, instant now) {
        const limits& l = *config_.bounds;
        entry& e = peers_.try_emplace(conn, l.pushes_in, l.pushes_out, now).first->second;
        e.remote_key = std::move(remote_key);
        ask(conn, e, h, now);
    }
    void closed(conn_id conn) {
        peers_.erase(conn);
        retries_.erase(conn);
        pushes_.erase(conn);
        for (auto at = talks_.lower_bound({conn, {}});
             at != talks_.end() && at->first.conn == conn;) {
            timeouts_.erase(at->first);
            at = talks_.erase(at);
        }
    }
    /// True where the protocol is ours to serve.
    [[nodiscard]] static bool serves(std::string_view protocol) noexcept {
        return protocol == identify::protocol || protocol == identify::push_protocol;
    }
    /// The remote asks or pushes. A question is answered on any connection, established or not.
    template <host Host>
    void inbound(substream_id id, const std::optional<wire::multiaddr>& observed, Host& h,
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
    /// An `open` succeeded: true where it was this service's.
    template <host Host>
    bool outbound(substream_id id, Host& h, instant now) {
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
    /// An `open` failed.
    template <host Host>
    bool failed(substream_id id, error why, Host&, instant now) {
        const auto at = peers_.find(id.conn);
        if (at == peers_.end()) return false;
        return failed_on(id, at->second, why, now);
    }
    /// Readable or writable: true where the substream is ours.
    template <host Host>
    bool progress(substream_id id, Host& h, instant now) {
        const auto at = talks_.find(id);
        if (at == talks_.end()) return false;
        drive(id, at->second, h, now);
        return true;
    }
    /// The remote ended its direction.
    template <host Host>
    bool finished(substream_id id, end how, Host& h, instant now) {
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
    /// The last that is heard of a substream.
    template <host Host>
    bool ended(substream_id id, error why, Host&, instant now) {
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

    // --- the machine
    // ------------------------------------------------------------------------------
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const {
        return earlier(earlier(retries_.next(), timeouts_.next()), pushes_.next());
    }
    template <host Host>
    void handle_timeout(Host& h, instant now) {
        while (const auto id = timeouts_.expire(now)) {
            const auto at = talks_.find(*id);
            if (at == talks_.end()) continue;
            std::visit([&](auto& t) { t.machine.handle_timeout(now); }, at->second);
            drive(*id, at->second, h, now);
        }
        while (const auto conn = retries_.expire(now))
            if (const auto at = peers_.find(*conn); at != peers_.end())
                ask(*conn, at->second, h, now);
        while (const auto conn = pushes_.expire(now)) push(*conn, h, now);
    }
    /// What the peer said on a connection; null before.
    [[nodiscard]] const info* about(conn_id conn) const noexcept {
        const auto at = peers_.find(conn);
        return at == peers_.end() || !at->second.said ? nullptr : &*at->second.said;
    }
    /// What lists changed since this was last asked.
    [[nodiscard]] protocol_knowledge::change take_change(conn_id conn) {
        const auto at = peers_.find(conn);
        return at == peers_.end() ? protocol_knowledge::change{}
                                  : std::exchange(at->second.changed, {});
    }
    /// What lists took back since this was last asked.
    [[nodiscard]] std::vector<std::string> take_removed(conn_id conn) {
        const auto at = peers_.find(conn);
        return at == peers_.end() ? std::vector<std::string>{}
                                  : std::exchange(at->second.removed, {});
    }
    /// Says everything again to one peer, because it may have forgotten us (H5, H29). Where a push
    /// is under way or the bucket is empty, it follows.
    template <host Host>
    void push(conn_id conn, Host& h, instant now) {
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

private:
    struct asking {
        identify::requester machine;
    };
    struct answering {
        identify::responder machine;
    };
    struct pushing {
        identify::push_sender machine;
    };
    struct pushed {
        identify::push_receiver machine;
    };
    struct parting {
        leaving machine;
        bool was_push;
    };
    using talk = std::variant<asking, answering, pushing, pushed, parting>;
    struct entry {
        entry(bucket_size in, bucket_size out, instant now)
            : pushes_in{in, now}
            , pushes_out{out, now} {}
        byte_vector remote_key;
        std::optional<substream_id> question; ///< ours, open or being opened
        std::optional<substream_id> push;     ///< ours, being opened or written
        bool push_again = false;              ///< something changed meanwhile
        bool being_pushed = false;
        std::uint32_t failures = 0;
        std::uint32_t push_failures = 0;
        token_bucket pushes_in;
        token_bucket pushes_out;
        std::optional<info> said;
        protocol_knowledge::change changed; ///< not taken yet
        std::vector<std::string> removed;   ///< the same, for whoever warns
    };

    [[nodiscard]] identify::requester::config asked_config(const entry& e) const {
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
    [[nodiscard]] identify::responder::config sent_config() const {
        const limits& l = *config_.bounds;
        return {.most = {.first = l.identify_first,
                         .part = l.identify_part,
                         .protocols = l.protocols_sent},
                .timeout = l.identify_timeout};
    }
    /// How long after so many failures in a row it is tried again.
    [[nodiscard]] duration backoff(std::uint32_t failures) const noexcept {
        const limits& l = *config_.bounds;
        const duration least = std::max<duration>(l.identify_retry_least, milliseconds{1});
        return std::min<duration>(least * (1 << std::min(failures, 10U)),
                                  std::max(least, l.identify_retry_most));
    }
    template <host Host>
    result<substream_id> open(conn_id conn, std::string_view protocol, Host& h, instant now) {
        const std::string p{protocol};
        return h.open(conn, std::span{&p, 1}, purpose::identify,
                      after(now, config_.bounds->identify_timeout), confirm::wait, now);
    }
    template <host Host>
    void ask(conn_id conn, entry& e, Host& h, instant now) {
        if (e.question) return;
        const auto id = open(conn, identify::protocol, h, now);
        if (id)
            e.question = *id;
        else
            ask_failed(conn, e, id.error(), now);
    }
    void ask_again(conn_id conn, entry& e, instant now) {
        retries_.set(conn, after(now, backoff(e.failures)));
        e.failures += 1;
    }
    void ask_failed(conn_id conn, entry& e, error why, instant now) {
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
    void push_failed(conn_id conn, entry& e, error why, instant now) {
        e.push.reset();
        e.push_again = false;
        if (why == fault::refused) return;
        pushes_.set(conn, after(now, backoff(e.push_failures)));
        e.push_failures += 1;
    }
    bool failed_on(substream_id id, entry& e, error why, instant now) {
        if (e.question == id)
            ask_failed(id.conn, e, why, now);
        else if (e.push == id)
            push_failed(id.conn, e, why, now);
        else
            return false;
        return true;
    }

    // --- substreams
    // -------------------------------------------------------------------------------
    template <host Host>
    void start(substream_id id, talk t, Host& h, instant now) {
        drive(id, talks_.insert_or_assign(id, std::move(t)).first->second, h, now);
    }
    template <host Host>
    void drive(substream_id id, talk& t, Host& h, instant now) {
        const bool over = std::visit([&](auto& m) { return pump(m.machine, id, h, now); }, t);
        timeouts_.set(id, std::visit([](auto& m) { return m.machine.next_timeout(); }, t));
        if (over) conclude_talk(id, h, now);
    }
    template <host Host>
    void conclude_talk(substream_id id, Host& h, instant now) {
        talk t = std::move(talks_.extract(id).mapped());
        timeouts_.erase(id);
        std::visit([&](auto& m) { conclude(m.machine, id, h, now); }, t);
        const auto peer = peers_.find(id.conn);
        entry* e = peer == peers_.end() ? nullptr : &peer->second;
        std::visit([&](auto& m) { over(m, id, e, h, now); }, t);
    }
    template <host Host>
    void over(asking& t, substream_id id, entry* e, Host& h, instant now) {
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
    template <host Host>
    void over(pushed& t, substream_id id, entry* e, Host& h, instant now) {
        if (e == nullptr) return;
        e->being_pushed = false;
        const error why = t.machine.ended()->why;
        if (why == error{identify::errc::wrong_key}) events_.push(wrong_identity{id.conn});
        if (!why) (void)learn(id.conn, *e, t.machine.take(), list_source::push, h, now);
    }
    template <host Host>
    void over(answering& t, substream_id id, entry*, Host& h, instant now) {
        if (!t.machine.ended()->why) part(id, false, h, now);
    }
    template <host Host>
    void over(pushing& t, substream_id id, entry* e, Host& h, instant now) {
        const error why = t.machine.ended()->why;
        if (!why) part(id, true, h, now);
        if (e == nullptr) return;
        if (why) return push_failed(id.conn, *e, why, now);
        e->push.reset();
        if (std::exchange(e->push_again, false))
            pushes_.set(id.conn, after(now, config_.bounds->push_coalesce));
    }
    /// A push that was reset behind our FIN was perhaps not read: go does so above its rate (H30).
    template <host Host>
    void over(parting& t, substream_id id, entry* e, Host&, instant now) {
        if (e == nullptr || !t.was_push) return;
        if (!t.machine.was_reset())
            e->push_failures = 0;
        else if (e->push)
            e->push_again = true;
        else
            push_failed(id.conn, *e, identify::errc::reset, now);
    }
    template <host Host>
    void part(substream_id id, bool was_push, Host& h, instant now) {
        start(id, parting{leaving{after(now, config_.bounds->identify_timeout)}, was_push}, h, now);
    }

    // --- what they say
    // ----------------------------------------------------------------------------
    /// True where the list of protocols counts.
    template <host Host>
    bool learn(conn_id conn, entry& e, identify::message m, list_source source, Host& h,
               instant now) {
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
    /// A record that is not its peer's, or not signed, leaves no trace but a line of one (§6).
    template <host Host>
    void hear_record(conn_id conn, info& said, byte_view envelope, Host& h, instant now) {
        const limits& l = *config_.bounds;
        auto heard = wire::open_peer_record(envelope, h.peer(conn), crypto_,
                                            {.bytes = l.identify_part,
                                             .addresses = l.identify_addresses,
                                             .address_length = l.identify_address_length},
                                            config_.routing_state_records);
        if (heard && said.record && heard->seq < said.record->seq)
            heard = fail(errc::record_outdated);
        said.record_ignored = heard ? error{} : heard.error();
        narrate(heard, conn, now);
        if (heard) said.record = std::move(*heard);
    }
    /// A list with its names: what a peer speaks is what most faults are about.
    void narrate(const protocol_knowledge::change& change, std::string_view agent,
                 list_source source, conn_id conn, instant now) const {
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
    void narrate(const result<wire::peer_record>& heard, conn_id conn, instant now) const {
        if (!config_.trace) return;
        const auto on = static_cast<std::uint64_t>(conn);
        if (heard)
            config_.trace({now,
                           on,
                           0,
                           trace_names::identify_record_believed,
                           {{"addresses", static_cast<std::int64_t>(heard->addresses.size())}}});
        else
            config_.trace(
                {now, on, 0, trace_names::identify_record_ignored, {{"why", heard.error()}}});
    }
    /// One change after another, as one: what was added and then removed was never there.
    static void merge(protocol_knowledge::change& into, protocol_knowledge::change next) {
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

    config config_;
    Crypto crypto_;
    identify::message ours_;
    std::map<conn_id, entry> peers_;
    std::map<substream_id, talk> talks_;
    deadline_index<substream_id> timeouts_;
    deadline_index<conn_id> retries_;
    deadline_index<conn_id> pushes_;
    event_queue<event> events_;
};

} // namespace lp2p::inline v0::service
