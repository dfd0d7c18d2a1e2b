// SPDX-License-Identifier: Apache-2.0 OR MIT
// A substream as Asio sees one: AsyncReadStream and AsyncWriteStream over a negotiated protocol.
//
// One read and one write may wait at a time. Destroying a stream that is not over resets it. It
// does not keep the driver alive; it must not outlive the execution context.
#pragma once

#include <lp2p/io/stream_table.hpp>

#include <asio/async_result.hpp>

namespace lp2p::inline v0::io {

/// `Core` is the driver's core. All calls, destruction included, are made on the driver's executor
/// (or where nothing runs it). Of one that was only default-constructed nothing but `is_open` may
/// be asked; one that was moved from is closed.
template <class Core>
class basic_stream {
public:
    using executor_type = typename Core::executor_type;

    basic_stream() = default;
    /// A closed one: operations end with `bad_descriptor`.
    explicit basic_stream(const executor_type& on)
        : executor_{on} {}
    basic_stream(const std::shared_ptr<Core>& core, substream_id id)
        : executor_{core->executor()}
        , core_{core}
        , id_{id} {}
    basic_stream(basic_stream&& other) noexcept
        : executor_{other.executor_}
        , core_{std::move(other.core_)}
        , id_{std::exchange(other.id_, {})} {}
    basic_stream& operator=(basic_stream&& other) noexcept {
        if (this == &other) return *this;
        close();
        executor_ = other.executor_;
        core_ = std::move(other.core_);
        id_ = std::exchange(other.id_, {});
        return *this;
    }
    ~basic_stream() { close(); }

    [[nodiscard]] executor_type get_executor() const noexcept { return *executor_; }
    /// Not closed here; says nothing of the other side.
    [[nodiscard]] bool is_open() const noexcept { return id_ != substream_id{}; }
    [[nodiscard]] substream_id id() const noexcept { return id_; }
    [[nodiscard]] std::string protocol() const {
        const auto core = core_.lock();
        return core ? core->streams().protocol(id_) : std::string{};
    }
    [[nodiscard]] wire::peer_id peer() const {
        const auto core = core_.lock();
        return core ? core->streams().peer(id_) : wire::peer_id{};
    }
    /// What the remote reset it with, where it did.
    [[nodiscard]] std::optional<std::uint32_t> reset_code() const {
        const auto core = core_.lock();
        return core ? core->streams().reset_code(id_) : std::nullopt;
    }

    /// Completes with at least one byte, `asio::error::eof` behind the remote's FIN, or why the
    /// stream is over (`from_error_code`; `errc::stream_reset` after a reset). What came before can
    /// be read first. A cancelled read has taken nothing. A second one: `already_started`.
    template <class Buffers, class Token = asio::default_completion_token_t<executor_type>>
    auto async_read_some(const Buffers& into, Token&& token = {}) {
        return start(detail::read_buffers{into}, token);
    }
    /// Completes with what was taken, at least one byte unless there was none to write, or with why
    /// nothing can be. Taken is not sent: keep the stream until it is over.
    template <class Buffers, class Token = asio::default_completion_token_t<executor_type>>
    auto async_write_some(const Buffers& from, Token&& token = {}) {
        return start(detail::write_buffers{from}, token);
    }
    /// Ends our direction behind what was written; reading goes on.
    void shutdown_send() {
        if (const auto core = core_.lock()) core->streams().finish(id_);
    }
    /// Both directions at once, with a code where the muxer carries one, and closes.
    void reset(std::uint32_t code = 0) {
        if (const auto core = core_.lock()) core->streams().reset(id_, code);
        forget();
    }
    /// Done with it: reset, unless it is over, or both sides finished and it was read to its end.
    /// Operations that wait complete with `asio::error::operation_aborted`.
    void close() {
        if (const auto core = core_.lock()) core->streams().close(id_);
        forget();
    }
    /// Operations that wait complete with `asio::error::operation_aborted`.
    void cancel() {
        if (const auto core = core_.lock()) core->streams().cancel(id_);
    }

private:
    template <class List, class Token>
    auto start(const List& buffers, Token& token) {
        return asio::async_initiate<Token, void(std::error_code, std::size_t)>(
            [on = *executor_, weak = core_, id = id_](auto handler, const List& all) {
                if (const auto core = weak.lock())
                    return core->streams().start(id, all, std::move(handler));
                const std::error_code why = id == substream_id{} ? asio::error::bad_descriptor
                                                                 : asio::error::operation_aborted;
                detail::transfer_operation::make(std::move(handler), on)->complete(why, 0);
            },
            token, buffers);
    }
    void forget() {
        core_.reset();
        id_ = {};
    }

    std::optional<executor_type> executor_;
    std::weak_ptr<Core> core_;
    substream_id id_{};
};

} // namespace lp2p::inline v0::io
