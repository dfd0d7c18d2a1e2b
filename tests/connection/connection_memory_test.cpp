// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <lp2p/connection/connection.hpp>

#include "tests/connection/raw_peer.hpp"
#include "tests/support/counting_new.hpp"
#include "tests/support/pair.hpp"
#include "tests/support/stacks.hpp"

#include <gtest/gtest.h>

#include <memory>

// Memory budgets of threats.md §2, as bytes asked of the heap.
namespace {

using namespace lp2p;
using namespace std::chrono_literals;
using test::live_bytes;
using test::start;

template <class Stack>
class ConnectionMemory : public testing::Test {
protected:
    test::person<Stack> a{1}, b{2};
};
using stacks = testing::Types<test::null_stack, test::plain_stack, test::real_stack>;
TYPED_TEST_SUITE(ConnectionMemory, stacks);

template <class Machine>
void carry(Machine& from, Machine& to) {
    for (byte_view v = from.transmit(65536); !v.empty(); v = from.transmit(65536)) {
        byte_vector in = to_vector(v);
        from.transmitted(v.size());
        (void)to.receive(in, start);
    }
}
template <class Machine>
void settle(Machine& d, Machine& l) {
    for (int i = 0; i < 10; ++i) {
        carry(d, l);
        carry(l, d);
        d.proceed(start);
        l.proceed(start);
        while (d.poll_event()) {
        }
        while (l.poll_event()) {
        }
    }
}

TYPED_TEST(ConnectionMemory, AnIdleUpgradedConnectionTakesAtMost12KiBAnEnd) {
    { // the crypto library keeps a little for itself
        auto d = this->a.dials(this->b);
        auto l = this->b.listens();
        settle(d, l);
    }
    const std::size_t before = live_bytes();
    std::size_t both = 0;
    {
        auto d = std::make_unique<connection<TypeParam>>(this->a.dials(this->b));
        auto l = std::make_unique<connection<TypeParam>>(this->b.listens());
        settle(*d, *l);
        ASSERT_TRUE(d->is_ready() && l->is_ready());
        both = live_bytes() - before;
    }
    EXPECT_EQ(live_bytes(), before);
    EXPECT_LE(both / 2, 12U * 1024);
    this->RecordProperty("bytes_an_end", static_cast<int>(both / 2));
}
TYPED_TEST(ConnectionMemory, AnIdleSubstreamTakesAtMost512BytesAnEnd) {
    typename connection<TypeParam>::config c;
    c.serves = test::serves({"/echo/1"});
    auto d = std::make_unique<connection<TypeParam>>(this->a.dials(this->b));
    auto l = std::make_unique<connection<TypeParam>>(this->b.listens(c));
    settle(*d, *l);
    const std::vector<std::string> protocols{"/echo/1"};
    const std::size_t before = live_bytes();
    constexpr std::size_t many = 200;
    for (std::size_t i = 0; i < many; ++i) {
        ASSERT_TRUE(
            d->open(protocols, purpose::application, after(start, 10s), confirm::wait, start));
        settle(*d, *l);
    }
    ASSERT_EQ(d->ledger().outbound(), many);
    ASSERT_EQ(l->ledger().inbound(), many);
    const std::size_t both = (live_bytes() - before) / many;
    EXPECT_LE(both, 2 * 512U);
    this->RecordProperty("bytes_an_end", static_cast<int>(both / 2));
    std::vector<substream_index> all;
    for (const auto& e : d->ledger().entries()) all.push_back(e.index);
    for (const auto id : all) d->reset(id, 0, start);
    settle(*d, *l);
    std::vector<substream_index>{}.swap(all);
    EXPECT_LE(live_bytes(), before + 3 * 1024) << "a burst leaves next to nothing behind";
}
TYPED_TEST(ConnectionMemory, ASilentConnectionTakesAtMost4KiB) {
    const std::size_t before = live_bytes();
    auto l = std::make_unique<connection<TypeParam>>(this->b.listens());
    EXPECT_LE(live_bytes() - before, 4U * 1024);
    byte_vector in = test::lines({test::hello, TypeParam::security::id});
    in.push_back(std::byte{0x1f}); // a length is announced, and nothing follows
    ASSERT_TRUE(l->receive(in, start));
    EXPECT_LE(live_bytes() - before, 8U * 1024);
}
TYPED_TEST(ConnectionMemory, TheEndGivesTheMemoryBack) {
    std::size_t held = 0;
    const auto story = [&] {
        const std::size_t before = live_bytes();
        auto d = std::make_unique<connection<TypeParam>>(this->a.dials(this->b));
        auto l = std::make_unique<connection<TypeParam>>(this->b.listens());
        carry(*d, *l);
        carry(*l, *d);
        carry(*d, *l);
        carry(*l, *d);
        d->proceed(start);
        carry(*d, *l);
        byte_vector early(60'000);
        (void)l->receive(early, start);
        byte_vector{}.swap(early);
        l->refuse(connections::errc::refused_by_caller, start);
        d.reset();
        while (l->poll_event()) {
        }
        held = live_bytes() - before;
    };
    story(); // once before it counts: a crypto library keeps some of what it makes at its first use
    const std::size_t before = live_bytes();
    story();
    EXPECT_LE(held, 2U * 1024 + 512) << "what it held is gone at once";
    EXPECT_EQ(live_bytes(), before);
}

} // namespace
