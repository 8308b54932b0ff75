#include "lib/target/backings.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

namespace twinsite::target {

Result<Backings> inspect_luns(BackingInspector& inspector, const Specification& wanted) {
    Backings backings;
    for (const Lun& lun : wanted.luns) {
        const auto backing = inspector.inspect(lun.path);
        if (!backing) {
            return fail(backing.error().in(fmt::format("LUN {}", lun.number)));
        }
        for (const auto& [number, other] : backings) {
            if (same_storage(*backing, other)) {
                return fail(ErrorKind::conflict,
                            fmt::format("LUN {} and {} are one and the same: {}", number,
                                        lun.number, lun.path));
            }
        }
        backings.emplace(lun.number, *backing);
    }
    return backings;
}

Status check_not_exported(BackingInspector& inspector, const Specification& wanted,
                          const Backings& backings, const std::string& path, std::string_view who) {
    const auto other = inspector.inspect(path);
    if (!other) {
        return {}; // what is not there any more is nobody's
    }
    for (const Lun& lun : wanted.luns) {
        if (same_storage(backings.at(lun.number), *other)) {
            return fail(ErrorKind::conflict, fmt::format("LUN {}: {} is exported by {} already",
                                                         lun.number, lun.path, who));
        }
    }
    return {};
}

std::string same_serial(const Lun& lun, std::string_view other) {
    return fmt::format("LUN {}: serial {} is that of {} already; initiators would take both for "
                       "one disk",
                       lun.number, lun.identity.serial, other);
}

std::string held_by(BackingInspector& inspector, const std::string& path) {
    const auto holders = inspector.holders(path);
    return holders.empty() ? " (somebody else has it open)"
                           : fmt::format(" ({})", join(holders, ", "));
}

} // namespace twinsite::target
