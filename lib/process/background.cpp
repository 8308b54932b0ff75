#include <twinsite/process/background.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <exception>

namespace twinsite::process {

namespace {

void close_all_but(int kept) {
    if (kept > STDERR_FILENO + 1) {
        ::close_range(STDERR_FILENO + 1, static_cast<unsigned>(kept) - 1, 0);
    }
    ::close_range(kept > STDERR_FILENO ? static_cast<unsigned>(kept) + 1 : STDERR_FILENO + 1,
                  UINT_MAX, 0);
}

/// Whoever waits for the end of our output must not wait for the background.
void detach_streams() {
    const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::dup2(nothing, stream);
    }
}

void reset_signals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL; // NOLINT(cppcoreguidelines-pro-type-union-access)
    for (int signal = 1; signal < NSIG; ++signal) {
        ::sigaction(signal, &standard, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

} // namespace

Status run_in_background(const FileDescriptor& kept, const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child < 0) {
        return fail(error_from_errno(errno, "starting a background process"));
    }
    if (child > 0) {
        return {};
    }
    ::setsid();
    detach_streams();
    close_all_but(kept.get());
    reset_signals();
    static_cast<void>(::chdir("/") == 0);
    try {
        work();
    } catch (const std::exception&) {
        ::_exit(1);
    }
    ::_exit(0);
}

} // namespace twinsite::process
