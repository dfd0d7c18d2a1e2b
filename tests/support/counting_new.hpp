// SPDX-License-Identifier: Apache-2.0 OR MIT
// Counts the heap: replaces operator new and delete, so that memory budgets are tests, not hopes.
//
// To be included in exactly one translation unit of a test binary, never in a header. Counted is
// what was asked for, not what the allocator rounds it to. Under a sanitizer it works the same.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace lp2p::test {

inline std::atomic<std::size_t> heap_live{0};
inline std::atomic<std::size_t> heap_peak{0};
inline std::atomic<std::size_t> heap_allocations{0};

/// Bytes asked for and not yet freed.
[[nodiscard]] inline std::size_t live_bytes() noexcept { return heap_live.load(); }
/// The most bytes live at once since the last `reset_peak`.
[[nodiscard]] inline std::size_t peak_bytes() noexcept { return heap_peak.load(); }
/// How many allocations there were since the program began.
[[nodiscard]] inline std::size_t allocations() noexcept { return heap_allocations.load(); }
inline void reset_peak() noexcept { heap_peak.store(heap_live.load()); }

namespace detail {

/// Lies before each block; as large as the strictest ordinary alignment, so that what follows is
/// aligned too. Blocks of stricter alignment keep it at the end of a whole alignment unit.
struct heap_header {
    void* raw;
    std::size_t size;
};
inline constexpr std::size_t ordinary = alignof(std::max_align_t);
static_assert(sizeof(heap_header) <= ordinary || sizeof(heap_header) % ordinary == 0);

inline void* allocate(std::size_t size, std::size_t alignment) {
    const std::size_t lead = alignment > sizeof(heap_header) ? alignment : sizeof(heap_header);
    const std::size_t whole = (lead + size + alignment - 1) / alignment * alignment;
    void* raw = alignment > ordinary ? std::aligned_alloc(alignment, whole) : std::malloc(whole);
    if (raw == nullptr) throw std::bad_alloc{};
    auto* block = static_cast<std::byte*>(raw) + lead;
    ::new (static_cast<void*>(block - sizeof(heap_header))) heap_header{raw, size};
    heap_allocations.fetch_add(1);
    const std::size_t live = heap_live.fetch_add(size) + size;
    std::size_t peak = heap_peak.load();
    while (peak < live && !heap_peak.compare_exchange_weak(peak, live)) {
    }
    return block;
}
inline void release(void* block) noexcept {
    if (block == nullptr) return;
    const auto* header =
        reinterpret_cast<const heap_header*>(static_cast<std::byte*>(block) - sizeof(heap_header));
    heap_live.fetch_sub(header->size);
    std::free(header->raw);
}

} // namespace detail
} // namespace lp2p::test

void* operator new(std::size_t n) {
    return lp2p::test::detail::allocate(n, lp2p::test::detail::ordinary);
}
void* operator new[](std::size_t n) {
    return lp2p::test::detail::allocate(n, lp2p::test::detail::ordinary);
}
void* operator new(std::size_t n, std::align_val_t a) {
    return lp2p::test::detail::allocate(n, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t n, std::align_val_t a) {
    return lp2p::test::detail::allocate(n, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { lp2p::test::detail::release(p); }
void operator delete[](void* p) noexcept { lp2p::test::detail::release(p); }
void operator delete(void* p, std::size_t) noexcept { lp2p::test::detail::release(p); }
void operator delete[](void* p, std::size_t) noexcept { lp2p::test::detail::release(p); }
void operator delete(void* p, std::align_val_t) noexcept { lp2p::test::detail::release(p); }
void operator delete[](void* p, std::align_val_t) noexcept { lp2p::test::detail::release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
    lp2p::test::detail::release(p);
}
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept {
    lp2p::test::detail::release(p);
}
