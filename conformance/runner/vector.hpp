// SPDX-License-Identifier: Apache-2.0 OR MIT
// A conformance vector as a value, and how bytes stand in its JSON.
//
// conformance/vectors/README.md says what each field means.
#pragma once

#include <lp2p/core/bytes.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace conformance {

using nlohmann::json;

struct vector {
    std::string protocol; ///< its folder
    std::string stem;     ///< its file
    std::string folder;   ///< valid or invalid
    json content;

    [[nodiscard]] std::string name() const { return protocol + "/" + stem; }
    /// A text of the vector, empty where there is none.
    [[nodiscard]] std::string text(const char* field) const { return content.value(field, ""); }
    [[nodiscard]] json context(const char* field) const {
        const auto all = content.find("context");
        return all == content.end() ? json{} : all->value(field, json{});
    }
    [[nodiscard]] std::string context_text(const char* field) const {
        const json found = context(field);
        return found.is_string() ? found.get<std::string>() : std::string{};
    }
};

/// Every vector below `root`, in the order of their names. Throws `std::runtime_error` with a
/// sentence where a file cannot be read or is no JSON.
[[nodiscard]] std::vector<vector> load_vectors(const std::filesystem::path& root);

/// Bytes in hexadecimal digits, or a list of those, some with how often they repeat.
[[nodiscard]] lp2p::byte_vector bytes_of(const json& pieces);
/// Bytes as they stand in a value: digits, or the SHA-256 where they are more than 1,024.
[[nodiscard]] std::string hex_of(lp2p::byte_view bytes);
/// A text as JSON can carry it: where it is not UTF-8, bytes above ASCII as \xff.
[[nodiscard]] std::string printable(std::string_view text);

} // namespace conformance
