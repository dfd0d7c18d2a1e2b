// SPDX-License-Identifier: Apache-2.0 OR MIT
// 1_decode_frame [HEX]: reads one yamux frame and says what it is.
//
// A codec is a function over bytes that somebody else owns: no allocation, no exception, and every
// way to be wrong has a name. Needs no library but tl-expected.
#include <lp2p/protocol/yamux/header.hpp>

#include <cstdio>
#include <cstring>
#include <optional>

namespace {

namespace yamux = lp2p::yamux;

/// Nothing where `text` is not pairs of hexadecimal digits.
std::optional<lp2p::byte_vector> from_hex(std::string_view text) {
    lp2p::byte_vector out;
    const std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const std::size_t high = digits.find(text[i]);
        const std::size_t low = i + 1 < text.size() ? digits.find(text[i + 1]) : digits.npos;
        if (high == digits.npos || low == digits.npos) return std::nullopt;
        out.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return out;
}

void print(const yamux::header& h, std::size_t behind) {
    constexpr const char* types[] = {"data", "window update", "ping", "go away"};
    std::printf("%s of stream %u:", types[static_cast<std::size_t>(h.type)],
                yamux::value_of(h.stream));
    if (h.has(yamux::syn)) std::printf(" opens it,");
    if (h.has(yamux::ack)) std::printf(" acknowledges it,");
    if (h.has(yamux::fin)) std::printf(" is the sender's last,");
    if (h.has(yamux::rst)) std::printf(" resets it,");
    if (h.type == yamux::frame_type::data)
        std::printf(" %u bytes follow, %zu are here\n", h.length, behind);
    else
        std::printf(" value %u\n", h.length);
}

int decode(lp2p::byte_view bytes) {
    constexpr std::size_t size = yamux::header::size;
    if (bytes.size() < size) {
        std::fprintf(stderr, "a frame has at least %zu bytes, here are %zu\n", size, bytes.size());
        return 1;
    }
    const auto header = yamux::decode_header(bytes.first<size>());
    if (!header) {
        const std::string_view why = describe(static_cast<yamux::errc>(header.error().code));
        std::fprintf(stderr, "no yamux frame: %.*s\n", static_cast<int>(why.size()), why.data());
        return 1;
    }
    print(*header, bytes.size() - size);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc > 2 || (argc == 2 && std::strcmp(argv[1], "--help") == 0)) {
        std::puts("1_decode_frame [HEX]: says what the yamux frame in these bytes is.\n"
                  "Without HEX: the frame that opens stream 1 with the text \"hello\".");
        return argc > 2 ? 2 : 0;
    }
    const auto bytes = from_hex(argc == 2 ? argv[1] : "00000001000000010000000568656c6c6f");
    if (bytes) return decode(*bytes);
    std::fputs("not hexadecimal: pairs of 0-9 and a-f are\n", stderr);
    return 2;
}
