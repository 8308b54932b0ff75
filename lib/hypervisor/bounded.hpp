// Calls into a library that may hang, made so that the caller does not.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace twinsite::hypervisor {

/// One call that runs on a thread of its own. When nobody waits for it any more the thread is left
/// to itself: what it needs must belong to the function.
template <typename T>
class BackgroundCall {
public:
    explicit BackgroundCall(std::function<Result<T>()> function)
        : state_(std::make_shared<State>()) {
        std::thread([state = state_, function = std::move(function)]() mutable {
            Result<T> result = guarded(function);
            function = nullptr; // frees what it held before anybody is told
            const std::scoped_lock lock(state->mutex);
            state->result = std::move(result);
            state->done.notify_all();
        }).detach();
    }

    /// The result, or nullopt when there is none at the deadline.
    [[nodiscard]] std::optional<Result<T>> wait(const Clock& clock, const Deadline& deadline) {
        std::unique_lock lock(state_->mutex);
        state_->done.wait_for(lock, deadline.left(clock),
                              [this] { return state_->result.has_value(); });
        return std::move(state_->result);
    }

private:
    /// An exception that left a thread would end the process.
    static Result<T> guarded(const std::function<Result<T>()>& function) {
        try {
            return function();
        } catch (const std::exception& bug) {
            return fail(ErrorKind::internal, std::string("a bug: ") + bug.what());
        }
    }

    struct State {
        std::mutex mutex;
        std::condition_variable done;
        std::optional<Result<T>> result;
    };
    std::shared_ptr<State> state_;
};

/// FUNCTION's result, or an error of kind timeout that says WHAT did not answer.
template <typename T>
Result<T> bounded(const Clock& clock, const Deadline& deadline, const std::string& what,
                  std::function<Result<T>()> function) {
    auto result = BackgroundCall<T>(std::move(function)).wait(clock, deadline);
    if (!result) {
        return fail(ErrorKind::timeout, what + " did not answer in time");
    }
    return std::move(*result);
}

/// A look at files takes no longer than this, whatever server or process hangs behind them.
inline constexpr Milliseconds file_patience{3000};

/// The same for files, by the time of this machine.
template <typename T>
Result<T> bounded_by_files(const std::string& what, std::function<Result<T>()> function) {
    const SystemClock clock;
    return bounded<T>(clock, Deadline::after(clock, file_patience), what, std::move(function));
}

} // namespace twinsite::hypervisor
