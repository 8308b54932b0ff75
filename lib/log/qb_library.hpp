// libqb, loaded when it is needed. It brings libsystemd and six more libraries: half of what a
// monitor that has nothing to say would cost.
#pragma once

#include <qb/qblog.h>

namespace twinsite::log {

/// libqb's functions under their own names without the prefix.
struct QbLibrary {
    decltype(&::qb_log_init) init = nullptr;
    decltype(&::qb_log_fini) fini = nullptr;
    decltype(&::qb_log_ctl) ctl = nullptr;
    decltype(&::qb_log_filter_ctl) filter_ctl = nullptr;
    decltype(&::qb_log_format_set) format_set = nullptr;
    decltype(&::qb_log_from_external_source) from_external_source = nullptr;
};

/// Loads it on the first call. Null: it is not installed, or is another library.
const QbLibrary* qb_library();

} // namespace twinsite::log
