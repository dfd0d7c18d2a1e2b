// SPDX-License-Identifier: Apache-2.0 OR MIT
// The bodies of ping.hpp: see there what each does.
#pragma once

#include <lp2p/service/ping.hpp>

namespace lp2p::inline v0::service {

template <class Crypto>
bool ping_service<Crypto>::serves(std::string_view protocol) noexcept {
    return protocol == ping::protocol;
}

template <class Crypto>
template <host Host>
void ping_service<Crypto>::ask(conn_id conn, Host& h, instant now) {
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

template <class Crypto>
void ping_service<Crypto>::closed(conn_id conn) {
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

template <class Crypto>
template <host Host>
void ping_service<Crypto>::inbound(substream_id id, Host& h, instant now) {
    auto& m = echoes_[id];
    m = std::make_unique<ping::listener>(ping::listener::config{}, now);
    drive(id, *m, h, now);
}

template <class Crypto>
template <host Host>
bool ping_service<Crypto>::outbound(substream_id id, Host& h, instant now) {
    asked* a = ours(id);
    if (a == nullptr) return false;
    a->machine = std::make_unique<ping::dialer>(ping::dialer::config{}, now);
    send(*a, h, now);
    return true;
}

template <class Crypto>
bool ping_service<Crypto>::failed(substream_id id, error why) {
    if (ours(id) == nullptr) return false;
    asks_.erase(id.conn);
    events_.push(ping_failed{id.conn, why});
    return true;
}

template <class Crypto>
template <host Host>
bool ping_service<Crypto>::progress(substream_id id, Host& h, instant now) {
    if (asked* a = ours(id); a != nullptr && a->machine) {
        drive(id, *a->machine, h, now);
        return true;
    }
    const auto at = echoes_.find(id);
    if (at == echoes_.end()) return false;
    drive(id, *at->second, h, now);
    return true;
}

template <class Crypto>
template <host Host>
bool ping_service<Crypto>::finished(substream_id id, end how, Host& h, instant now) {
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

template <class Crypto>
bool ping_service<Crypto>::ended(substream_id id, error why) {
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

template <class Crypto>
template <host Host>
void ping_service<Crypto>::handle_timeout(Host& h, instant now) {
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

template <class Crypto>
auto ping_service<Crypto>::ours(substream_id id) -> asked* {
    const auto at = asks_.find(id.conn);
    return at == asks_.end() || at->second.id != id ? nullptr : &at->second;
}

template <class Crypto>
template <host Host>
void ping_service<Crypto>::send(asked& a, Host& h, instant now) {
    ping::payload random{};
    crypto_.random(random);
    (void)a.machine->ping(random, now); // one in flight serves this question too
    a.waiting = true;
    drive(a.id, *a.machine, h, now);
}

template <class Crypto>
template <class Machine, host Host>
void ping_service<Crypto>::drive(substream_id id, Machine& m, Host& h, instant now) {
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

template <class Crypto>
void ping_service<Crypto>::on(substream_id id, const ping::pong& e) {
    if (asked* a = ours(id)) {
        a->waiting = false;
        a->served = true;
    }
    events_.push(pinged{id.conn, e.rtt});
}

template <class Crypto>
void ping_service<Crypto>::on(substream_id id, const ping::ended& e) {
    asked* a = ours(id);
    if (a == nullptr || !e.why.why) return;
    const bool closed = e.why.why == fault::closed;
    if (closed && !a->waiting) return;
    a->again = closed && a->served;
    if (!a->again) events_.push(ping_failed{id.conn, e.why.why});
}

} // namespace lp2p::inline v0::service
