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

    [[nodiscard]] static bool serves(std::string_view protocol) noexcept;
    /// Measures one round trip; `pinged` or `ping_failed` follows. A ping that runs serves.
    template <host Host>
    void ask(conn_id conn, Host& h, instant now);
    void closed(conn_id conn);
    template <host Host>
    void inbound(substream_id id, Host& h, instant now);
    template <host Host>
    bool outbound(substream_id id, Host& h, instant now);
    bool failed(substream_id id, error why);
    template <host Host>
    bool progress(substream_id id, Host& h, instant now);
    template <host Host>
    bool finished(substream_id id, end how, Host& h, instant now);
    bool ended(substream_id id, error why);
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const { return timeouts_.next(); }
    template <host Host>
    void handle_timeout(Host& h, instant now);

private:
    struct asked {
        substream_id id{};
        std::unique_ptr<ping::dialer> machine; ///< nothing while the stream is being opened
        bool waiting = false;                  ///< a question has no answer yet
        bool served = false;                   ///< it has answered before
        bool again = false;                    ///< ended by the other side under a question
    };

    asked* ours(substream_id id);
    template <host Host>
    void send(asked& a, Host& h, instant now);
    template <class Machine, host Host>
    void drive(substream_id id, Machine& m, Host& h, instant now);
    void on(substream_id id, const ping::pong& e);
    /// go ends every ping stream after 30 s: nobody's failure, a question under way is asked again
    /// on a new stream, once.
    void on(substream_id id, const ping::ended& e);

    Crypto crypto_;
    std::map<conn_id, asked> asks_;
    std::map<substream_id, std::unique_ptr<ping::listener>> echoes_;
    deadline_index<substream_id> timeouts_;
    event_queue<event> events_;
};

} // namespace lp2p::inline v0::service

#ifndef LP2P_SEPARATE_COMPILATION
#include "ping.ipp"
#endif
