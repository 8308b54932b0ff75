// A device's user hears of trouble that only its keeper sees: the mirror's monitor leaves a note on
// what is below its device, the target's monitor reads it.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace twinsite::block {

inline constexpr const char* worry_folder = "/run/twinsite/devices";

/// A note that is not renewed is no longer true: its writer's monitor has ended.
inline constexpr Milliseconds worry_lasts{300'000};

/// Leave (or renew) WORRY on the device "MAJOR:MINOR"; "" takes the note away.
Status note_worry(const std::filesystem::path& folder, const std::string& number,
                  std::string_view worry);

/// What was noted within worry_lasts, "" when nothing was.
std::string noted_worry(const std::filesystem::path& folder, const std::string& number);

} // namespace twinsite::block
