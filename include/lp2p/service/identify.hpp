// SPDX-License-Identifier: Apache-2.0 OR MIT
// Identify on every connection of a node: asks, answers, pushes, and asks again after a failure.
//
// One question at a time per connection (js takes no second, H43). A failure changes nothing of what
// is known; only a complete message does (H6). It never answers with an empty message.
#pragma once

#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/identify/push.hpp>
#include <lp2p/protocol/identify/requester.hpp>
#include <lp2p/protocol/identify/responder.hpp>
#include <lp2p/service/errc.hpp>
#include <lp2p/service/host.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <variant>

namespace lp2p::inline v0::service {

/// What a list came by.
enum class list_source : std::uint8_t { identify, push };

[[nodiscard]] constexpr std::string_view to_string(list_source s) noexcept {
    return s == list_source::identify ? "identify" : "push";
}

/// The peer said who it is: `identify::info(conn)` has it.
struct identified {
    conn_id conn;
};
/// Asking failed; what was known stays, and it is asked again with backoff.
struct identify_failed {
    conn_id conn;
    error why;
};
/// A list came: `identify::take_change(conn)` has what it added and removed.
struct protocols_updated {
    conn_id conn;
    list_source source;
    bool accepted; ///< false: an empty list, nothing changed
};
/// The peer's identify names another key than the connection proved: close the connection.
struct wrong_identity {
    conn_id conn;
};

class identify_service {
public:
    using event = std::variant<identified, identify_failed, protocols_updated, wrong_identity>;
    struct config {
        const limits* bounds = &default_limits; ///< must outlive the service
    };
    /// What was said last on a connection.
    struct info {
        std::string agent;
        std::string protocol_version;
        std::vector<wire::multiaddr> addresses;
        std::optional<wire::multiaddr> observed;
    };

    explicit identify_service(config c) noexcept : config_{c} {}

    /// What this node says of itself; a change is pushed, coalesced over `push_coalesce`.
    void announce(identify::message ours, instant now) {
        const bool changed = !(ours == ours_);
        ours_ = std::move(ours);
        if (!changed || peers_.empty()) return;
        if (!push_at_) push_at_ = after(now, config_.bounds->push_coalesce);
    }
    [[nodiscard]] const identify::message& announced() const noexcept { return ours_; }

    // --- what happens on connections ------------------------------------------------------------
    template <host Host>
    void opened(conn_id conn, byte_vector remote_key, Host& h, instant now) {
        entry& e = peers_.try_emplace(conn, config_.bounds->pushes_in, config_.bounds->pushes_out,
                                      now)
                       .first->second;
        e.remote_key = std::move(remote_key);
        ask(conn, e, h, now);
    }
    void closed(conn_id conn) {
        peers_.erase(conn);
        std::erase_if(talks_, [&](const auto& t) { return t.first.conn == conn; });
        retries_.erase(conn);
    }
    /// True where the protocol is ours to serve.
    [[nodiscard]] static bool serves(std::string_view protocol) noexcept {
        return protocol == identify::protocol || protocol == identify::push_protocol;
    }
    template <host Host>
    void inbound(substream_id id, const std::optional<wire::multiaddr>& observed, Host& h,
                 instant now) {
        if (h.protocol(id) == identify::protocol) {
            identify::message say = ours_;
            say.observed = observed;
            start(id, responding{identify::responder{say, sent_config(), now}}, h, now);
            return;
        }
        const auto at = peers_.find(id.conn);
        if (at == peers_.end() || at->second.pushing_in || !at->second.pushes_in.take(now)) {
            h.reset(id, 0, now);
            return;
        }
        at->second.pushing_in = true;
        start(id, receiving{identify::push_receiver{asked_config(at->second), now}}, h, now);
    }
    /// True where the substream was one that this service opened.
    template <host Host>
    bool outbound(substream_id id, Host& h, instant now) {
        const auto at = peers_.find(id.conn);
        if (at == peers_.end()) return false;
        entry& e = at->second;
        if (e.asking == id) {
            start(id, asking{identify::requester{asked_config(e), now}}, h, now);
            return true;
        }
        if (e.pushing == id) {
            identify::message say = ours_;
            start(id, responding{identify::push_sender{say, sent_config(), now}}, h, now);
            e.pushing.reset();
            return true;
        }
        return false;
    }
    template <host Host>
    bool failed(substream_id id, error why, Host& h, instant now) {
        const auto at = peers_.find(id.conn);
        if (at == peers_.end()) return false;
        entry& e = at->second;
        if (e.pushing == id) {
            e.pushing.reset();
            return true;
        }
        if (e.asking != id) return false;
        ask_failed(id.conn, e, why, h, now);
        return true;
    }
    /// Readable, writable, finished: true where the substream is ours.
    template <host Host>
    bool progress(substream_id id, Host& h, instant now) {
        const auto at = talks_.find(id);
        if (at == talks_.end()) return false;
        drive(at->first, *at->second, h, now);
        return true;
    }
    template <host Host>
    bool finished(substream_id id, end how, Host& h, instant now) {
        const auto at = talks_.find(id);
        if (at == talks_.end()) return false;
        talk& t = *at->second;
        std::visit([&](auto& m) { (void)pump(m.machine, id, h, now); }, t);
        std::visit([&](auto& m) { m.machine.receive_end(how, now); }, t);
        drive(id, t, h, now);
        return true;
    }
    /// The last that is heard of a substream.
    template <host Host>
    bool ended(substream_id id, error why, Host& h, instant now) {
        const auto at = talks_.find(id);
        if (at == talks_.end()) return false;
        const bool asked = std::holds_alternative<asking>(*at->second);
        const bool pushed = std::holds_alternative<receiving>(*at->second);
        talks_.erase(at);
        const auto peer = peers_.find(id.conn);
        if (peer == peers_.end()) return true;
        if (pushed) peer->second.pushing_in = false;
        if (asked && peer->second.asking == id) ask_failed(id.conn, peer->second, why, h, now);
        return true;
    }

    // --- the machine ------------------------------------------------------------------------------
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const {
        return earlier(earlier(retries_.next(), timeouts_.next()), push_at_);
    }
    template <host Host>
    void handle_timeout(Host& h, instant now) {
        while (const auto id = timeouts_.expire(now)) {
            const auto at = talks_.find(*id);
            if (at == talks_.end()) continue;
            std::visit([&](auto& m) { m.machine.handle_timeout(now); }, *at->second);
            drive(*id, *at->second, h, now);
        }
        while (const auto conn = retries_.expire(now)) {
            const auto at = peers_.find(*conn);
            if (at != peers_.end()) ask(*conn, at->second, h, now);
        }
        if (push_at_ && now >= *push_at_) push_all(h, now);
    }
    [[nodiscard]] const info* about(conn_id conn) const noexcept {
        const auto at = peers_.find(conn);
        return at == peers_.end() || !at->second.said ? nullptr : &*at->second.said;
    }
    /// What the last list changed; once.
    [[nodiscard]] protocol_knowledge::change take_change(conn_id conn) {
        const auto at = peers_.find(conn);
        return at == peers_.end() ? protocol_knowledge::change{}
                                  : std::exchange(at->second.changed, {});
    }
    /// Says everything again to one peer, because it may have forgotten us (H5, H29).
    template <host Host>
    void push(conn_id conn, Host& h, instant now) {
        const auto at = peers_.find(conn);
        if (at == peers_.end() || at->second.pushing) return;
        if (!at->second.pushes_out.take(now)) {
            push_at_ = earlier(push_at_, at->second.pushes_out.ready_at(now));
            at->second.push_due = true;
            return;
        }
        at->second.push_due = false;
        const std::string p{identify::push_protocol};
        const auto id = h.open(conn, std::span{&p, 1}, purpose::identify,
                               after(now, config_.bounds->identify_timeout), confirm::wait, now);
        if (id) at->second.pushing = *id;
    }

private:
    struct asking {
        identify::requester machine;
    };
    struct responding {
        identify::responder machine;
    };
    struct receiving {
        identify::push_receiver machine;
    };
    using talk = std::variant<asking, responding, receiving>;
    struct entry {
        entry(bucket_size in, bucket_size out, instant now)
            : pushes_in{in, now}, pushes_out{out, now} {}
        byte_vector remote_key;
        std::optional<substream_id> asking;  ///< our question, open or being opened
        std::optional<substream_id> pushing; ///< our push, being opened
        bool pushing_in = false;
        bool push_due = false;
        std::uint32_t failures = 0;
        token_bucket pushes_in;
        token_bucket pushes_out;
        std::optional<info> said;
        protocol_knowledge::change changed;
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
    template <host Host>
    void ask(conn_id conn, entry& e, Host& h, instant now) {
        if (e.asking) return;
        const std::string p{identify::protocol};
        const auto id = h.open(conn, std::span{&p, 1}, purpose::identify,
                               after(now, config_.bounds->identify_timeout), confirm::wait, now);
        if (id) e.asking = *id;
        else ask_failed(conn, e, id.error(), h, now);
    }
    /// Retried with a doubling wait while the connection lives; an explicit `na` is an answer and is
    /// not asked again.
    template <host Host>
    void ask_failed(conn_id conn, entry& e, error why, Host&, instant now) {
        e.asking.reset();
        events_.push(identify_failed{conn, why});
        if (why == fault::refused) return;
        const auto least = config_.bounds->identify_retry_least;
        const duration wait =
            std::min<duration>(least * (1 << std::min(e.failures, 10U)),
                               config_.bounds->identify_retry_most);
        e.failures += 1;
        retries_.set(conn, after(now, wait));
    }
    template <host Host>
    void start(substream_id id, talk t, Host& h, instant now) {
        const auto at = talks_.insert_or_assign(id, std::make_unique<talk>(std::move(t))).first;
        drive(id, *at->second, h, now);
    }
    template <host Host>
    void drive(substream_id id, talk& t, Host& h, instant now) {
        const bool over = std::visit([&](auto& m) { return pump(m.machine, id, h, now); }, t);
        timeouts_.set(id, std::visit([](auto& m) { return m.machine.next_timeout(); }, t));
        if (over) conclude_talk(id, h, now);
    }
    template <host Host>
    void conclude_talk(substream_id id, Host& h, instant now) {
        const auto at = talks_.find(id);
        const std::unique_ptr<talk> t = std::move(at->second);
        talks_.erase(at);
        timeouts_.erase(id);
        std::visit([&](auto& m) { conclude(m.machine, id, h, now); }, *t);
        const auto peer = peers_.find(id.conn);
        if (peer == peers_.end()) return;
        if (auto* a = std::get_if<asking>(t.get())) {
            if (a->machine.ended()->why)
                return check_failure(id.conn, peer->second, a->machine.ended()->why, h, now);
            peer->second.asking.reset();
            peer->second.failures = 0;
            learn(id.conn, peer->second, a->machine.take(), list_source::identify, h);
        } else if (auto* r = std::get_if<receiving>(t.get())) {
            peer->second.pushing_in = false;
            if (r->machine.ended()->why == error{identify::errc::wrong_key})
                events_.push(wrong_identity{id.conn});
            else if (!r->machine.ended()->why)
                learn(id.conn, peer->second, r->machine.take(), list_source::push, h);
        }
    }
    template <host Host>
    void check_failure(conn_id conn, entry& e, error why, Host& h, instant now) {
        if (why == error{identify::errc::wrong_key}) events_.push(wrong_identity{conn});
        ask_failed(conn, e, why, h, now);
    }
    template <host Host>
    void learn(conn_id conn, entry& e, identify::message m, list_source source, Host& h) {
        info& said = e.said ? *e.said : e.said.emplace();
        if (m.agent_version) said.agent = std::move(*m.agent_version);
        if (m.protocol_version) said.protocol_version = std::move(*m.protocol_version);
        if (!m.listen_addrs.empty()) said.addresses = std::move(m.listen_addrs);
        if (m.observed) said.observed = std::move(m.observed);
        if (source == list_source::identify) events_.push(identified{conn});
        protocol_knowledge* known = h.knowledge(conn);
        if (known == nullptr) return;
        e.changed = known->listed(std::move(m.protocols));
        const bool news = !e.changed.added.empty() || !e.changed.removed.empty();
        if (news || !e.changed.accepted)
            events_.push(protocols_updated{conn, source, e.changed.accepted});
    }
    template <host Host>
    void push_all(Host& h, instant now) {
        const bool all = push_at_.has_value();
        push_at_.reset();
        std::vector<conn_id> to;
        for (const auto& [conn, e] : peers_)
            if (all || e.push_due) to.push_back(conn);
        for (const conn_id conn : to) {
            const protocol_knowledge* known = h.knowledge(conn);
            if (known != nullptr && known->of(identify::push_protocol) != support::unsupported)
                push(conn, h, now);
        }
    }

    config config_;
    identify::message ours_;
    std::map<conn_id, entry> peers_;
    std::map<substream_id, std::unique_ptr<talk>> talks_;
    deadline_index<substream_id> timeouts_;
    deadline_index<conn_id> retries_;
    std::optional<instant> push_at_;
    event_queue<event> events_;
};

} // namespace lp2p::inline v0::service
