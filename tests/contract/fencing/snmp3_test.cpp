// Every security level and every pair of protocols of SNMPv3, from the password to the relay.
#include "tests/support/pdu_simulation.hpp"
#include "tests/support/scratch_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>

namespace twinsite {
namespace {

using testing::PduSimulation;

const std::string none = "none";

/// Distributions leave weak protocols out of their net-snmp.
std::optional<std::string> lacking(const std::string& auth, const std::string& priv) {
    const auto run = testing::run_fence_agent(
        fmt::format("ip=127.0.0.1\nsnmp_version=3\nusername=one\npassword=some-password\n"
                    "snmp_auth_prot={}\nsnmp_priv_prot={}\naction=validate-all\n",
                    auth == none ? "SHA" : auth, priv == none ? "AES" : priv));
    const bool lacks = run.err.find("protocol") != std::string::npos &&
                       run.err.find("is not known") != std::string::npos;
    return lacks ? std::optional("net-snmp here: " + run.err) : std::nullopt;
}

class Snmp3 : public ::testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Snmp3, switches_and_refuses_the_wrong_password) {
    const auto& [auth, priv] = GetParam();
    if (auth == none && priv != none) {
        GTEST_SKIP() << "SNMPv3 has no privacy without authentication";
    }
    if (const auto why = lacking(auth, priv)) {
        GTEST_SKIP() << *why;
    }
    const testing::ScratchDirectory scratch;
    const std::string secret = scratch.write("secret", PduSimulation::secret() + "\n", 0600);
    const PduSimulation pdu("apc-rpdu",
                            {"--v3-user", fmt::format("one,{},{},{}", auth, priv, secret)});
    std::string parameters = "snmp_version=3\nusername=one\nlogin_timeout=2\n";
    if (auth != none) {
        parameters += "snmp_auth_prot=" + auth + "\n";
    }
    if (priv != none) {
        parameters += "snmp_priv_prot=" + priv + "\n";
    }
    if (auth != none) {
        const auto wrong = pdu.fence(parameters + "password=not-the-word\naction=off\nplug=1");
        EXPECT_EQ(wrong.exit_code, 1);
        EXPECT_FALSE(wrong.err.empty());
        EXPECT_TRUE(pdu.is_on(1));
        parameters += "password_file=" + secret + "\n";
    }
    const auto off = pdu.fence(parameters + "action=off\nplug=1");
    EXPECT_EQ(off.exit_code, 0) << off.err;
    EXPECT_FALSE(pdu.is_on(1));
    EXPECT_TRUE(pdu.is_on(2));
}

INSTANTIATE_TEST_SUITE_P(Protocols, Snmp3,
                         ::testing::Combine(::testing::Values("none", "MD5", "SHA", "SHA-224",
                                                              "SHA-256", "SHA-384", "SHA-512"),
                                            ::testing::Values("none", "DES", "AES", "AES-192",
                                                              "AES-256")),
                         [](const auto& pair) {
                             std::string name =
                                 std::get<0>(pair.param) + "_" + std::get<1>(pair.param);
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

} // namespace
} // namespace twinsite
