// The built twinsite command, on this machine or inside the cached root on a CIB in a file.
#pragma once

#include "tests/support/in_root.hpp"

#include <twinsite/process/command.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace twinsite::testing {

std::filesystem::path twinsite_program();

/// On this machine; exit code -1 when it could not be run.
process::Output run_twinsite(const std::vector<std::string>& arguments);

/// SCRIPT is run by bash inside the root. There, `twinsite` is the built command, /files is the
/// directory FILES, and cib-of-four-nodes prints an empty CIB that knows the example's nodes.
process::Output script_in_root(const std::string& script, const std::filesystem::path& files,
                               Milliseconds patience = Milliseconds{60'000});

} // namespace twinsite::testing
