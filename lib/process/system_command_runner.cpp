// posix_spawn, three pipes, and a poll loop with a deadline. The child stays in our process group:
// when Pacemaker's executor kills an agent that overran its timeout, it kills the group, and what
// the agent had started must go with it.
#include <twinsite/base/file.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/command.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>

namespace twinsite::process {

namespace {

constexpr std::size_t output_limit = 16UL * 1024UL * 1024UL;
constexpr Milliseconds reap_patience{500};

struct Pipe {
    FileDescriptor read;
    FileDescriptor write;
};

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(error_from_errno(errno, "pipe"));
    }
    return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

class SpawnActions {
public:
    SpawnActions() {
        posix_spawn_file_actions_init(&actions_);
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigemptyset(&none);
        sigset_t all;
        sigfillset(&all);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setsigdefault(&attributes_, &all);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    SpawnActions(const SpawnActions&) = delete;
    SpawnActions& operator=(const SpawnActions&) = delete;
    SpawnActions(SpawnActions&&) = delete;
    SpawnActions& operator=(SpawnActions&&) = delete;
    ~SpawnActions() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    void connect(const FileDescriptor& from, int to) {
        posix_spawn_file_actions_adddup2(&actions_, from.get(), to);
    }

    Result<pid_t> spawn(const Command& command, const std::vector<std::string>& environment) {
        std::vector<char*> argv;
        argv.reserve(command.argv.size() + 1);
        for (const std::string& argument : command.argv) {
            argv.push_back(const_cast<char*>(argument.c_str()));
        }
        argv.push_back(nullptr);
        std::vector<char*> envp;
        envp.reserve(environment.size() + 1);
        for (const std::string& variable : environment) {
            envp.push_back(const_cast<char*>(variable.c_str()));
        }
        envp.push_back(nullptr);
        pid_t child = -1;
        const int error =
            ::posix_spawnp(&child, argv[0], &actions_, &attributes_, argv.data(), envp.data());
        if (error == ENOENT) {
            return fail(ErrorKind::not_installed,
                        fmt::format("{} is not installed", command.argv[0]));
        }
        if (error != 0) {
            return fail(error_from_errno(error, command.argv[0]));
        }
        return child;
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

std::vector<std::string> environment_for(const Command& command) {
    std::vector<std::string> all;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view text(*variable);
        const std::string_view name = text.substr(0, text.find('='));
        bool replaced = false;
        for (const auto& [key, value] : command.environment) {
            replaced = replaced || key == name;
        }
        if (!replaced) {
            all.emplace_back(text);
        }
    }
    for (const auto& [key, value] : command.environment) {
        all.push_back(fmt::format("{}={}", key, value));
    }
    return all;
}

/// The parent of process ID, from /proc/ID/stat (proc(5)): "id (name) state parent ...", where the
/// name may contain anything.
pid_t parent_of(const std::string& id) {
    const auto stat = read_file("/proc/" + id + "/stat");
    if (!stat) {
        return -1;
    }
    const auto name_end = stat->rfind(')');
    if (name_end == std::string::npos) {
        return -1;
    }
    const auto words = split(std::string_view(*stat).substr(name_end + 1));
    return words.size() < 2
               ? -1
               : static_cast<pid_t>(parse_integer(words[1], 0, INT32_MAX).value_or(-1));
}

void kill_tree(pid_t root) {
    ::kill(root, SIGSTOP); // so that it starts nothing while we look
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const std::string id = entry.path().filename().string();
        const auto number = parse_integer(id, 1, INT32_MAX);
        if (number && parent_of(id) == root) {
            kill_tree(static_cast<pid_t>(*number));
        }
    }
    ::kill(root, SIGKILL);
}

/// The running child: feeds stdin, collects both outputs, reaps.
class Child {
public:
    Child(pid_t pid, FileDescriptor input, FileDescriptor out, FileDescriptor err,
          std::string_view text)
        : pid_(pid)
        , input_(std::move(input))
        , out_(std::move(out))
        , err_(std::move(err))
        , text_(text) {
        for (const FileDescriptor* end : {&input_, &out_, &err_}) {
            ::fcntl(end->get(), F_SETFL, ::fcntl(end->get(), F_GETFL) | O_NONBLOCK);
        }
        if (text_.empty()) {
            input_.reset();
        }
    }

    /// False when the deadline passed or there was too much output.
    bool communicate(Output& output, const Clock& clock, const Deadline& deadline) {
        while (out_.valid() || err_.valid()) {
            std::array<pollfd, 3> wanted{pollfd{out_.get(), POLLIN, 0},
                                         pollfd{err_.get(), POLLIN, 0},
                                         pollfd{input_.get(), POLLOUT, 0}};
            // Short rounds: a child that ended but left a grandchild holding the pipes is done.
            const auto left = std::min(deadline.left(clock), Milliseconds(50));
            ::poll(wanted.data(), wanted.size(), static_cast<int>(left.count()));
            if (wanted[2].revents != 0) {
                feed();
            }
            const bool quiet = wanted[0].revents == 0 && wanted[1].revents == 0;
            if (!take(out_, output.out) || !take(err_, output.err)) {
                return false;
            }
            if (quiet && ended()) {
                // It may have written its last words after we looked and before it ended.
                return take(out_, output.out) && take(err_, output.err);
            }
            if (deadline.passed(clock)) {
                return false;
            }
        }
        return true;
    }

    bool reap(Clock& clock, const Deadline& deadline) {
        return poll_until(clock, deadline, Milliseconds(1), [this] { return ended(); });
    }

    /// With everything the program started. False: it hangs in the kernel.
    bool kill(Clock& clock) {
        if (!reaped_) {
            kill_tree(pid_);
        }
        return reap(clock, Deadline::after(clock, reap_patience));
    }

    [[nodiscard]] int exit_code() const {
        return WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
    }

private:
    bool ended() {
        if (!reaped_) {
            reaped_ = ::waitpid(pid_, &status_, WNOHANG) == pid_;
        }
        return reaped_;
    }

    void feed() {
        const ssize_t put = ::write(input_.get(), text_.data(), text_.size());
        if (put > 0) {
            text_.remove_prefix(static_cast<std::size_t>(put));
        }
        if (text_.empty() || (put < 0 && errno != EAGAIN && errno != EINTR)) {
            input_.reset();
        }
    }

    static bool take(FileDescriptor& end, std::string& into) {
        std::array<char, 16384> buffer{};
        while (end.valid()) {
            const ssize_t got = ::read(end.get(), buffer.data(), buffer.size());
            if (got > 0) {
                into.append(buffer.data(), static_cast<std::size_t>(got));
                if (into.size() > output_limit) {
                    return false;
                }
            } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
                end.reset();
            } else if (errno == EAGAIN) {
                break;
            }
        }
        return true;
    }

    pid_t pid_;
    FileDescriptor input_;
    FileDescriptor out_;
    FileDescriptor err_;
    std::string_view text_;
    int status_ = 0;
    bool reaped_ = false;
};

/// A child that closes its stdin early must not kill us.
class IgnoreSigpipe {
public:
    IgnoreSigpipe() {
        struct sigaction ignore {};
        ignore.sa_handler = SIG_IGN; // NOLINT(cppcoreguidelines-pro-type-union-access)
        ::sigaction(SIGPIPE, &ignore, &before_);
    }
    IgnoreSigpipe(const IgnoreSigpipe&) = delete;
    IgnoreSigpipe& operator=(const IgnoreSigpipe&) = delete;
    IgnoreSigpipe(IgnoreSigpipe&&) = delete;
    IgnoreSigpipe& operator=(IgnoreSigpipe&&) = delete;
    ~IgnoreSigpipe() { ::sigaction(SIGPIPE, &before_, nullptr); }

private:
    struct sigaction before_ {};
};

} // namespace

Result<Output> SystemCommandRunner::run(const Command& command, const Deadline& deadline) {
    if (command.argv.empty()) {
        return fail(ErrorKind::internal, "an empty command");
    }
    auto input = make_pipe();
    auto out = make_pipe();
    auto err = make_pipe();
    if (!input || !out || !err) {
        return fail(ErrorKind::internal, "no file descriptors left for a pipe");
    }
    const IgnoreSigpipe guard;
    SpawnActions actions;
    actions.connect(input->read, STDIN_FILENO);
    actions.connect(out->write, STDOUT_FILENO);
    actions.connect(err->write, STDERR_FILENO);
    const auto pid = actions.spawn(command, environment_for(command));
    if (!pid) {
        return fail(pid.error());
    }
    input->read.reset();
    out->write.reset();
    err->write.reset();

    SystemClock clock;
    Output output;
    Child child(*pid, std::move(input->write), std::move(out->read), std::move(err->read),
                command.input);
    if (child.communicate(output, clock, deadline) && child.reap(clock, deadline)) {
        output.exit_code = child.exit_code();
        return output;
    }
    const bool too_much = output.out.size() > output_limit || output.err.size() > output_limit;
    const bool gone = child.kill(clock);
    if (too_much) {
        return fail(ErrorKind::protocol,
                    fmt::format("{} printed more than 16 MiB", command.text()));
    }
    return fail(ErrorKind::timeout,
                fmt::format("{} did not end in time{}", command.text(),
                            gone ? "" : " and hangs in the kernel, it cannot be killed"));
}

} // namespace twinsite::process
