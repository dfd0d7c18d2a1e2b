// SPDX-License-Identifier: Apache-2.0 OR MIT
// Protobuf messages, field by field; the only header that includes protozero.
//
// A message is scanned for well-formedness before its first field is read, so hostile bytes cost
// nanoseconds and never an exception. It knows no schema, and it keeps no copy: views point into
// the message.
#pragma once

#include <lp2p/core/result.hpp>
#include <lp2p/wire/utf8.hpp>
#include <lp2p/wire/uvarint.hpp>

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>

#include <iterator>
#include <string_view>

namespace lp2p::inline v0::wire {

/// The wire types that exist without groups (protobuf encoding, "Message Structure").
enum class wire_kind : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// Reads one level of a message:
/// ```
/// auto m = message_reader::open(bytes);
/// if (!m) return fail(m.error());
/// while (m->next())
///     if (m->field() == 1) { auto type = m->varint(); if (!type) return fail(type.error()); … }
/// ```
/// A field that is not read is skipped; unknown fields are skipped by not naming them. Nested
/// messages are bytes: open them again.
class message_reader {
public:
    /// Scans this level. `message_truncated`, `bad_field_number`, `bad_wire_type` (groups too),
    /// `uvarint_too_long` (over 64 bits; over 32 in a tag).
    [[nodiscard]] static result<message_reader> open(byte_view message) noexcept;

    /// Goes to the next field; false at the end.
    [[nodiscard]] bool next() noexcept;
    /// The field that `next` went to, also after it was read; 0 before the first and at the end.
    [[nodiscard]] std::uint32_t field() const noexcept { return field_; }
    [[nodiscard]] wire_kind kind() const noexcept { return kind_; }
    /// The field as a number; a bool or an enum is one too. Read a field at most once.
    /// `wrong_wire_type` where it is no varint.
    [[nodiscard]] result<std::uint64_t> varint() noexcept;
    /// The field as bytes, text or nested message. `wrong_wire_type` where it is none.
    [[nodiscard]] result<byte_view> bytes() noexcept;
    /// The same for those who read many; false is `wrong_wire_type`.
    [[nodiscard]] bool read(byte_view& to) noexcept;
    void skip() noexcept;

private:
    explicit message_reader(byte_view message) noexcept;

    /// Lets `read` take the field that waits. The scan has proven that it cannot throw; the catch
    /// is a backstop that ends the message.
    template <class F>
    [[nodiscard]] auto consume(F read) noexcept
        -> result<decltype(read(std::declval<protozero::pbf_reader&>()))> {
        if (!waiting_) return fail(errc::wrong_wire_type);
        waiting_ = false;
        try {
            return read(reader_);
        } catch (const protozero::exception&) {
            reader_ = protozero::pbf_reader{};
            return fail(errc::message_truncated);
        }
    }

    protozero::pbf_reader reader_;
    std::uint32_t field_ = 0; ///< kept here: in debug builds protozero forgets it on reading bytes
    wire_kind kind_ = wire_kind::varint;
    bool waiting_ = false; ///< the current field was not read yet
};

/// Writes a message behind what `out` holds, in the order of the calls, with minimal varints. An
/// empty or zero field is written like any other: who wants proto3's omission leaves the call out.
class message_writer {
public:
    explicit message_writer(byte_vector& out) noexcept;

    void varint(std::uint32_t field, std::uint64_t value);
    void bytes(std::uint32_t field, byte_view value);
    void text(std::uint32_t field, std::string_view value) { bytes(field, as_bytes(value)); }
    /// A nested message: `f(message_writer&)` writes its fields.
    template <class F>
    void nested(std::uint32_t field, F&& f) {
        tag(field, wire_kind::bytes);
        const std::size_t start = out_.size();
        f(*this);
        byte_vector length;
        encode_uvarint(out_.size() - start, length);
        out_.insert(out_.begin() + static_cast<std::ptrdiff_t>(start), length.begin(),
                    length.end());
    }

private:
    void tag(std::uint32_t field, wire_kind kind);

    byte_vector& out_;
};

namespace detail {

/// Walks one level of a message and finds everything that protozero would throw at before it is
/// asked. Pointers and flags, no result objects: this runs over every byte that a peer sends.
class message_scan {
public:
    explicit message_scan(byte_view message) noexcept;

    [[nodiscard]] status run() noexcept;

private:
    [[nodiscard]] bool field() noexcept;
    /// A protobuf varint, which unlike ours may be overlong.
    [[nodiscard]] bool varint(std::uint64_t& value) noexcept;
    [[nodiscard]] bool skip(std::uint64_t size) noexcept;
    bool no(errc why) noexcept;

    const std::byte* at_;
    const std::byte* end_;
    errc why_{};
};

} // namespace detail

} // namespace lp2p::inline v0::wire

#ifndef LP2P_SEPARATE_COMPILATION
#include "protobuf.ipp"
#endif
