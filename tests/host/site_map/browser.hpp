// A page as a person sees it: Debian's chromium, headless.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace twinsite::testing {

/// Why no browser can be asked here; nothing when one can.
std::optional<std::string> browser_is_missing();

struct Screen {
    int width = 1280;
    bool dark = false;
};

/// PAGE is shown in a frame as wide as SCREEN, in its colour scheme. The answer is what
/// look-around.js saw there. A test fails, and the answer is null, when the browser says nothing.
nlohmann::json look_at(const std::string& page, const Screen& screen);

/// A picture of the same, HEIGHT pixels of it.
void take_screenshot(const std::string& page, const Screen& screen, int height,
                     const std::filesystem::path& target);

} // namespace twinsite::testing
