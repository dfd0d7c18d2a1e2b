// SPDX-License-Identifier: Apache-2.0 OR MIT
// Varints, and the frames that they delimit: what is read is written the same, however it is cut.
#include <lp2p/wire/cursor.hpp>
#include <lp2p/wire/length_prefix.hpp>

#include "support/law.hpp"

namespace {

using namespace lp2p;
using fuzz::law;

void one_number(byte_view in) {
    const auto read = wire::decode_uvarint(in);
    if (!read) return;
    byte_vector again;
    wire::encode_uvarint(read->value, again);
    law(equal(again, in.first(read->size)));
    law(wire::uvarint_size(read->value) == read->size);
    law(read->value <= wire::most_uvarint);
    wire::cursor from{in};
    law(from.uvarint() == read->value && from.remaining() == in.size() - read->size);
}

/// The frames as they would be written again, and what is wrong behind them.
struct story {
    byte_vector frames;
    error why;
    bool at_boundary = false;
    friend bool operator==(const story&, const story&) = default;
};

story tell(byte_view in, std::size_t step) {
    wire::length_prefix_reader reader{4096};
    story told;
    while (!in.empty()) {
        const auto n = reader.receive(in.first(std::min(step, in.size())));
        if (!n) {
            told.why = n.error();
            return told;
        }
        in = in.subspan(*n);
        if (!reader.complete()) continue;
        wire::encode_length_prefixed(reader.frame(), told.frames);
        reader.next();
    }
    told.at_boundary = reader.at_boundary();
    return told;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const byte_view in = fuzz::input(data, size);
    one_number(in);
    const story whole = tell(in, size + 1);
    law(whole == tell(in, 1) && whole == tell(in, 7));
    law(equal(whole.frames, in.first(whole.frames.size())));
    law(whole.at_boundary == (!whole.why && whole.frames.size() == size));
    return 0;
}
