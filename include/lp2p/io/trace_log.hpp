// SPDX-License-Identifier: Apache-2.0 OR MIT
// Writes what machines narrate to a file, one JSON object a line.
//
// It allocates nothing, changes nothing, and calls nobody; lines of several threads do not mix.
#pragma once

#include <lp2p/core/trace.hpp>
#include <lp2p/wire/utf8.hpp>

#include <charconv>
#include <concepts>
#include <cstdio>
#include <utility>

namespace lp2p::inline v0::io {

/// `{"t_us":…,"ev":"yamux.stream.opened","conn":1,"stream":2,"fields":{…}}`; conn and stream only
/// where the event is about one. Bytes are hexadecimal text, an error is
/// `{"domain":…,"fault":…,"code":…}`. Text that is no UTF-8 has U+FFFD where it is not.
///
///     trace_log log{file, io::now()};
///     config.trace = log.sink(); // the log stays where it is, and lives longer than the node
class trace_log {
public:
    /// `to` stays the caller's, who closes it after this. `start` is `t_us` 0.
    trace_log(std::FILE* to, instant start) noexcept
        : to_{to}
        , start_{start} {}
    trace_log(const trace_log&) = delete;
    trace_log& operator=(const trace_log&) = delete;

    [[nodiscard]] trace_sink sink() noexcept {
        return {this, [](void* self, const trace_event& e) noexcept {
                    static_cast<trace_log*>(self)->write(e);
                }};
    }

private:
    void write(const trace_event& e) noexcept {
        ::flockfile(to_);
        put("{\"t_us\":");
        put(std::chrono::duration_cast<microseconds>(e.at - start_).count());
        put(",\"ev\":");
        put_text(e.name);
        if (e.connection != 0) put(",\"conn\":"), put(e.connection);
        if (e.stream != 0) put(",\"stream\":"), put(e.stream);
        put(",\"fields\":{");
        bool first = true;
        for (const trace_field& f : e.fields) {
            if (!std::exchange(first, false)) put(",");
            put_text(f.key);
            put(":");
            std::visit([this](const auto& value) { put_value(value); }, f.value);
        }
        put("}}\n");
        ::funlockfile(to_);
    }
    void put_value(std::int64_t value) noexcept { put(value); }
    void put_value(std::string_view value) noexcept { put_text(value); }
    void put_value(byte_view value) noexcept {
        put("\"");
        for (const std::byte b : value) {
            put_digit(std::to_integer<unsigned>(b) >> 4U);
            put_digit(std::to_integer<unsigned>(b) & 0xfU);
        }
        put("\"");
    }
    void put_value(error value) noexcept {
        put("{\"domain\":");
        put_text(to_string(value.where));
        put(",\"fault\":");
        put_text(to_string(value.kind));
        put(",\"code\":");
        put(value.code);
        put("}");
    }
    void put_text(std::string_view text) noexcept {
        put("\"");
        for (std::size_t i = 0; i < text.size();) {
            const std::size_t n = character(text.substr(i));
            if (n == 0)
                put("\\ufffd");
            else if (n > 1)
                put(text.substr(i, n));
            else
                put_ascii(text[i]);
            i += n == 0 ? 1 : n;
        }
        put("\"");
    }
    void put_ascii(char c) noexcept {
        const auto value = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            put("\\");
            put({&c, 1});
        } else if (value >= 0x20 && value != 0x7f) {
            put({&c, 1});
        } else {
            put("\\u00");
            put_digit(value >> 4U);
            put_digit(value & 0xfU);
        }
    }
    /// Bytes of the character that `text` begins with; 0 where it begins with none.
    static std::size_t character(std::string_view text) noexcept {
        const auto lead = static_cast<unsigned char>(text.front());
        if (lead < 0x80) return 1;
        const std::size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
        return text.size() >= n && wire::valid_utf8(as_bytes(text.substr(0, n))) ? n : 0;
    }
    void put_digit(unsigned value) noexcept {
        put(std::string_view{"0123456789abcdef"}.substr(value, 1));
    }
    template <std::integral Number>
    void put(Number value) noexcept {
        char digits[24];
        const auto done = std::to_chars(digits, digits + sizeof digits, value);
        put(std::string_view{digits, static_cast<std::size_t>(done.ptr - digits)});
    }
    void put(std::string_view text) noexcept {
        (void)std::fwrite(text.data(), 1, text.size(), to_);
    }

    std::FILE* to_;
    instant start_;
};

} // namespace lp2p::inline v0::io
