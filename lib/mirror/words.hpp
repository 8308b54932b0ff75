// The kernel's words for its states, which both observations share.
#pragma once

#include <twinsite/mirror/observation.hpp>

#include <string_view>

namespace twinsite::mirror {

// A word this version does not know becomes the worst state of its kind.
Role role_of(std::string_view word);
Disk disk_of(std::string_view word);      ///< unknown word: failed
Disk peer_disk_of(std::string_view word); ///< unknown word: DUnknown
Connection connection_of(std::string_view word);
Replication replication_of(std::string_view word);

} // namespace twinsite::mirror
