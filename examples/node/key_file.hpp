// SPDX-License-Identifier: Apache-2.0 OR MIT
// Where the node's identity key comes from: a text, a file that keeps it, or chance.
#pragma once

#include <lp2p/crypto/botan.hpp>
#include <lp2p/wire/protobuf.hpp>

#include <tl/expected.hpp>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace example {

using key_or_trouble = tl::expected<lp2p::crypto::botan::private_key, std::string>;

namespace detail {

/// libp2p's PrivateKey message: type 1, data 2 (spec: peer-ids, "Keys").
[[nodiscard]] inline lp2p::byte_vector encode(const lp2p::crypto::botan::private_key& key) {
    lp2p::byte_vector out;
    lp2p::wire::message_writer w{out};
    w.varint(1, static_cast<std::uint64_t>(key.type()));
    w.bytes(2, key.private_data());
    return out;
}
[[nodiscard]] inline key_or_trouble decode(lp2p::byte_view bytes) {
    const tl::unexpected<std::string> no{"it holds no libp2p private key"};
    auto reader = lp2p::wire::message_reader::open(bytes);
    if (!reader) return no;
    std::optional<std::uint64_t> type;
    lp2p::byte_vector data;
    while (reader->next()) {
        if (reader->field() == 1) {
            const auto v = reader->varint();
            if (!v) return no;
            type = *v;
        } else if (reader->field() == 2) {
            const auto v = reader->bytes();
            if (!v) return no;
            data = lp2p::to_vector(*v);
        } else {
            reader->skip();
        }
    }
    if (!type || *type > 3) return no;
    auto key = lp2p::crypto::botan{}.load(static_cast<lp2p::crypto::key_type>(*type), data);
    if (!key)
        return tl::unexpected<std::string>{"its key is of a type that is not supported, or broken"};
    return std::move(*key);
}
[[nodiscard]] inline key_or_trouble make() {
    auto key = lp2p::crypto::botan{}.generate(lp2p::crypto::key_type::ed25519);
    if (!key) return tl::unexpected<std::string>{"no key could be made"};
    return std::move(*key);
}
[[nodiscard]] inline key_or_trouble read_or_make(const std::string& path) {
    std::error_code ec;
    if (std::filesystem::exists(path, ec)) {
        lp2p::byte_vector bytes(4096);
        std::FILE* f = std::fopen(path.c_str(), "rb");
        if (f == nullptr) return tl::unexpected<std::string>{"cannot be read"};
        bytes.resize(std::fread(bytes.data(), 1, bytes.size(), f));
        std::fclose(f);
        return decode(bytes);
    }
    auto key = make();
    if (!key) return key;
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0) return tl::unexpected<std::string>{"cannot be written"};
    const auto bytes = encode(*key);
    const bool whole =
        ::write(fd, bytes.data(), bytes.size()) == static_cast<::ssize_t>(bytes.size());
    if (::close(fd) != 0 || !whole) return tl::unexpected<std::string>{"cannot be written"};
    return key;
}

} // namespace detail

/// `seed` wins: Ed25519 from its SHA-256. Else the file, made where it is not there. Else chance.
[[nodiscard]] inline key_or_trouble load_key(const std::string& seed, const std::string& file) {
    const lp2p::crypto::botan crypto;
    if (!seed.empty()) {
        auto key = crypto.from_seed(crypto.sha256(lp2p::as_bytes(seed)));
        if (!key) return tl::unexpected<std::string>{"no key can be made of this seed"};
        return std::move(*key);
    }
    return file.empty() ? detail::make() : detail::read_or_make(file);
}

} // namespace example
