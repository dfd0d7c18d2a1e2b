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
    void announce(identify::message ours, instant now);
    [[nodiscard]] const identify::message& announced() const noexcept { return ours_; }

    // --- what happens on connections ------------------------------------------------------------
    /// A connection is established; `remote_key` is what it proved, encoded.
    template <host Host>
    void opened(conn_id conn, byte_vector remote_key, Host& h, instant now);
    void closed(conn_id conn);
    /// True where the protocol is ours to serve.
    [[nodiscard]] static bool serves(std::string_view protocol) noexcept;
    /// The remote asks or pushes. A question is answered on any connection, established or not.
    template <host Host>
    void inbound(substream_id id, const std::optional<wire::multiaddr>& observed, Host& h,
                 instant now);
    /// An `open` succeeded: true where it was this service's.
    template <host Host>
    bool outbound(substream_id id, Host& h, instant now);
    /// An `open` failed.
    template <host Host>
    bool failed(substream_id id, error why, Host&, instant now);
    /// Readable or writable: true where the substream is ours.
    template <host Host>
    bool progress(substream_id id, Host& h, instant now);
    /// The remote ended its direction.
    template <host Host>
    bool finished(substream_id id, end how, Host& h, instant now);
    /// The last that is heard of a substream.
    template <host Host>
    bool ended(substream_id id, error why, Host&, instant now);

    // --- the machine ----------------------------------------------------------------------------
    [[nodiscard]] std::optional<event> poll_event() { return events_.poll(); }
    [[nodiscard]] std::optional<instant> next_timeout() const;
    template <host Host>
    void handle_timeout(Host& h, instant now);
    /// What the peer said on a connection; null before.
    [[nodiscard]] const info* about(conn_id conn) const noexcept;
    /// What lists changed since this was last asked.
    [[nodiscard]] protocol_knowledge::change take_change(conn_id conn);
    /// What lists took back since this was last asked.
    [[nodiscard]] std::vector<std::string> take_removed(conn_id conn);
    /// Says everything again to one peer, because it may have forgotten us (H5, H29). Where a push
    /// is under way or the bucket is empty, it follows.
    template <host Host>
    void push(conn_id conn, Host& h, instant now);

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

    [[nodiscard]] identify::requester::config asked_config(const entry& e) const;
    [[nodiscard]] identify::responder::config sent_config() const;
    /// How long after so many failures in a row it is tried again.
    [[nodiscard]] duration backoff(std::uint32_t failures) const noexcept;
    template <host Host>
    result<substream_id> open(conn_id conn, std::string_view protocol, Host& h, instant now);
    template <host Host>
    void ask(conn_id conn, entry& e, Host& h, instant now);
    void ask_again(conn_id conn, entry& e, instant now);
    void ask_failed(conn_id conn, entry& e, error why, instant now);
    void push_failed(conn_id conn, entry& e, error why, instant now);
    bool failed_on(substream_id id, entry& e, error why, instant now);

    // --- substreams -----------------------------------------------------------------------------
    template <host Host>
    void start(substream_id id, talk t, Host& h, instant now);
    template <host Host>
    void drive(substream_id id, talk& t, Host& h, instant now);
    template <host Host>
    void conclude_talk(substream_id id, Host& h, instant now);
    template <host Host>
    void over(asking& t, substream_id id, entry* e, Host& h, instant now);
    template <host Host>
    void over(pushed& t, substream_id id, entry* e, Host& h, instant now);
    template <host Host>
    void over(answering& t, substream_id id, entry*, Host& h, instant now);
    template <host Host>
    void over(pushing& t, substream_id id, entry* e, Host& h, instant now);
    /// A push that was reset behind our FIN was perhaps not read: go does so above its rate (H30).
    template <host Host>
    void over(parting& t, substream_id id, entry* e, Host&, instant now);
    template <host Host>
    void part(substream_id id, bool was_push, Host& h, instant now);

    // --- what they say --------------------------------------------------------------------------
    /// True where the list of protocols counts.
    template <host Host>
    bool learn(conn_id conn, entry& e, identify::message m, list_source source, Host& h,
               instant now);
    /// A record that is not its peer's, or not signed, leaves no trace but a line of one (§6).
    template <host Host>
    void hear_record(conn_id conn, info& said, byte_view envelope, Host& h, instant now);
    /// A list with its names: what a peer speaks is what most faults are about.
    void narrate(const protocol_knowledge::change& change, std::string_view agent,
                 list_source source, conn_id conn, instant now) const;
    void narrate(const result<wire::peer_record>& heard, conn_id conn, instant now) const;
    /// One change after another, as one: what was added and then removed was never there.
    static void merge(protocol_knowledge::change& into, protocol_knowledge::change next);

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

#ifndef LP2P_SEPARATE_COMPILATION
#include "identify.ipp"
#endif
