// SPDX-License-Identifier: Apache-2.0 OR MIT
// Keys and signatures in DER: what is read is written the same, and with one byte more it is not
// read.
#include <lp2p/crypto/key_forms.hpp>

#include "support/law.hpp"

using namespace lp2p;
using fuzz::law;

namespace {

template <class Read>
void only_whole(byte_view in, Read read) {
    byte_vector longer = to_vector(in);
    longer.push_back({});
    law(!read(longer) && !read(in.first(in.size() - 1)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view in = fuzz::input(data, size);
    if (const auto key = crypto::read_rsa_spki(in)) {
        law(equal(crypto::write_rsa_spki(*key), in));
        law(key->modulus.size() >= 256 && key->modulus.size() <= 1024);
        only_whole(in, crypto::read_rsa_spki);
    }
    if (const auto key = crypto::read_rsa_private(in)) {
        law(crypto::read_rsa_spki(crypto::write_rsa_spki(*key)).has_value());
        only_whole(in, crypto::read_rsa_private);
    }
    if (const auto point = crypto::read_p256_spki(in)) {
        law(equal(crypto::write_p256_spki(*point), in));
        only_whole(in, crypto::read_p256_spki);
    }
    for (const std::string_view oid : {crypto::p256_oid, crypto::secp256k1_oid}) {
        const auto key = crypto::read_curve_private(in, oid);
        if (!key) continue;
        law(key->scalar.size() == 32 && (key->point.empty() || key->point.size() == 65));
        if (in.size() == 121 && oid == crypto::p256_oid)
            law(equal(crypto::write_p256_private(*key), in));
        only_whole(in, [&](byte_view der) { return crypto::read_curve_private(der, oid); });
    }
    if (auto numbers = crypto::read_ecdsa_signature(in)) {
        law(equal(crypto::write_ecdsa_signature(*numbers), in));
        only_whole(in, crypto::read_ecdsa_signature);
        if (less(byte_view{*numbers}.last(32), as_bytes(crypto::secp256k1_order))) {
            crypto::make_low_s(*numbers);
            law(crypto::has_low_s(*numbers));
        }
    }
    return 0;
}
