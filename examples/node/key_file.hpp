// SPDX-License-Identifier: Apache-2.0 OR MIT
// Where the node's identity key comes from: a text, a file that keeps it, or chance.
#pragma once

#include <lp2p/crypto/botan.hpp>
#include <lp2p/node/describe.hpp>
#include <lp2p/wire/private_key.hpp>

#include <tl/expected.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace example {

using key_or_trouble = tl::expected<lp2p::crypto::botan::private_key, std::string>;

namespace detail {

/// More than RSA of 8192 bits takes in PEM.
inline constexpr std::size_t most_key_file = 16 * 1024;

[[nodiscard]] inline tl::unexpected<std::string> trouble(std::string what) {
    return tl::unexpected<std::string>{std::move(what)};
}
[[nodiscard]] inline tl::unexpected<std::string> system_trouble(const char* what) {
    return trouble(std::string{what} + ": " + std::strerror(errno));
}
[[nodiscard]] inline tl::unexpected<std::string> trouble(const char* what, lp2p::error why) {
    return trouble(std::string{what} + ": " + std::string{lp2p::text_of(why).sentence});
}

/// libp2p's PrivateKey message (spec: peer-ids, "Keys"), or PEM of PKCS#8.
[[nodiscard]] inline key_or_trouble decode(lp2p::byte_view bytes) {
    const lp2p::crypto::botan crypto;
    if (bytes.empty()) return trouble("it is empty");
    if (lp2p::as_text(bytes).find("-----BEGIN ") != std::string_view::npos) {
        auto key = crypto.load_pem(lp2p::as_text(bytes));
        if (!key) return trouble("its PEM cannot be used", key.error());
        return std::move(*key);
    }
    const auto read = lp2p::wire::private_key::decode(bytes);
    if (!read) return trouble("it is neither a libp2p private key nor PEM of PKCS#8", read.error());
    auto key = crypto.load(read->type, read->data);
    if (!key) return trouble("its key cannot be used", key.error());
    return std::move(*key);
}
[[nodiscard]] inline key_or_trouble make() {
    auto key = lp2p::crypto::botan{}.generate(lp2p::crypto::key_type::ed25519);
    if (!key) return trouble("no key could be made");
    return std::move(*key);
}
/// A new key in a new file that only its owner reads, as libp2p's PrivateKey message.
[[nodiscard]] inline key_or_trouble make_file(const std::string& path) {
    auto key = make();
    if (!key) return key;
    lp2p::byte_vector data = key->private_data();
    lp2p::byte_vector bytes = lp2p::wire::private_key{key->type(), data}.encode();
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd < 0) return system_trouble("it cannot be written");
    const auto put = ::write(fd, bytes.data(), bytes.size());
    const bool whole = put == static_cast<::ssize_t>(bytes.size());
    lp2p::crypto::wipe(data);
    lp2p::crypto::wipe(bytes);
    if (::close(fd) != 0 || !whole) return system_trouble("it cannot be written");
    return key;
}
[[nodiscard]] inline key_or_trouble read_or_make(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> f{std::fopen(path.c_str(), "rb"),
                                                            &std::fclose};
    if (!f) return errno == ENOENT ? make_file(path) : system_trouble("it cannot be read");
    std::setbuf(f.get(), nullptr); // no second copy of the secret
    lp2p::byte_vector bytes(most_key_file + 1);
    const std::size_t size = std::fread(bytes.data(), 1, bytes.size(), f.get());
    if (std::ferror(f.get()) != 0) return system_trouble("it cannot be read");
    auto key = size > most_key_file ? trouble("it is longer than any key")
                                    : decode(lp2p::byte_view{bytes}.first(size));
    lp2p::crypto::wipe(bytes);
    return key;
}

} // namespace detail

/// `seed` wins: Ed25519 from its SHA-256. Else the file, made where it is not there. Else chance.
[[nodiscard]] inline key_or_trouble load_key(const std::string& seed, const std::string& file) {
    const lp2p::crypto::botan crypto;
    if (!seed.empty()) {
        auto key = crypto.from_seed(crypto.sha256(lp2p::as_bytes(seed)));
        if (!key) return detail::trouble("no key can be made of this seed");
        return std::move(*key);
    }
    return file.empty() ? detail::make() : detail::read_or_make(file);
}

} // namespace example
