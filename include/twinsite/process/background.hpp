// Work that goes on after this process has ended.
#pragma once

#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>

#include <functional>

namespace twinsite::process {

/// Runs WORK in a process of its own: a new session, standard streams on /dev/null, root directory,
/// signals at their defaults, and of the open files only KEPT. It starts no program. Not for a
/// process with threads.
Status run_in_background(const FileDescriptor& kept, const std::function<void()>& work);

} // namespace twinsite::process
