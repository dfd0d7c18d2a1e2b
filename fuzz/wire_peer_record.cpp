// SPDX-License-Identifier: Apache-2.0 OR MIT
// Peer records, bare and in envelopes: what is kept is within the bounds, is written and read again
// the same, and counts only for the peer that signed it.
#include <lp2p/wire/peer_record.hpp>

#include "support/law.hpp"
#include "tests/support/null_crypto.hpp"

using namespace lp2p;
using fuzz::law;

namespace {

const wire::record_bounds small{.bytes = 2048, .addresses = 4, .address_length = 48};

void check(const wire::peer_record& r) {
    law(!r.peer.empty() && r.addresses.size() <= small.addresses);
    for (const auto& a : r.addresses) {
        law(!a.empty() && a.bytes().size() <= small.address_length);
        const auto named = a.peer();
        law(!named || *named == r.peer);
    }
    auto again = wire::peer_record::decode(r.encode(), small);
    law(again && again->left_out == 0);
    again->left_out = r.left_out;
    law(*again == r);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view in = fuzz::input(data, size);
    const auto bare = wire::peer_record::decode(in, small);
    if (bare) check(*bare);

    // Signed by us: it counts where it is a record of ours.
    const test::null_crypto crypto{1};
    const auto key = crypto.generate(crypto::key_type::ed25519).value();
    const wire::public_key public_key{key.type(), to_vector(key.public_data())};
    const auto me = wire::peer_id::of(public_key, crypto);
    for (const auto form : {wire::record_form::peer_record, wire::record_form::routing_state}) {
        const auto s = wire::signing_of(form);
        const auto sealed =
            wire::seal_envelope(s.domain, as_bytes(s.payload_type), in, key, crypto);
        const auto opened = wire::open_peer_record(*sealed, me, crypto, small);
        const bool fits = sealed->size() <= small.bytes;
        law(opened.has_value() == (fits && bare && bare->peer == me));
    }
    if (bare) {
        auto ours = *bare;
        ours.peer = me;
        const auto opened =
            wire::open_peer_record(*wire::seal_peer_record(ours, key, crypto), me, crypto);
        law(opened && opened->seq == ours.seq);
    }

    // An envelope of theirs: nobody here can have signed it.
    law(!wire::open_peer_record(in, me, crypto, small));
    return 0;
}
