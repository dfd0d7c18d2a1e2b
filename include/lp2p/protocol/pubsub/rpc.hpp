// SPDX-License-Identifier: Apache-2.0 OR MIT
// Reads one pubsub RPC (subscriptions, messages, control) into views, cut to our limits.
//
// It keeps no copy and judges no meaning: signatures, ids and meshes are others' business. What is
// more than a limit allows is left out and counted, or refuses the RPC, as threats.md §2 says.
#pragma once

#include <lp2p/core/limits.hpp>
#include <lp2p/protocol/pubsub/errc.hpp>
#include <lp2p/wire/protobuf.hpp>

#include <vector>

namespace lp2p::inline v0::pubsub {

/// Bounds of what one RPC may bring.
struct rpc_limits {
    std::size_t control = default_limits.rpc_control; ///< bytes of control; over it: refused
    std::size_t messages = default_limits.rpc_messages;
    std::size_t topics = default_limits.topics_per_rpc; ///< SUBSCRIBE, IHAVE, GRAFT, PRUNE, each
    std::size_t topic_length = default_limits.topic_length;
    std::size_t ids = default_limits.ihave_ids; ///< of IHAVE, of IWANT and of IDONTWANT, each
};

/// True where the field was there, be it empty: a field that was not has a null view.
[[nodiscard]] constexpr bool has(byte_view field) noexcept { return field.data() != nullptr; }
[[nodiscard]] constexpr bool has(std::string_view field) noexcept {
    return field.data() != nullptr;
}
/// A field that is there and empty.
inline constexpr std::byte nothing{};
inline constexpr byte_view empty_field{&nothing, 0};

/// A message as on the wire (spec: pubsub, "The Message"). Views; a null view is an absent field.
struct message_view {
    byte_view from;
    byte_view data;
    byte_view seqno;
    std::string_view topic;
    byte_view signature;
    byte_view key;
};

struct subscription_view {
    std::string_view topic;
    bool subscribe = false;
};
/// Some of `rpc::ihave_ids`: `count` of them from `first` on.
struct ihave_view {
    std::string_view topic;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};
struct prune_view {
    std::string_view topic;
    std::uint64_t backoff = 0; ///< seconds, as they came; 0 where there were none
    std::uint32_t peers = 0;   ///< offered by peer exchange, which this version leaves alone
};

/// What was left out because it was over a limit.
struct rpc_cut {
    std::uint32_t subscriptions = 0;
    std::uint32_t messages = 0;
    std::uint32_t control = 0; ///< IHAVE, GRAFT and PRUNE entries
    std::uint32_t ids = 0;
    friend constexpr bool operator==(const rpc_cut&, const rpc_cut&) noexcept = default;
};

/// One RPC. The views point into the bytes it was decoded from.
struct rpc {
    std::vector<subscription_view> subscriptions;
    std::vector<message_view> messages;
    std::vector<ihave_view> ihave;
    std::vector<byte_view> ihave_ids;
    std::vector<byte_view> iwant_ids;
    std::vector<byte_view> idontwant_ids;
    std::vector<std::string_view> graft;
    std::vector<prune_view> prune;
    rpc_cut cut;
    std::size_t control_bytes = 0;

    /// True where it asks nothing and says nothing.
    [[nodiscard]] bool empty() const noexcept;
    /// Empty again, memory kept for the next one.
    void clear() noexcept;
};

/// Reads `bytes` into `out`, which is cleared first.
/// - `malformed_rpc`: no protobuf, or a known field of the wrong type; the stream should be reset.
/// - `control_too_large`: drop this RPC and go on.
/// Repeated `control` fields merge; unknown fields are skipped; of several topics in a message
/// (old multi-topic form) the last one holds.
[[nodiscard]] status decode_rpc(byte_view bytes, const rpc_limits& limits, rpc& out);
[[nodiscard]] result<rpc> decode_rpc(byte_view bytes, const rpc_limits& limits = {});
/// Reads one Message. `malformed_rpc` as above.
[[nodiscard]] result<message_view> decode_message(byte_view bytes) noexcept;

/// Field numbers of the RPC protobuf (spec: pubsub, "The RPC"; gossipsub v1.0, v1.1, v1.2
/// "Protobuf").
namespace field {
enum rpc : std::uint32_t { subscriptions = 1, publish = 2, control = 3 };
enum subscription : std::uint32_t { subscribe = 1, subscription_topic = 2 };
enum message : std::uint32_t { from = 1, data, seqno, topic, signature, key };
enum control : std::uint32_t { ihave = 1, iwant = 2, graft = 3, prune = 4, idontwant = 5 };
enum ihave : std::uint32_t { ihave_topic = 1, ihave_id = 2 };
enum iwant : std::uint32_t { iwant_id = 1 };
enum idontwant : std::uint32_t { idontwant_id = 1 };
enum graft : std::uint32_t { graft_topic = 1 };
enum prune : std::uint32_t { prune_topic = 1, prune_peer = 2, prune_backoff = 3 };
} // namespace field

namespace detail {

/// Walks a message; `each(reader)` reads the fields it knows and says false where one is broken.
template <class Each>
[[nodiscard]] bool walk(byte_view bytes, Each each) {
    auto reader = wire::message_reader::open(bytes);
    if (!reader) return false;
    while (reader->next())
        if (!each(*reader)) return false;
    return true;
}
[[nodiscard]] bool read(wire::message_reader& r, byte_view& to) noexcept;
[[nodiscard]] bool read(wire::message_reader& r, std::string_view& to) noexcept;
[[nodiscard]] bool read(wire::message_reader& r, std::uint64_t& to) noexcept;

/// Fills an rpc, one limit after the other.
class rpc_decoder {
public:
    rpc_decoder(const rpc_limits& limits, rpc& out) noexcept;

    [[nodiscard]] status decode(byte_view bytes);

private:
    [[nodiscard]] bool top(wire::message_reader& r);
    [[nodiscard]] bool subscription(byte_view body);
    [[nodiscard]] bool message(byte_view body);
    [[nodiscard]] bool control(wire::message_reader& r);
    [[nodiscard]] bool ihave(byte_view body);
    [[nodiscard]] bool graft(byte_view body);
    [[nodiscard]] bool prune(byte_view body);
    /// IWANT and IDONTWANT look alike.
    [[nodiscard]] bool ids(byte_view body, std::vector<byte_view>& to);
    [[nodiscard]] bool id(wire::message_reader& r, std::vector<byte_view>& to);
    [[nodiscard]] bool fits(std::string_view topic) const noexcept;
    template <class T>
    bool keep(std::vector<T>& to, const T& entry, std::uint32_t& cut) {
        const bool room = fits(entry.topic) && to.size() < limits_.topics;
        if (room)
            to.push_back(entry);
        else
            ++cut;
        return room;
    }

    const rpc_limits& limits_;
    rpc& out_;
    bool too_large_ = false;
};

} // namespace detail

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "rpc.ipp"
#endif
