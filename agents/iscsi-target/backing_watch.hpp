// What threatens a LUN from below though it is exported as it should be.
#pragma once

#include <twinsite/target/specification.hpp>

#include <string>
#include <vector>

namespace twinsite::iscsi_target {

class BackingWatch {
public:
    BackingWatch() = default;
    BackingWatch(const BackingWatch&) = delete;
    BackingWatch& operator=(const BackingWatch&) = delete;
    virtual ~BackingWatch() = default;

    /// What an admin must know, the worst first found; "" when nothing is. POOL_WARN in percent.
    virtual std::string worry(const std::vector<target::Lun>& luns, unsigned pool_warn) = 0;
};

/// From the mirror's note on its device, the thin pool below a volume, and the kernel's log.
class LocalBackingWatch final : public BackingWatch {
public:
    std::string worry(const std::vector<target::Lun>& luns, unsigned pool_warn) override;
};

} // namespace twinsite::iscsi_target
