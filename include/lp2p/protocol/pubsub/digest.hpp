// SPDX-License-Identifier: Apache-2.0 OR MIT
// Short names for message ids of any length, and a flat table that finds things by them.
//
// SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012): with a secret seed nobody can
// choose ids that collide or crowd one slot. It protects tables, it signs nothing.
#pragma once

#include <lp2p/core/bytes.hpp>
#include <lp2p/core/random.hpp>

#include <bit>
#include <compare>
#include <optional>

namespace lp2p::inline v0::pubsub {

/// The short name of a message id.
struct id_digest {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    friend constexpr auto operator<=>(const id_digest&, const id_digest&) noexcept = default;
};

/// Makes digests; two with the same seed make the same ones.
class digester {
public:
    explicit digester(std::uint64_t seed) noexcept;
    digester(std::uint64_t key0, std::uint64_t key1) noexcept;

    [[nodiscard]] id_digest operator()(byte_view id) const noexcept;

private:
    struct state {
        std::uint64_t v[4];
        void round() noexcept;
        void absorb(std::uint64_t word) noexcept;
    };
    /// Little endian, whatever the machine.
    [[nodiscard]] static std::uint64_t load(byte_view from, std::size_t n) noexcept;
    std::uint64_t key_[2];
};

/// Finds slots by digest: open addressing, four bytes an entry, at most half full. The digests
/// themselves are with the owner of the slots: `digest_of(slot)` gives the one of a slot that was
/// inserted. An empty index owns no memory.
class digest_index {
public:
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    template <class DigestOf>
    [[nodiscard]] std::optional<std::uint32_t> find(const id_digest& d,
                                                    DigestOf digest_of) const noexcept {
        if (table_.empty()) return std::nullopt;
        for (std::size_t i = home(d); table_[i] != 0; i = next(i))
            if (digest_of(table_[i] - 1) == d) return table_[i] - 1;
        return std::nullopt;
    }
    /// The digest of `slot` is not in the index yet; `slot` is below 2^32-1.
    template <class DigestOf>
    void insert(std::uint32_t slot, DigestOf digest_of) {
        if (2 * (size_ + 1) > table_.size())
            resize(table_.empty() ? 16 : 2 * table_.size(), digest_of);
        place(slot, digest_of(slot));
        ++size_;
    }
    /// Takes out the slot of `d`, whose digest must still be there; nothing where it is not in.
    template <class DigestOf>
    void erase(const id_digest& d, DigestOf digest_of) noexcept {
        if (table_.empty()) return;
        std::size_t hole = home(d);
        while (table_[hole] != 0 && digest_of(table_[hole] - 1) != d) hole = next(hole);
        if (table_[hole] == 0) return;
        if (--size_ == 0) return clear();
        // Whoever stands behind the hole and would be looked for through it moves into it.
        for (std::size_t i = next(hole); table_[i] != 0; i = next(i)) {
            const std::size_t wanted = home(digest_of(table_[i] - 1));
            if (((i - wanted) & mask()) < ((i - hole) & mask())) continue;
            table_[hole] = table_[i];
            hole = i;
        }
        table_[hole] = 0;
    }
    void clear() noexcept;

private:
    [[nodiscard]] std::size_t mask() const noexcept { return table_.size() - 1; }
    [[nodiscard]] std::size_t home(const id_digest& d) const noexcept;
    [[nodiscard]] std::size_t next(std::size_t i) const noexcept { return (i + 1) & mask(); }
    void place(std::uint32_t slot, const id_digest& d) noexcept;
    template <class DigestOf>
    void resize(std::size_t size, DigestOf digest_of) {
        std::vector<std::uint32_t> old(size, 0);
        old.swap(table_);
        for (const std::uint32_t entry : old)
            if (entry != 0) place(entry - 1, digest_of(entry - 1));
    }

    std::vector<std::uint32_t> table_; ///< slot + 1, 0 = free; a power of two
    std::size_t size_ = 0;
};

} // namespace lp2p::inline v0::pubsub

#ifndef LP2P_SEPARATE_COMPILATION
#include "digest.ipp"
#endif
