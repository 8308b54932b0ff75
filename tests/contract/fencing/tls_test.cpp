// PDUs that speak HTTPS: only a certificate that was signed by a known authority, for the device's
// own name, lets a password or a switching command out.
#include "tests/support/pdu_simulation.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/command.hpp>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

namespace twinsite {
namespace {

using ::testing::HasSubstr;
using testing::PduSimulation;

Result<std::string> openssl(std::vector<std::string> words) {
    words.insert(words.begin(), "openssl");
    process::SystemCommandRunner runner;
    return runner.run_ok({std::move(words), {}, {}},
                         Deadline::after(SystemClock(), std::chrono::seconds(30)));
}

bool answers(std::uint16_t port) {
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API is made so.
    return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) ==
           0;
}

/// socat as the TLS end of a simulated device.
class TlsFront {
public:
    TlsFront(std::uint16_t port, std::uint16_t device, const std::filesystem::path& certificate,
             const std::filesystem::path& folder)
        : lock_(folder / "socat.pid") {
        const std::string listen = "OPENSSL-LISTEN:" + std::to_string(port) +
                                   ",bind=127.0.0.1,reuseaddr,fork,verify=0," +
                                   "certificate=" + certificate.string();
        const std::string connect = "TCP:127.0.0.1:" + std::to_string(device);
        process_ = std::thread(
            [argv = std::vector<std::string>{"socat", "-L" + lock_.string(), listen, connect}] {
                process::SystemCommandRunner runner;
                static_cast<void>(runner.run(
                    {argv, {}, {}}, Deadline::after(SystemClock(), std::chrono::seconds(60))));
            });
        SystemClock clock;
        static_cast<void>(poll_until(clock, Deadline::after(clock, std::chrono::seconds(10)),
                                     Milliseconds(10), [&] { return answers(port); }));
    }
    TlsFront(const TlsFront&) = delete;
    TlsFront& operator=(const TlsFront&) = delete;
    TlsFront(TlsFront&&) = delete;
    TlsFront& operator=(TlsFront&&) = delete;
    ~TlsFront() {
        if (pid() > 1) {
            ::kill(pid(), SIGTERM);
        }
        process_.join();
    }

private:
    [[nodiscard]] pid_t pid() const {
        const auto text = read_file(lock_);
        return static_cast<pid_t>(parse_integer(text ? trim(*text) : "", 2, INT32_MAX).value_or(0));
    }

    std::filesystem::path lock_;
    std::thread process_;
};

class Tls : public ::testing::Test {
protected:
    testing::ScratchDirectory scratch;

    void SetUp() override {
        if (!std::filesystem::exists("/usr/bin/socat") ||
            !std::filesystem::exists("/usr/bin/openssl")) {
            GTEST_SKIP() << "socat or openssl is not installed: no TLS end for the simulator";
        }
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (scratch.path() / name).string();
    }
    /// A certificate for NAME ("IP:127.0.0.1"), signed by itself.
    void certificate(const std::string& file, const std::string& name) {
        const auto made = openssl({"req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                                   "-subj", "/CN=pdu", "-addext", "subjectAltName=" + name,
                                   "-keyout", path(file + ".key"), "-out", path(file + ".crt")});
        ASSERT_TRUE(made) << made.error().message;
        const auto key = read_file(scratch.path() / (file + ".key"));
        const auto certificate = read_file(scratch.path() / (file + ".crt"));
        ASSERT_TRUE(key && certificate);
        static_cast<void>(scratch.write(file + ".pem", *key + *certificate, 0600));
    }
    /// What `off` of outlet 1 through TLS with CERTIFICATE comes to.
    testing::FenceRun off(const PduSimulation& pdu, const std::string& file,
                          const std::string& parameters) {
        const std::uint16_t port = testing::free_port();
        const TlsFront front(port, pdu.port(), scratch.path() / (file + ".pem"), scratch.path());
        return testing::run_fence_agent(
            "ip=127.0.0.1\nmodel=netio-json\naction=off\nplug=1\nlogin_timeout=3\npower_timeout=5\n"
            "username=admin\npassword=wort\nmodel_dir=" +
            std::string(TWINSITE_TEST_MODELS) + "\nipport=" + std::to_string(port) + "\n" +
            parameters);
    }
};

TEST_F(Tls, a_certificate_of_a_known_authority_is_trusted) {
    certificate("good", "IP:127.0.0.1");
    const PduSimulation pdu("netio-json");
    const auto run = off(pdu, "good", "ssl_ca_file=" + path("good.crt"));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_FALSE(pdu.is_on(1));
}

TEST_F(Tls, an_unknown_authority_is_refused) {
    certificate("good", "IP:127.0.0.1");
    certificate("other", "IP:127.0.0.1");
    const PduSimulation pdu("netio-json");
    for (const std::string& parameters : {std::string(), "ssl_ca_file=" + path("other.crt")}) {
        const auto run = off(pdu, "good", parameters);
        EXPECT_EQ(run.exit_code, 1);
        EXPECT_THAT(run.err, HasSubstr("certificate"));
    }
    EXPECT_TRUE(pdu.is_on(1));
}

TEST_F(Tls, a_certificate_for_another_device_is_refused) {
    certificate("foreign", "IP:127.0.0.9");
    const PduSimulation pdu("netio-json");
    const auto run = off(pdu, "foreign", "ssl_ca_file=" + path("foreign.crt"));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("certificate"));
    EXPECT_TRUE(pdu.is_on(1));
}

TEST_F(Tls, who_asks_for_no_check_gets_none) {
    certificate("foreign", "IP:127.0.0.9");
    const PduSimulation pdu("netio-json");
    const auto run = off(pdu, "foreign", "ssl_insecure=1");
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_FALSE(pdu.is_on(1));
}

} // namespace
} // namespace twinsite
