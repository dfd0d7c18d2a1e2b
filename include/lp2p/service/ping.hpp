// SPDX-License-Identifier: Apache-2.0 OR MIT
// Ping on every connection of a node: echoes, and measures round trips when asked.
//
// One stream of ours per connection, kept for the next ping (go serves two per peer). A failed ping
// ends that stream only; whether the connection lives is yamux's question, not this one's (R9).
#pragma once

#include <lp2p/core/deadlines.hpp>
#include <lp2p/core/event_queue.hpp>
#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/ping/ping.hpp>
#include <lp2p/service/host.hpp>

#include <map>
#include <memory>
#include <variant>

namespace lp2p::inline v0::service {

struct pinged {
    conn_id conn;
    duration rtt;
};
struct ping_failed {
    conn_id conn;
    error why;
};

/// `Crypto` gives the random payloads.
template <class Crypto>
class ping_service {
public:
    using event = late<std::variant<pinged, ping_failed>, Crypto>;

    explicit ping_service(Crypto crypto)
        : crypto_{std::move(crypto)} {}

    [[nodiscard]] static bool serves(std::string_view protocol) noexcept {
        return protocol == ping::protocol;
    }
    /// Measures one round trip; `pinged` or `ping_failed` follows. A ping that runs serves.
    template <host Host>
    void ask(conn_id conn, Host& h, instant now) {
        auto [at, fresh] = asks_.try_emplace(conn);
        if (!fresh && at->second.machine) {
            send(at->second, h, now);
            return;
        }
        if (!fresh) return;
        const std::string p{ping::protocol};
        const auto id = h.open(conn, std::span{&p, 1}, purpose::ping,
                               after(now, default_limits.open_timeout), confirm::wait, now);
        if (id) {
            at->second.id = *id;
            return;
        }
        asks_.erase(at);
        events_.push(ping_failed{conn, id.error()});
    }
    void closed(conn_id conn) {
        if (const auto at = asks_.find(conn); at != asks_.end()) {
            timeouts_.erase(at->second.id);
            asks_.erase(at);
        }
        std::erase_if(echoes_, [&](const auto& e) {
            if (e.first.conn != conn) return false;
            timeouts_.erase(e.first);
            return true;
        });
    }
    template <host Host>
    void inbound(substream_id id, Host& h, instant now) {
        auto& m = echoes_[id];
        m = std::make_unique<ping::listener>(ping::listener::config{}, now);
        drive(id, *m, h, now);
    }
    template <host Host>
    bool outbound(substream_id id, Host& h, instant now) {
        asked* a = ours(id);
        if (a == nullptr) return false;
        a->machine = std::make_unique<ping::dialer>(ping::dialer::config{}, now);
        send(*a, h, now);
        return true;
    }
    bool failed(substream_id id, error why) {
        if (ours(id) == nullptr) return false;
        asks_.erase(id.conn);
        events_.push(ping_failed{id.conn, why});
        return true;
    }
    template <host Host>
    bool progress(substream_id id, Host& h, instant now) {
        if (asked* a = ours(id); a != nullptr && a->machine) {
            drive(id, *a->machine, h, now);
            return true;
        }
        const auto at = echoes_.find(id);
        if (at == echoes_.end()) return false;
        drive(id, *at->second, h, now);
        return true;
    }
    template <host Host>
    bool finished(substream_id id, end how, Host& h, instant now) {
        if (asked* a = ours(id); a != nullptr && a->machine) {
            (void)pump(*a->machine, id, h, now);
            a->machine->receive_end(how, now);
            drive(id, *a->machine, h, now);
            return true;
        }
        const auto at = echoes_.find(id);
        if (at == echoes_.end()) return false;
        (void)pump(*at->second, id, h, now);
        at->second->receive_end(how, now);
        drive(id, *at->second, h, now);
        return true;
    }
    bool ended(substream_id id, error why) {
        if (ours(id) != nullptr) {
            const bool waiting = asks_[id.conn].machine && asks_[id.conn].machine->in_flight();
            asks_.erase(id.conn);
            timeouts_.erase(id);
            if (waiting) events_.push(ping_failed{id.conn, why});
            return true;
        }
        timeouts_.erase(id);
        return echoes_.erase(id) != 0;
    }
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const { return timeouts_.next(); }
    template <host Host>
    void handle_timeout(Host& h, instant now) {
        while (const auto id = timeouts_.expire(now)) {
            if (asked* a = ours(*id); a != nullptr && a->machine) {
                a->machine->handle_timeout(now);
                drive(*id, *a->machine, h, now);
            } else if (const auto at = echoes_.find(*id); at != echoes_.end()) {
                at->second->handle_timeout(now);
                drive(*id, *at->second, h, now);
            }
        }
    }

private:
    struct asked {
        substream_id id{};
        std::unique_ptr<ping::dialer> machine; ///< nothing while the stream is being opened
        bool waiting = false;                  ///< a question has no answer yet
        bool served = false;                   ///< it has answered before
        bool again = false;                    ///< ended by the other side under a question
    };

    asked* ours(substream_id id) {
        const auto at = asks_.find(id.conn);
        return at == asks_.end() || at->second.id != id ? nullptr : &at->second;
    }
    template <host Host>
    void send(asked& a, Host& h, instant now) {
        ping::payload random{};
        crypto_.random(random);
        (void)a.machine->ping(random, now); // one in flight serves this question too
        a.waiting = true;
        drive(a.id, *a.machine, h, now);
    }
    template <class Machine, host Host>
    void drive(substream_id id, Machine& m, Host& h, instant now) {
        const bool over = pump(m, id, h, now);
        while (auto e = m.poll_event()) std::visit([&](const auto& told) { on(id, told); }, *e);
        timeouts_.set(id, m.next_timeout());
        if (!over) return;
        const auto how = m.wants_end();
        timeouts_.erase(id);
        const asked* a = ours(id);
        const bool again = a != nullptr && a->again;
        if (a != nullptr)
            asks_.erase(id.conn);
        else
            echoes_.erase(id);
        if (how && how->how == end::reset)
            h.reset(id, how->code, now);
        else if (how)
            h.finish(id, now);
        if (again) ask(id.conn, h, now);
    }
    void on(substream_id id, const ping::pong& e) {
        if (asked* a = ours(id)) {
            a->waiting = false;
            a->served = true;
        }
        events_.push(pinged{id.conn, e.rtt});
    }
    /// go ends every ping stream after 30 s: nobody's failure, a question under way is asked again
    /// on a new stream, once.
    void on(substream_id id, const ping::ended& e) {
        asked* a = ours(id);
        if (a == nullptr || !e.why.why) return;
        const bool closed = e.why.why == fault::closed;
        if (closed && !a->waiting) return;
        a->again = closed && a->served;
        if (!a->again) events_.push(ping_failed{id.conn, e.why.why});
    }

    Crypto crypto_;
    std::map<conn_id, asked> asks_;
    std::map<substream_id, std::unique_ptr<ping::listener>> echoes_;
    deadline_index<substream_id> timeouts_;
    event_queue<event> events_;
};

} // namespace lp2p::inline v0::service
