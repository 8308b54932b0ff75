// The words of constraints in a CIB that others wrote, as Pacemaker reads them.
#pragma once

#include <twinsite/site/xml.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

inline constexpr std::int64_t infinite_score = 1'000'000;

/// "INFINITY", "-INFINITY" or a number, cut to infinity; nothing for anything else.
std::optional<std::int64_t> score_of(std::string_view text);

/// Promoted, or Master as it was called before.
bool is_promoted_role(std::string_view role);

/// What "resource move", "ban" or "standby" left behind.
bool is_leftover_move(std::string_view constraint_id);

/// The beginning that an rsc-pattern asks of an id. Only patterns of the form ^beginning are
/// understood: a CIB is no place to run foreign regular expressions from.
std::optional<std::string_view> beginning_of_pattern(std::string_view pattern);

/// The ids in a resource_set.
std::vector<std::string> members_of(const Xml& resource_set);

} // namespace twinsite::site
