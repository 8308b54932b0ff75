// The parser of `drbdsetup events2 --now --statistics`, which DRBD 8.4 and 9 share.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/observation.hpp>

#include <string_view>

namespace twinsite::mirror {

/// OUTPUT must contain the closing "exists -": without it the answer was cut off and says nothing.
/// Lines of other resources are left out. Words this version does not know are kept as the worst
/// state of their kind. Errors: protocol.
Result<Observation> parse_events(std::string_view output, std::string_view resource);

} // namespace twinsite::mirror
