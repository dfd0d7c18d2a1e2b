// SPDX-License-Identifier: Apache-2.0 OR MIT
// Foreign keys and signatures at the crypto provider: it answers with an error of its own, and a
// key that it loads signs what it verifies.
#include <lp2p/crypto/botan.hpp>

#include "support/law.hpp"

using namespace lp2p;
using fuzz::law;

namespace {

/// The next bytes of the input, as many as its first two say or as there are.
byte_view piece(byte_view& in) {
    std::size_t n = 0;
    for (int i = 0; i < 2 && !in.empty(); ++i, in = in.subspan(1))
        n = n << 8U | std::to_integer<std::size_t>(in.front());
    const byte_view taken = in.first(std::min(n, in.size()));
    in = in.subspan(taken.size());
    return taken;
}
bool own(error e) { return bool{e} && e.where == domain::crypto; }

void load(const crypto::botan& botan, crypto::key_type type, byte_view data) {
    const auto key = botan.load(type, data);
    if (!key) return law(own(key.error()));
    law(key->type() == type);
    const auto again = botan.load(type, key->private_data());
    law(again && equal(again->public_data(), key->public_data()));
    const auto signature = botan.sign(*key, data);
    law(signature && botan.verify(type, key->public_data(), data, *signature));
}
void verify(const crypto::botan& botan, crypto::key_type type, byte_view in) {
    const byte_view key = piece(in), signature = piece(in);
    const auto verified = botan.verify(type, key, in, signature);
    if (!verified) return law(own(verified.error()));
    byte_vector other = to_vector(in);
    other.push_back({});
    law(!botan.verify(type, key, other, signature));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const crypto::botan botan;
    byte_view in = fuzz::input(data, size);
    if (in.empty()) return 0;
    const auto what = std::to_integer<unsigned>(in.front());
    in = in.subspan(1);
    const auto type = static_cast<crypto::key_type>(what & 7U);
    if (what < 8) {
        load(botan, type, in);
    } else if (what < 16) {
        verify(botan, type, in);
    } else if (const auto key = botan.load_pem(as_text(in))) {
        const auto pem = botan.to_pem(*key);
        law(pem && botan.load_pem(*pem)->private_data() == key->private_data());
    } else {
        law(own(key.error()));
    }
    return 0;
}
