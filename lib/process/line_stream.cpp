#include <twinsite/process/line_stream.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace twinsite::process {

namespace {

constexpr std::size_t longest_line = 65536;

Result<pid_t> spawn(const Command& command, int output) {
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawnattr_t attributes{};
    posix_spawnattr_init(&attributes);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    std::vector<char*> argv;
    argv.reserve(command.argv.size() + 1);
    for (const std::string& word : command.argv) {
        argv.push_back(const_cast<char*>(word.c_str()));
    }
    argv.push_back(nullptr);
    pid_t child = -1;
    const int error = ::posix_spawnp(&child, argv[0], &actions, &attributes, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (error == ENOENT) {
        return fail(ErrorKind::not_installed, fmt::format("{} is not installed", command.argv[0]));
    }
    return error == 0 ? Result<pid_t>(child) : fail(error_from_errno(error, command.argv[0]));
}

} // namespace

Result<LineStream> LineStream::open(const Command& command) {
    std::array<int, 2> ends{};
    if (command.argv.empty() || ::pipe2(ends.data(), O_CLOEXEC) != 0) {
        return fail(error_from_errno(errno, "pipe"));
    }
    FileDescriptor read(ends[0]);
    const FileDescriptor write(ends[1]);
    const auto child = spawn(command, write.get());
    if (!child) {
        return fail(child.error());
    }
    return LineStream(*child, std::move(read));
}

LineStream::LineStream(LineStream&& other) noexcept
    : pid_(std::exchange(other.pid_, -1))
    , output_(std::move(other.output_))
    , rest_(std::move(other.rest_)) {}

LineStream::~LineStream() {
    if (pid_ <= 0) {
        return;
    }
    ::kill(pid_, SIGKILL);
    SystemClock clock;
    poll_until(clock, Deadline::after(clock, Milliseconds(500)), Milliseconds(2),
               [this] { return ::waitpid(pid_, nullptr, WNOHANG) != 0; });
}

std::optional<std::string> LineStream::take_line() {
    const auto end = rest_.find('\n');
    if (end == std::string::npos) {
        return std::nullopt;
    }
    std::string line = rest_.substr(0, end);
    rest_.erase(0, end + 1);
    return line;
}

Result<std::optional<std::string>> LineStream::next(Milliseconds patience) {
    if (auto line = take_line()) {
        return line;
    }
    pollfd wanted{.fd = output_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wanted, 1, static_cast<int>(patience.count())) <= 0) {
        return std::optional<std::string>();
    }
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return std::optional<std::string>();
    }
    if (got <= 0) {
        return fail(ErrorKind::not_found, "the program has ended");
    }
    rest_.append(buffer.data(), static_cast<std::size_t>(got));
    if (rest_.size() > longest_line) {
        return fail(ErrorKind::protocol, "a line without end");
    }
    return take_line();
}

} // namespace twinsite::process
