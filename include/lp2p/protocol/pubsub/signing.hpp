// SPDX-License-Identifier: Apache-2.0 OR MIT
// Which messages a policy lets in, and how they are signed and verified.
//
// What is signed, verified and forwarded is one canonical encoding of fields 1 to 4, so that what
// verifies here verifies in go, rust and js (hazard H36). The form is checked without any crypto.
#pragma once

#include <lp2p/core/time.hpp>
#include <lp2p/protocol/pubsub/rpc_encode.hpp>
#include <lp2p/wire/cursor.hpp>
#include <lp2p/wire/peer_id.hpp>

namespace lp2p::inline v0::pubsub {

/// spec: pubsub, "Signature Policy Options". Everybody in a topic must use the same.
enum class signature_policy : std::uint8_t {
    strict_sign,    ///< author, 8-byte sequence number and signature, else refused
    strict_no_sign, ///< none of author, sequence number, signature, key, else refused
};

/// Before the bytes that are signed (spec: pubsub, "Message Signing").
inline constexpr std::string_view signing_prefix = "libp2p-pubsub:";

/// Whether a message of a peer has the form that the policy asks for; needs no crypto.
/// `no_topic`, `unexpected_field`, `no_author`, `bad_author`, `own_author`, `bad_seqno`,
/// `missing_signature`, `bad_key` (a key that is there but empty).
[[nodiscard]] status check_form(signature_policy policy, const message_view& m,
                                byte_view local_peer) noexcept;

/// The bytes that a signature covers.
[[nodiscard]] byte_vector signed_bytes(const message_view& m);

/// Checks the signature of a message whose form was checked. `bad_key`, `no_key`, `key_mismatch`,
/// `bad_signature`, `unsupported_key`.
template <class Crypto>
[[nodiscard]] status verify(const message_view& m, const Crypto& crypto);

/// A message of our own; owns everything but the data and the topic.
struct own_message {
    byte_vector from;
    byte_view data;
    byte_vector seqno;
    std::string_view topic;
    byte_vector signature;
    byte_vector key;

    /// Absent where empty, but for the data. Valid as long as this message and what it borrows.
    [[nodiscard]] message_view view() const noexcept;
};

/// A message signed by `identity`, whose id is `author`. `signing_failed`.
template <class Crypto>
[[nodiscard]] result<own_message>
sign(const Crypto& crypto, const typename Crypto::private_key& identity,
     const wire::peer_id& author, std::uint64_t seqno, std::string_view topic, byte_view data);

/// Numbers for our messages: they rise, also from one run of a node to the next as long as fewer
/// than a thousand million were sent in each second between.
class sequence {
public:
    explicit sequence(unix_time now) noexcept;
    [[nodiscard]] std::uint64_t next() noexcept { return ++last_; }

private:
    std::uint64_t last_;
};

namespace detail {

/// The key that a message must be signed with.
template <class Crypto>
[[nodiscard]] result<wire::public_key> author_key(const message_view& m, const Crypto& crypto) {
    const auto author = wire::peer_id::from_bytes(m.from);
    if (!author) return fail(errc::bad_author);
    if (!has(m.key)) {
        auto key = author->inline_key();
        if (!key) return fail(errc::no_key);
        return key;
    }
    auto key = wire::public_key::decode(m.key);
    if (!key) return fail(errc::bad_key);
    if (wire::peer_id::of(*key, crypto) != *author) return fail(errc::key_mismatch);
    return key;
}

} // namespace detail

template <class Crypto>
status verify(const message_view& m, const Crypto& crypto) {
    const auto key = detail::author_key(m, crypto);
    if (!key) return fail(key.error());
    const status holds = crypto.verify(key->type, key->data, signed_bytes(m), m.signature);
    if (holds) return {};
    if (holds.error() == error{crypto::errc::unsupported_key_type})
        return fail(errc::unsupported_key);
    return fail(errc::bad_signature);
}

template <class Crypto>
result<own_message> sign(const Crypto& crypto, const typename Crypto::private_key& identity,
                         const wire::peer_id& author, std::uint64_t seqno, std::string_view topic,
                         byte_view data) {
    own_message m;
    m.from = to_vector(author.bytes());
    m.data = data;
    m.seqno.resize(8);
    wire::store_u64(seqno, m.seqno.data());
    m.topic = topic;
    auto signature = crypto.sign(identity, signed_bytes(m.view()));
    if (!signature) return fail(errc::signing_failed);
    m.signature = std::move(*signature);
    if (!author.inline_key())
        m.key = wire::public_key{identity.type(), to_vector(identity.public_data())}.encode();
    return m;
}

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "signing.ipp"
#endif
