// start and stop happen in a second process, because a delete in configfs can hang in the kernel
// where no signal reaches it: then this process is still there to say what hangs.
#pragma once

#include "ocf/agent.hpp"
#include "ocf/request.hpp"

#include <twinsite/base/handle.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/target/engine.hpp>

#include <filesystem>

namespace twinsite::iscsi_target {

/// One target's files under /run: the lock that start and stop hold, and the step they are at.
class WorkFiles {
public:
    /// Errors: those of creating DIRECTORY; invalid_config when IQN is no iSCSI name.
    static Result<WorkFiles> open(const std::filesystem::path& directory, const std::string& iqn);

    /// Error conflict, naming the step the other run is at, when DEADLINE passes.
    Result<FileDescriptor> lock(Clock& clock, const Deadline& deadline) const;
    void note(const std::string& step) const;
    [[nodiscard]] std::string step() const;
    void forget_step() const;

private:
    explicit WorkFiles(std::filesystem::path base)
        : base_(std::move(base)) {}
    [[nodiscard]] std::filesystem::path with(const char* suffix) const;

    std::filesystem::path base_;
};

/// Whether this process is the second one.
bool is_worker(const ocf::Request& request);

/// When the second process itself gives up: early enough that the first one hears why. REQUEST's
/// own deadline when this is the first.
Deadline own_deadline(const ocf::Request& request, const Clock& clock);

/// Run REQUEST's action in a second process and return how it ended.
ocf::Outcome run_worker(const ocf::Request& request, const Clock& clock,
                        process::CommandRunner& runner, const WorkFiles& files);

} // namespace twinsite::iscsi_target
