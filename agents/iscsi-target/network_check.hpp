// Monitor's depth 10: every LUN as an initiator sees it.
#pragma once

#include <twinsite/process/command.hpp>
#include <twinsite/target/specification.hpp>

#include <filesystem>

namespace twinsite::iscsi_target {

class NetworkCheck {
public:
    NetworkCheck() = default;
    NetworkCheck(const NetworkCheck&) = delete;
    NetworkCheck& operator=(const NetworkCheck&) = delete;
    virtual ~NetworkCheck() = default;

    /// Log in to every LUN of WANTED and read from it, and through every portal; without portals
    /// there is nothing to check.
    virtual Status check(const target::Specification& wanted) = 0;
};

/// Through the program iscsi-login-check.
class LoginCheck final : public NetworkCheck {
public:
    LoginCheck(process::CommandRunner& runner, const Deadline& deadline,
               std::filesystem::path program)
        : runner_(runner)
        , deadline_(deadline)
        , program_(std::move(program)) {}

    Status check(const target::Specification& wanted) override;

private:
    process::CommandRunner& runner_;
    Deadline deadline_;
    std::filesystem::path program_;
};

} // namespace twinsite::iscsi_target
