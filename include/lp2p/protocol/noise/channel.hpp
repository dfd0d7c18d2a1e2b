// SPDX-License-Identifier: Apache-2.0 OR MIT
// The encrypted connection after the handshake: frames are sealed and opened where they lie.
//
// A filter, not a machine: it has no output, no deadline and no buffer but for a frame that came in
// pieces. One changed bit ends it, and nothing of that frame is delivered.
#pragma once

#include <lp2p/core/time.hpp>
#include <lp2p/protocol/noise/cipher_state.hpp>
#include <lp2p/wire/cursor.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace lp2p::inline v0::noise {

/// spec: noise, "Wire Format". Made by `handshake::take_channel`. Move-only.
///
/// In: `receive` until the input is used up; after each call there is at most one frame's text:
/// ```
/// while (!in.empty()) {
///     const auto took = channel.receive(in, now);
///     if (!took) return;                             // channel.ended() says the same
///     in = in.subspan(*took);
///     if (channel.has_plaintext()) session.receive(channel.plaintext(), now);
/// }
/// channel.release();
/// ```
/// Out: leave `header` bytes free before the text and `trailer` bytes behind it, then `seal`.
template <crypto::provider Crypto>
class channel {
public:
    static constexpr std::size_t header = 2;
    static constexpr std::size_t trailer = crypto::aead_tag_size;
    static constexpr std::size_t most_plaintext = 65535 - trailer;

    channel(cipher_state<Crypto> send, cipher_state<Crypto> receive)
        : send_{std::move(send)}
        , receive_{std::move(receive)} {}

    /// Takes bytes up to the end of one frame, or all of them; returns how many. A frame that lies
    /// whole in `in` is opened there. `decrypt_failed` (also a frame shorter than its tag) ends the
    /// channel; from then on every call gives that error again.
    [[nodiscard]] result<std::size_t> receive(mutable_bytes in, instant now);

    /// Whether the last `receive` opened a frame that is not empty.
    [[nodiscard]] bool has_plaintext() const noexcept { return !plaintext_.empty(); }
    /// The text of that frame; valid to the next `receive` or `release`, and only as long as the
    /// input that it came from.
    [[nodiscard]] mutable_bytes plaintext() noexcept { return plaintext_; }
    /// Says that the text was used: the memory of a frame that came in pieces is given back. The
    /// next `receive` does so too; an idle connection should not wait for it.
    void release() noexcept;

    /// Seals `frame` in place: `header` bytes, at most `most_plaintext` bytes of text, `trailer`
    /// bytes. What cannot be sealed is overwritten, so that no text leaves in the clear, and ends
    /// the channel: `nonce_exhausted`, or `bad_seal` for a frame of an impossible size.
    void seal(mutable_bytes frame);

    /// Why it is over; nothing while it works. It never ends well: the connection does.
    [[nodiscard]] const std::optional<reason>& ended() const noexcept { return ended_; }
    /// Bytes held for a frame that came in pieces.
    [[nodiscard]] std::size_t held() const noexcept { return split_.capacity(); }

private:
    [[nodiscard]] static std::size_t frame_size(byte_view begin) noexcept {
        return header + wire::load_u16(begin.data());
    }
    [[nodiscard]] bool has_whole_split() const noexcept {
        return split_.size() >= header && split_.size() == frame_size(split_);
    }
    void collect(byte_view part, std::size_t most);
    [[nodiscard]] status open(mutable_bytes frame);

    cipher_state<Crypto> send_;
    cipher_state<Crypto> receive_;
    mutable_bytes plaintext_;
    byte_vector split_; ///< the frame that came in pieces, with its header
    std::optional<reason> ended_;
};

template <crypto::provider Crypto>
result<std::size_t> channel<Crypto>::receive(mutable_bytes in, instant) {
    release();
    if (ended_) return fail(ended_->why);
    if (split_.empty() && in.size() >= header && in.size() >= frame_size(in)) {
        const std::size_t size = frame_size(in);
        return open(in.first(size)).map([&] { return size; });
    }
    std::size_t taken = 0;
    const auto take_to = [&](std::size_t size) {
        const auto part =
            in.subspan(taken).first(std::min(size - split_.size(), in.size() - taken));
        collect(part, size);
        taken += part.size();
    };
    if (split_.size() < header) take_to(header);
    if (split_.size() >= header) take_to(frame_size(split_));
    if (!has_whole_split()) return taken;
    return open(split_).map([&] { return taken; });
}

template <crypto::provider Crypto>
void channel<Crypto>::release() noexcept {
    plaintext_ = {};
    if (has_whole_split()) byte_vector{}.swap(split_);
}

/// Memory follows the bytes received: at most twice as many, and never more than the frame.
template <crypto::provider Crypto>
void channel<Crypto>::collect(byte_view part, std::size_t most) {
    if (part.empty()) return;
    const std::size_t size = split_.size() + part.size();
    if (size > split_.capacity()) split_.reserve(std::min(most, std::max(size, 2 * split_.size())));
    append(split_, part);
}

template <crypto::provider Crypto>
status channel<Crypto>::open(mutable_bytes frame) {
    const mutable_bytes sealed = frame.subspan(header);
    if (const auto opened = receive_.decrypt_with_ad({}, sealed); !opened) {
        ended_ = reason{opened.error(), party::local, 0};
        byte_vector{}.swap(split_);
        return fail(opened.error());
    }
    plaintext_ = sealed.first(sealed.size() - trailer);
    return {};
}

template <crypto::provider Crypto>
void channel<Crypto>::seal(mutable_bytes frame) {
    const bool fits =
        frame.size() >= header + trailer && frame.size() <= header + most_plaintext + trailer;
    status done = fits ? status{} : fail(errc::bad_seal);
    if (ended_) done = fail(ended_->why);
    if (done) {
        wire::store_u16(static_cast<std::uint16_t>(frame.size() - header), frame.data());
        done = send_.encrypt_with_ad({}, frame.subspan(header));
    }
    if (done) return;
    crypto::wipe(frame);
    if (!ended_) ended_ = reason{done.error(), party::local, 0};
}

} // namespace lp2p::inline v0::noise
