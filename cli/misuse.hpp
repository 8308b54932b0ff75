// What is wrong with a command line, in words that name the nearest right one.
#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>

namespace twinsite::cli {

/// The first word that is no command, option or expected argument of APP, as a sentence. "" when
/// there is none: then the parser's own message is the best.
std::string explain_misuse(const CLI::App& app, std::span<const std::string> words);

} // namespace twinsite::cli
