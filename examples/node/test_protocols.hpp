// SPDX-License-Identifier: Apache-2.0 OR MIT
// Four small custom protocols, served and spoken over lp2p's Asio streams with callbacks.
//
// /lp2p/echo/1 sends back what comes until FIN; /lp2p/sink/1 answers FIN with the number of bytes;
// /lp2p/source/1 sends as many bytes as it is asked for; /lp2p/reset/1 resets at the first byte.
// They show how a protocol is written, and let conformance tests measure streams.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/wire/cursor.hpp>

#include <asio/read.hpp>
#include <asio/write.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace example {

inline constexpr const char* echo_protocol = "/lp2p/echo/1";
inline constexpr const char* sink_protocol = "/lp2p/sink/1";
inline constexpr const char* source_protocol = "/lp2p/source/1";
inline constexpr const char* reset_protocol = "/lp2p/reset/1";

/// Byte number `i` of every checked pattern.
[[nodiscard]] inline std::byte pattern(std::uint64_t i) {
    return static_cast<std::byte>(i & 0xffU);
}

/// Serves one stream of /lp2p/echo/1: one buffer, so reading waits for writing.
template <class Stream>
class echo_server : public std::enable_shared_from_this<echo_server<Stream>> {
public:
    explicit echo_server(Stream s)
        : stream_{std::move(s)}
        , buffer_(16 * 1024) {}
    void start() {
        stream_.async_read_some(asio::buffer(buffer_), [self = this->shared_from_this()](
                                                           std::error_code ec, std::size_t n) {
            if (ec == asio::error::eof) return self->finish();
            if (!ec) self->send(n);
        });
    }

private:
    void send(std::size_t n) {
        asio::async_write(stream_, asio::buffer(buffer_.data(), n),
                          [self = this->shared_from_this()](std::error_code ec, std::size_t) {
                              if (!ec) self->start();
                          });
    }
    /// Our FIN goes behind what was written; both sides have then ended, so nothing is cut off.
    void finish() { stream_.shutdown_send(); }

    Stream stream_;
    std::vector<char> buffer_;
};

/// Serves one stream of /lp2p/sink/1.
template <class Stream>
class sink_server : public std::enable_shared_from_this<sink_server<Stream>> {
public:
    explicit sink_server(Stream s)
        : stream_{std::move(s)}
        , buffer_(16 * 1024) {}
    void start() {
        stream_.async_read_some(asio::buffer(buffer_), [self = this->shared_from_this()](
                                                           std::error_code ec, std::size_t n) {
            self->total_ += n;
            if (ec == asio::error::eof)
                self->answer();
            else if (!ec)
                self->start();
        });
    }

private:
    void answer() {
        lp2p::wire::store_u64(total_, count_.data());
        asio::async_write(stream_, asio::buffer(count_),
                          [self = this->shared_from_this()](std::error_code ec, std::size_t) {
                              if (!ec) self->stream_.shutdown_send();
                          });
    }
    Stream stream_;
    std::vector<char> buffer_;
    std::uint64_t total_ = 0;
    std::array<std::byte, 8> count_{};
};

/// Serves one stream of /lp2p/source/1.
template <class Stream>
class source_server : public std::enable_shared_from_this<source_server<Stream>> {
public:
    explicit source_server(Stream s)
        : stream_{std::move(s)}
        , buffer_(16 * 1024) {}
    void start() {
        asio::async_read(stream_, asio::buffer(wanted_),
                         [self = this->shared_from_this()](std::error_code ec, std::size_t) {
                             if (ec) return;
                             self->left_ = lp2p::wire::load_u64(self->wanted_.data());
                             self->send();
                         });
    }

private:
    void send() {
        if (left_ == 0) {
            stream_.shutdown_send();
            return hear_out();
        }
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(left_, buffer_.size()));
        for (std::size_t i = 0; i < n; ++i) buffer_[i] = pattern(sent_ + i);
        asio::async_write(stream_, asio::buffer(buffer_.data(), n),
                          [self = this->shared_from_this(), n](std::error_code ec, std::size_t) {
                              if (ec) return;
                              self->left_ -= n;
                              self->sent_ += n;
                              self->send();
                          });
    }
    /// A stream that is closed before the other side has finished is reset, and what still waits to
    /// be sent is lost with it: so the FIN is read first.
    void hear_out() {
        stream_.async_read_some(asio::buffer(buffer_),
                                [self = this->shared_from_this()](std::error_code ec, std::size_t) {
                                    if (!ec) self->hear_out();
                                });
    }
    Stream stream_;
    std::vector<std::byte> buffer_;
    std::array<std::byte, 8> wanted_{};
    std::uint64_t left_ = 0, sent_ = 0;
};

/// Serves one stream of /lp2p/reset/1.
template <class Stream>
class reset_server : public std::enable_shared_from_this<reset_server<Stream>> {
public:
    explicit reset_server(Stream s)
        : stream_{std::move(s)} {}
    void start() {
        stream_.async_read_some(asio::buffer(byte_), [self = this->shared_from_this()](
                                                         std::error_code ec, std::size_t) {
            if (!ec) self->stream_.reset(std::to_integer<std::uint32_t>(self->byte_[0]));
        });
    }

private:
    Stream stream_;
    std::array<std::byte, 1> byte_{};
};

/// What one side says on a stream of these protocols, and what it must hear.
struct exchange {
    lp2p::byte_vector lead;     ///< sent first
    std::uint64_t sends = 0;    ///< then so many bytes of the pattern, then FIN
    lp2p::byte_vector answer;   ///< heard first
    std::uint64_t hears = 0;    ///< then so many bytes of the pattern, then FIN
    bool ends_in_reset = false; ///< instead: no FIN of ours, and a reset of theirs
};
[[nodiscard]] inline lp2p::byte_vector number(std::uint64_t n) {
    lp2p::byte_vector out(8);
    lp2p::wire::store_u64(n, out.data());
    return out;
}
[[nodiscard]] inline exchange echo_of(std::uint64_t n) { return {{}, n, {}, n, false}; }
[[nodiscard]] inline exchange sink_of(std::uint64_t n) { return {{}, n, number(n), 0, false}; }
[[nodiscard]] inline exchange source_of(std::uint64_t n) { return {number(n), 0, {}, n, false}; }
[[nodiscard]] inline exchange reset_with(std::uint8_t code) {
    return {{std::byte{code}}, 0, {}, 0, true};
}

/// Carries out one exchange: sends and half-closes, and checks all that comes back while it sends.
template <class Stream>
class exchange_client : public std::enable_shared_from_this<exchange_client<Stream>> {
public:
    /// Called once, with nothing or what went wrong.
    using done = std::function<void(const std::string&)>;

    exchange_client(Stream s, exchange what, done told)
        : stream_{std::move(s)}
        , what_{std::move(what)}
        , told_{std::move(told)}
        , out_(piece)
        , in_(piece) {}
    void start() {
        send();
        receive();
    }

private:
    /// Byte `i` of what is sent, or heard.
    static std::byte at(const lp2p::byte_vector& first, std::uint64_t i) {
        return i < first.size() ? first[static_cast<std::size_t>(i)] : pattern(i - first.size());
    }
    void send() {
        const std::uint64_t all = what_.lead.size() + what_.sends;
        if (sent_ == all) {
            if (!what_.ends_in_reset) stream_.shutdown_send();
            return;
        }
        const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(all - sent_, piece));
        for (std::size_t i = 0; i < n; ++i) out_[i] = at(what_.lead, sent_ + i);
        asio::async_write(stream_, asio::buffer(out_.data(), n),
                          [self = this->shared_from_this(), n](std::error_code ec, std::size_t) {
                              if (ec) return self->finish("write: " + ec.message());
                              self->sent_ += n;
                              self->send();
                          });
    }
    void receive() {
        stream_.async_read_some(asio::buffer(in_),
                                [self = this->shared_from_this()](
                                    std::error_code ec, std::size_t n) { self->received(ec, n); });
    }
    void received(std::error_code ec, std::size_t n) {
        for (std::size_t i = 0; i < n; ++i)
            if (in_[i] != at(what_.answer, got_ + i)) return finish("wrong byte");
        got_ += n;
        if (!ec) return receive();
        const bool fin = ec == asio::error::eof;
        if (what_.ends_in_reset) return finish(fin ? "FIN instead of a reset" : "");
        if (!fin) return finish("read: " + ec.message());
        finish(got_ == what_.answer.size() + what_.hears ? "" : "ended early");
    }
    void finish(const std::string& trouble) {
        if (told_) std::exchange(told_, nullptr)(trouble);
    }

    static constexpr std::size_t piece = 16 * 1024;
    Stream stream_;
    exchange what_;
    std::uint64_t sent_ = 0, got_ = 0;
    done told_;
    std::vector<std::byte> out_, in_;
};

} // namespace example
