#include "agents/iscsi-target/worker.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/target/specification.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>

namespace twinsite::iscsi_target {

namespace {

constexpr const char* worker_variable = "TWINSITE_WORKER";
constexpr std::string_view reason_mark = "ocf-exit-reason:";
/// Time for this process to tell what hangs.
constexpr Milliseconds last_words{250};
/// Time for the worker to tell what it waited for in vain.
constexpr Milliseconds workers_last_words{1000};
constexpr Milliseconds lock_poll{50};

/// The worker's reason; everything else it wrote goes on to the executor's log, except that reason
/// again: this process reports it.
std::string take_reason(const std::string& text) {
    std::string reason;
    for (const std::string_view line : lines(text)) {
        if (line.starts_with(reason_mark)) {
            reason = line.substr(reason_mark.size());
        }
    }
    for (const std::string_view line : lines(text)) {
        if (reason.empty() || !line.ends_with(reason)) {
            fmt::print(stderr, "{}\n", line);
        }
    }
    return reason;
}

} // namespace

Result<WorkFiles> WorkFiles::open(const std::filesystem::path& directory, const std::string& iqn) {
    if (auto valid = target::check_iscsi_name(iqn); !valid) {
        return fail(valid.error().in("parameter iqn"));
    }
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) {
        return fail(error_from_errno(error.value(), directory.string()));
    }
    return WorkFiles(directory / iqn);
}

std::filesystem::path WorkFiles::with(const char* suffix) const {
    return base_.string() + suffix;
}

Result<FileDescriptor> WorkFiles::lock(Clock& clock, const Deadline& deadline) const {
    Result<FileDescriptor> held = fail(ErrorKind::internal, "not tried");
    poll_until(clock, deadline, lock_poll, [&] {
        held = try_lock_file(with(".lock"));
        return held || held.error().kind != ErrorKind::conflict;
    });
    if (!held && held.error().kind == ErrorKind::conflict) {
        return fail(
            ErrorKind::conflict,
            fmt::format("another run of this agent is still at work on this target: {}", step()));
    }
    return held;
}

void WorkFiles::note(const std::string& step) const {
    // Not replace_file: this is read only when we hang, and is not worth a sync for each step.
    std::ofstream(with(".step"), std::ios::trunc) << step;
}

std::string WorkFiles::step() const {
    return read_file(with(".step")).value_or("(no step was noted)");
}

void WorkFiles::forget_step() const {
    std::error_code ignored;
    std::filesystem::remove(with(".step"), ignored);
}

bool is_worker(const ocf::Request& request) {
    return request.environment.contains(worker_variable);
}

Deadline own_deadline(const ocf::Request& request, const Clock& clock) {
    const auto variable = request.environment.find(worker_variable);
    const auto given = variable == request.environment.end()
                           ? Result<std::int64_t>(fail(ErrorKind::not_found, worker_variable))
                           : parse_integer(variable->second, 0, INT32_MAX);
    return given ? request.deadline.within(clock, Milliseconds(*given)) : request.deadline;
}

ocf::Outcome run_worker(const ocf::Request& request, const Clock& clock,
                        process::CommandRunner& runner, const WorkFiles& files) {
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) {
        return ocf::Outcome::of(error_from_errno(error.value(), "/proc/self/exe"));
    }
    const Deadline deadline = request.deadline.before(last_words);
    const Milliseconds left = deadline.left(clock);
    const Milliseconds its = std::max(left / 2, left - workers_last_words);
    const process::Command command{
        .argv = {self.string(), request.action},
        .input = {},
        .environment = {{worker_variable, fmt::format("{}", its.count())}}};
    const auto output = runner.run(command, deadline);
    if (!output && output.error().kind == ErrorKind::timeout) {
        return ocf::Outcome::of(ocf::ExitCode::error, fmt::format("{} hangs in the kernel at: {}",
                                                                  request.action, files.step()));
    }
    if (!output) {
        return ocf::Outcome::of(output.error());
    }
    return ocf::Outcome::of(static_cast<ocf::ExitCode>(output->exit_code),
                            take_reason(output->err));
}

} // namespace twinsite::iscsi_target
