// The cached Debian root (Pacemaker, pcs, resource-agents and all services), entered by tests in
// namespaces of their own. See the script in-root beside this file.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/process/command.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace twinsite::testing {

/// TWINSITE_ROOT, default /var/cache/twinsite/root.
std::filesystem::path cached_root();

/// Why the root cannot be entered here; nothing when it can. Use it so:
///   if (const auto why = root_is_missing()) { GTEST_SKIP() << *why; }
std::optional<std::string> root_is_missing();

/// A path of this machine that appears in the root.
using Bind = std::pair<std::filesystem::path, std::filesystem::path>;

/// A command inside the root: own network (lo only), own processes, a writable copy that is gone
/// afterwards, no service running. Everything it started ends with it.
Result<process::Output> run_in_root(const std::vector<std::string>& argv,
                                    const std::vector<Bind>& binds, Milliseconds patience);

} // namespace twinsite::testing
