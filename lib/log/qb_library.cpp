#include "lib/log/qb_library.hpp"

#include <dlfcn.h>

#include <optional>

namespace twinsite::log {

namespace {

template <typename Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

std::optional<QbLibrary> load() {
    void* library = ::dlopen(TWINSITE_LIBQB, RTLD_NOW | RTLD_NODELETE);
    QbLibrary qb;
    const bool complete = library != nullptr && find(library, "qb_log_init", qb.init) &&
                          find(library, "qb_log_fini", qb.fini) &&
                          find(library, "qb_log_ctl", qb.ctl) &&
                          find(library, "qb_log_filter_ctl", qb.filter_ctl) &&
                          find(library, "qb_log_format_set", qb.format_set) &&
                          find(library, "qb_log_from_external_source", qb.from_external_source);
    return complete ? std::optional(qb) : std::nullopt;
}

} // namespace

const QbLibrary* qb_library() {
    static const std::optional<QbLibrary> library = load();
    return library ? &*library : nullptr;
}

} // namespace twinsite::log
