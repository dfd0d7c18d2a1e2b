// SPDX-License-Identifier: Apache-2.0 OR MIT
// Keys of every type, public and private: what is read is written the same, and nothing else is the
// same key.
#include <lp2p/wire/private_key.hpp>

#include "support/law.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace lp2p;
    const byte_view in = fuzz::input(data, size);
    if (const auto key = wire::public_key::decode(in)) {
        fuzz::law(equal(key->encode(), in));
        fuzz::law(wire::check_key_data(key->type, key->data).has_value());
        byte_vector longer = to_vector(in);
        longer.push_back(std::byte{0});
        fuzz::law(!wire::public_key::decode(longer));
        fuzz::law(!wire::public_key::decode(in.first(size - 1)));
    }
    if (const auto key = wire::private_key::decode(in)) {
        fuzz::law(equal(key->encode(), in));
        fuzz::law(!wire::private_key::decode(in.first(size - 1)));
    }
    (void)wire::check_rsa_spki(in);
    (void)wire::check_p256_spki(in);
    return 0;
}
