// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vector.hpp"

#include <lp2p/crypto/botan.hpp>
#include <lp2p/wire/utf8.hpp>

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace conformance {

namespace {

json read_json(const std::filesystem::path& path) {
    std::ifstream in{path};
    if (!in) throw std::runtime_error{path.string() + " cannot be read"};
    json content = json::parse(in, nullptr, false);
    if (content.is_discarded()) throw std::runtime_error{path.string() + " is no JSON"};
    if (!content.is_object()) throw std::runtime_error{path.string() + " holds no object"};
    return content;
}

unsigned digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    throw std::runtime_error{std::string{"'"} + c + "' is no hexadecimal digit"};
}

lp2p::byte_vector unhex(const std::string& text) {
    if (text.size() % 2 != 0) throw std::runtime_error{"an odd number of hexadecimal digits"};
    lp2p::byte_vector out;
    for (std::size_t i = 0; i < text.size(); i += 2)
        out.push_back(static_cast<std::byte>(digit(text[i]) << 4U | digit(text[i + 1])));
    return out;
}

std::string digits(lp2p::byte_view bytes) {
    constexpr std::string_view all = "0123456789abcdef";
    std::string out;
    for (const std::byte b : bytes) {
        out.push_back(all[std::to_integer<std::size_t>(b >> 4)]);
        out.push_back(all[std::to_integer<std::size_t>(b & std::byte{15})]);
    }
    return out;
}

} // namespace

std::vector<vector> load_vectors(const std::filesystem::path& root) {
    std::vector<vector> all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
        const auto path = entry.path().lexically_relative(root);
        if (!entry.is_regular_file() || path.extension() != ".json") continue;
        std::vector<std::string> parts;
        for (const auto& part : path) parts.push_back(part.string());
        if (parts.size() == 1) continue; // the schema and the decisions
        if (parts.size() != 3 || (parts[1] != "valid" && parts[1] != "invalid"))
            throw std::runtime_error{path.string() +
                                     " is not in PROTOCOL/valid or PROTOCOL/invalid"};
        all.push_back({parts[0], path.stem().string(), parts[1], read_json(entry.path())});
    }
    std::sort(all.begin(), all.end(),
              [](const vector& a, const vector& b) { return a.name() < b.name(); });
    return all;
}

lp2p::byte_vector bytes_of(const json& pieces) {
    if (pieces.is_string()) return unhex(pieces.get<std::string>());
    lp2p::byte_vector out;
    for (const json& piece : pieces) {
        const bool repeated = piece.is_object();
        const auto one = unhex((repeated ? piece.at("hex") : piece).get<std::string>());
        const auto times = repeated ? piece.at("times").get<std::size_t>() : std::size_t{1};
        for (std::size_t i = 0; i < times; ++i) lp2p::append(out, one);
    }
    return out;
}

std::string hex_of(lp2p::byte_view bytes) {
    if (bytes.size() <= 1024) return digits(bytes);
    return "sha256:" + digits(lp2p::crypto::botan{}.sha256(bytes));
}

std::string printable(std::string_view text) {
    if (lp2p::wire::valid_utf8(lp2p::as_bytes(text))) return std::string{text};
    std::string out;
    for (const char c : text) {
        const auto b = static_cast<std::byte>(c);
        if (b >= std::byte{0x20} && b < std::byte{0x7f})
            out.push_back(c);
        else
            out += "\\x" + digits({&b, 1});
    }
    return out;
}

} // namespace conformance
