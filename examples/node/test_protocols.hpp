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
        if (left_ == 0) return stream_.shutdown_send();
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

/// Speaks /lp2p/echo/1: sends a pattern, half-closes, and checks all that comes back while it
/// sends.
template <class Stream>
class echo_client : public std::enable_shared_from_this<echo_client<Stream>> {
public:
    /// Called once, with nothing or what went wrong.
    using done = std::function<void(const std::string&)>;

    echo_client(Stream s, std::uint64_t bytes, done told)
        : stream_{std::move(s)}
        , bytes_{bytes}
        , told_{std::move(told)}
        , out_(16 * 1024)
        , in_(16 * 1024) {}
    void start() {
        send();
        receive();
    }

private:
    void send() {
        if (sent_ == bytes_) return stream_.shutdown_send();
        const auto n =
            static_cast<std::size_t>(std::min<std::uint64_t>(bytes_ - sent_, out_.size()));
        for (std::size_t i = 0; i < n; ++i) out_[i] = pattern(sent_ + i);
        asio::async_write(stream_, asio::buffer(out_.data(), n),
                          [self = this->shared_from_this(), n](std::error_code ec, std::size_t) {
                              if (ec) return self->finish("write: " + ec.message());
                              self->sent_ += n;
                              self->send();
                          });
    }
    void receive() {
        stream_.async_read_some(asio::buffer(in_), [self = this->shared_from_this()](
                                                       std::error_code ec, std::size_t n) {
            for (std::size_t i = 0; i < n; ++i)
                if (self->in_[i] != pattern(self->got_ + i)) return self->finish("wrong byte");
            self->got_ += n;
            if (ec == asio::error::eof)
                return self->finish(self->got_ == self->bytes_ ? "" : "ended early");
            if (ec) return self->finish("read: " + ec.message());
            self->receive();
        });
    }
    void finish(const std::string& trouble) {
        if (told_) std::exchange(told_, nullptr)(trouble);
    }

    Stream stream_;
    std::uint64_t bytes_, sent_ = 0, got_ = 0;
    done told_;
    std::vector<std::byte> out_, in_;
};

} // namespace example
