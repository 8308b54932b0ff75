// What threatens a LUN from below though it is exported as it should be.
#pragma once

#include <twinsite/target/specification.hpp>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace twinsite::iscsi_target {

class BackingWatch {
public:
    BackingWatch() = default;
    BackingWatch(const BackingWatch&) = delete;
    BackingWatch& operator=(const BackingWatch&) = delete;
    virtual ~BackingWatch() = default;

    /// What an admin must know, the worst first found; "" when nothing is. POOL_WARN in percent.
    virtual std::string worry(const target::Specification& wanted, unsigned pool_warn) = 0;
};

/// From the mirror's note on its device, the thin pool below a volume, and the kernel's log. That
/// takes longer than the rest of a monitor, so it is read once a minute; FOLDER keeps what it said.
class LocalBackingWatch final : public BackingWatch {
public:
    explicit LocalBackingWatch(std::filesystem::path folder)
        : folder_(std::move(folder)) {}

    std::string worry(const target::Specification& wanted, unsigned pool_warn) override;

private:
    [[nodiscard]] std::string errors_of(const std::string& iqn,
                                        const std::vector<std::string>& names) const;

    std::filesystem::path folder_;
};

} // namespace twinsite::iscsi_target
