// SPDX-License-Identifier: Apache-2.0 OR MIT
// A completion handler that waits, whatever its type: the driver keeps one for each operation.
//
// Asio 1.22 has no `any_completion_handler`. A waiting operation keeps its executor busy and
// completes at most once, always by `post`, never inside the call that made it so.
#pragma once

#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/dispatch.hpp>
#include <asio/execution/outstanding_work.hpp>
#include <asio/post.hpp>
#include <asio/prefer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace lp2p::inline v0::io {

/// Tells one waiting operation from the next one in the same place. 0 is none.
enum class ticket : std::uint64_t {};

/// Waits for one `complete(args…)`. Destroyed before: the handler is dropped, uncalled.
template <class... Args>
class operation {
public:
    virtual ~operation() = default;
    virtual void complete(Args... args) = 0;
    [[nodiscard]] ticket number() const noexcept { return number_; }

    /// `fallback` runs handlers that have no executor of their own. Where the handler's
    /// cancellation slot is emitted, `cancel()` is posted to `fallback`: it may come after the
    /// operation completed, so it asks for this `number`.
    template <class Handler, class Executor, class Cancel>
    static std::unique_ptr<operation> make(ticket number, Handler&& handler,
                                           const Executor& fallback, Cancel cancel);
    /// One that cannot be cancelled.
    template <class Handler, class Executor>
    static std::unique_ptr<operation> make(Handler&& handler, const Executor& fallback);

protected:
    explicit operation(ticket number) noexcept
        : number_{number} {}

private:
    ticket number_;
};

namespace detail {

/// Keeps an executor's context running. (`executor_work_guard` of Asio 1.22 does not compile over a
/// strand of `any_io_executor`.)
template <class Executor>
using busy = std::decay_t<decltype(asio::prefer(std::declval<const Executor&>(),
                                                asio::execution::outstanding_work.tracked))>;

template <class Handler, class Executor, class... Args>
class waiting final : public operation<Args...> {
public:
    waiting(ticket number, Handler handler, const Executor& fallback)
        : operation<Args...>{number}
        , handler_{std::move(handler)}
        , own_{asio::prefer(asio::get_associated_executor(handler_, fallback),
                            asio::execution::outstanding_work.tracked)}
        , fallback_{asio::prefer(fallback, asio::execution::outstanding_work.tracked)} {}

    /// Posted to the driver's executor and dispatched to the handler's own from there, as Asio
    /// does: a post to the own one would start system threads for `use_future`.
    void complete(Args... args) override {
        asio::get_associated_cancellation_slot(handler_).clear();
        auto call = [handler = std::move(handler_),
                     all = std::tuple<Args...>{std::move(args)...}]() mutable {
            std::apply(std::move(handler), std::move(all));
        };
        asio::post(*std::exchange(fallback_, std::nullopt),
                   [own = *std::exchange(own_, std::nullopt), call = std::move(call)]() mutable {
                       asio::dispatch(own, std::move(call));
                   });
    }

private:
    Handler handler_;
    std::optional<busy<asio::associated_executor_t<Handler, Executor>>> own_;
    std::optional<busy<Executor>> fallback_;
};

} // namespace detail

template <class... Args>
template <class Handler, class Executor, class Cancel>
std::unique_ptr<operation<Args...>> operation<Args...>::make(ticket number, Handler&& handler,
                                                             const Executor& fallback,
                                                             Cancel cancel) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    using kept = std::decay_t<Handler>;
    auto made = std::make_unique<detail::waiting<kept, Executor, Args...>>(
        number, std::forward<Handler>(handler), fallback);
    // Posted, because completing clears the slot, and this would run inside of it.
    if (slot.is_connected())
        slot.assign([fallback, cancel = std::move(cancel)](asio::cancellation_type) {
            asio::post(fallback, cancel);
        });
    return made;
}

template <class... Args>
template <class Handler, class Executor>
std::unique_ptr<operation<Args...>> operation<Args...>::make(Handler&& handler,
                                                             const Executor& fallback) {
    return std::make_unique<detail::waiting<std::decay_t<Handler>, Executor, Args...>>(
        ticket{}, std::forward<Handler>(handler), fallback);
}

} // namespace lp2p::inline v0::io
