#include "lab/scenario/lab_control.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>

namespace twinsite::lab {

using std::chrono::seconds;

LabControl::~LabControl() {
    if (up_) {
        static_cast<void>(down());
    }
}

std::filesystem::path LabControl::state_folder() {
    const char* name = std::getenv("TWINSITE_LAB"); // NOLINT(concurrency-mt-unsafe): set by nobody
    return name == nullptr || *name == '\0' ? "/var/tmp/twinsite-lab"
                                            : fmt::format("/var/tmp/twinsite.{}-lab", name);
}

Result<std::string> LabControl::lab(std::vector<std::string> words, Milliseconds patience) {
    words.insert(words.begin(), script_.string());
    return runner_.run_ok({std::move(words), {}, {}}, Deadline::after(clock_, patience));
}

Result<std::string> LabControl::up(const std::vector<std::string>& options) {
    up_ = true;
    std::vector<std::string> words{"up", "--build", build_.string(), "--owner",
                                   std::to_string(::getpid())};
    words.insert(words.end(), options.begin(), options.end());
    return lab(std::move(words), seconds(600));
}

Status LabControl::down() {
    up_ = false;
    return lab({"down"}, seconds(60)).map([](const auto&) {});
}

Status LabControl::cut(const std::vector<std::string>& what) {
    std::vector<std::string> words{"cut"};
    words.insert(words.end(), what.begin(), what.end());
    return lab(std::move(words), seconds(20)).map([](const auto&) {});
}

Status LabControl::join(const std::vector<std::string>& what) {
    std::vector<std::string> words{"join"};
    words.insert(words.end(), what.begin(), what.end());
    return lab(std::move(words), seconds(20)).map([](const auto&) {});
}

Status LabControl::power(const std::string& node, const std::string& action) {
    return lab({"power", node, action}, seconds(20)).map([](const auto&) {});
}

Result<std::string> LabControl::power_state(const std::string& node) {
    const auto status = lab({"status", "--json"}, seconds(20));
    if (!status) {
        return fail(status.error());
    }
    const auto json = nlohmann::json::parse(*status, nullptr, false);
    const auto pointer = nlohmann::json::json_pointer("/nodes/" + node + "/state");
    if (json.is_discarded() || !json.contains(pointer)) {
        return fail(ErrorKind::protocol, "lab status does not know " + node);
    }
    return json.at(pointer).get<std::string>();
}

Result<std::string> LabControl::on(const std::string& node, const std::string& command,
                                   Milliseconds patience) {
    return lab({"exec", node, command}, patience);
}

Result<ClusterView> LabControl::cluster(const std::string& node) {
    return on(node, "crm_mon -1 --output-as=xml").and_then(parse_crm_mon);
}

Result<std::map<unsigned, MirrorState>> LabControl::mirrors(const std::string& node) {
    return on(node, "cat /proc/drbd").map(parse_proc_drbd);
}

void LabControl::keep_logs(const std::filesystem::path& folder,
                           const std::vector<std::string>& nodes) {
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    for (const std::string& node : nodes) {
        const auto text = on(node, "crm_mon -1rfA; cat /proc/drbd; dmesg | tail -300; "
                                   "cat /var/log/pacemaker/pacemaker.log; "
                                   "cat /var/log/corosync/*.log");
        static_cast<void>(
            replace_file(folder / (node + ".log"), text ? *text : text.error().message + "\n"));
        std::filesystem::copy_file(state_folder() / "console" / (node + ".log"),
                                   folder / (node + ".console.log"),
                                   std::filesystem::copy_options::overwrite_existing, ignored);
        std::filesystem::copy_file(state_folder() / "node" / node / "sbd.log",
                                   folder / (node + ".sbd.log"),
                                   std::filesystem::copy_options::overwrite_existing, ignored);
    }
    std::filesystem::copy_file(state_folder() / "pdus" / "witness.log", folder / "witness.log",
                               std::filesystem::copy_options::overwrite_existing, ignored);
    std::filesystem::copy(state_folder() / "serial", folder / "serial",
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing,
                          ignored);
}

} // namespace twinsite::lab
