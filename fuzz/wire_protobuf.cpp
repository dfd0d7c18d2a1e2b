// SPDX-License-Identifier: Apache-2.0 OR MIT
// Protobuf messages, as deep as they go: a message that opens is read to its end without error, and
// written again it reads the same.
#include <lp2p/wire/protobuf.hpp>

#include "support/law.hpp"

namespace {

using namespace lp2p;
using fuzz::law;
using wire::message_reader;
using wire::wire_kind;

/// Writes again what can be written (numbers and bytes).
byte_vector rewritten(byte_view message) {
    byte_vector out;
    wire::message_writer writer{out};
    auto reader = message_reader::open(message);
    law(reader.has_value());
    while (reader->next()) {
        law(reader->field() != 0);
        if (reader->kind() == wire_kind::varint) {
            law(!reader->bytes());
            const auto number = reader->varint();
            law(number.has_value() && !reader->varint());
            writer.varint(reader->field(), *number);
        } else if (reader->kind() == wire_kind::bytes) {
            law(!reader->varint());
            const auto bytes = reader->bytes();
            law(bytes.has_value());
            writer.bytes(reader->field(), *bytes);
        }
    }
    return out;
}

void walk(byte_view message, int depth) {
    auto reader = message_reader::open(message);
    if (!reader) return;
    const byte_vector once = rewritten(message);
    law(once.size() <= message.size()); // minimal varints are never longer
    law(equal(rewritten(once), once));
    while (reader->next()) {
        const auto bytes = reader->bytes();
        if (bytes && depth < 8) walk(*bytes, depth + 1);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    walk(fuzz::input(data, size), 0);
    (void)wire::valid_utf8(fuzz::input(data, size));
    return 0;
}
