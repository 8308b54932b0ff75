// The lab's commands, from C++: brings a lab up for this process and drives its faults.
#pragma once

#include "lab/scenario/cluster_view.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/process/command.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace twinsite::lab {

/// One lab, owned by this process: it ends with it, in every way a process can end.
class LabControl {
public:
    /// SCRIPT: lab/lab of the checkout; BUILD: the build tree whose programs the nodes get.
    LabControl(std::filesystem::path script, std::filesystem::path build)
        : script_(std::move(script))
        , build_(std::move(build)) {}
    LabControl(const LabControl&) = delete;
    LabControl& operator=(const LabControl&) = delete;
    LabControl(LabControl&&) = delete;
    LabControl& operator=(LabControl&&) = delete;
    ~LabControl();

    /// Returns what `lab up` printed. OPTIONS are added to its command line.
    Result<std::string> up(const std::vector<std::string>& options = {});
    Status down();
    Status cut(const std::vector<std::string>& what = {});
    Status join(const std::vector<std::string>& what = {});
    /// off, on, reset, hang, resume
    Status power(const std::string& node, const std::string& action);
    /// "on", "off" or "hung"
    Result<std::string> power_state(const std::string& node);

    /// A command line on a node, over the management network that no fault touches.
    Result<std::string> on(const std::string& node, const std::string& command,
                           Milliseconds patience = std::chrono::seconds(30));

    Result<ClusterView> cluster(const std::string& node);
    Result<std::map<unsigned, MirrorState>> mirrors(const std::string& node);

    /// Keep the nodes' logs for a person to read: corosync, pacemaker, kernel, DRBD.
    void keep_logs(const std::filesystem::path& folder, const std::vector<std::string>& nodes);

    /// Of the machine's one lab, or of the one named by TWINSITE_LAB.
    static std::filesystem::path state_folder();

private:
    Result<std::string> lab(std::vector<std::string> words, Milliseconds patience);

    std::filesystem::path script_;
    std::filesystem::path build_;
    process::SystemCommandRunner runner_;
    SystemClock clock_;
    bool up_ = false;
};

} // namespace twinsite::lab
