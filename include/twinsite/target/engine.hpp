// What exports targets on this node: LIO in the kernel or tgt's daemon.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/target/exported.hpp>
#include <twinsite/target/specification.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace twinsite::target {

/// Called before every step that may hang, with what is about to be done.
using Progress = std::function<void(const std::string& step)>;

class Engine {
public:
    Engine() = default;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    virtual ~Engine() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;

    /// Look, change nothing. An engine that does not run exports nothing: Presence::absent.
    /// Errors: unreachable or protocol when it cannot be known.
    virtual Result<Exported> observe(const Specification& wanted) = 0;

    /// Clear away what is left of earlier runs, build the target, open its portals last.
    /// On an error nothing stays half-built unless the error says what.
    /// Errors: conflict for a foreign target of the same name or a device in use.
    virtual Status start(const Specification& wanted, const Progress& progress) = 0;

    /// Close the portals first, then take everything down that carries IQN's name, also when the
    /// device or the rest of the specification is gone. A foreign target is left alone: success.
    virtual Status stop(std::string_view iqn, const Progress& progress) = 0;
};

} // namespace twinsite::target
