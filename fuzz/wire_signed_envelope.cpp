// SPDX-License-Identifier: Apache-2.0 OR MIT
// Signed envelopes: what is read is written and read again the same, and no signature holds for
// anything that was not signed.
#include <lp2p/wire/signed_envelope.hpp>

#include "support/law.hpp"
#include "tests/support/null_crypto.hpp"

#include <lp2p/crypto/botan.hpp>

using namespace lp2p;
using fuzz::law;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view in = fuzz::input(data, size);
    const auto e = wire::signed_envelope::decode(in);
    if (!e) return 0;
    const byte_vector written = e->encode();
    const auto again = wire::signed_envelope::decode(written);
    law(again && equal(again->public_key, e->public_key) &&
        equal(again->payload_type, e->payload_type) && equal(again->payload, e->payload) &&
        equal(again->signature, e->signature));

    const crypto::botan botan; // the corpus has real signatures
    for (const std::string_view domain : {"libp2p-peer-record", "libp2p-routing-state"}) {
        if (!wire::verify_envelope(*e, domain, botan)) continue;
        auto changed = *e;
        const byte_vector other = to_vector(in);
        changed.payload = other;
        law(!wire::verify_envelope(changed, domain, botan));
    }

    const test::null_crypto crypto{1};
    const auto key = crypto.generate(crypto::key_type::ed25519).value();
    const auto sealed = wire::seal_envelope("d", e->payload_type, e->payload, key, crypto);
    law(sealed.has_value());
    const auto opened = wire::signed_envelope::decode(*sealed);
    law(opened && equal(opened->payload, e->payload));
    const auto signer = wire::verify_envelope(*opened, "d", crypto);
    law(signer && equal(signer->data, key.public_data()));
    law(!wire::verify_envelope(*opened, "e", crypto));
    return 0;
}
