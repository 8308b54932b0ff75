// Two hosts between which a counting guest may migrate, and the guest running on the first.
#pragma once

#include "tests/host/vm/hosts.hpp"

namespace twinsite::testing {

class MigrationHosts : public Hosts {
protected:
    void SetUp() override {
        Hosts::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        make_target();
        parameters["CRM_meta_migrate_target"] = "b";
        parameters["CRM_meta_migrate_source"] = "a";
    }
    /// Live migration is on its way; the test goes on meanwhile.
    std::future<AgentRun> begin_migration() { return begin("a", "migrate_to"); }
    /// Run a shell command on host b as soon as the guest's memory arrives there: when its emulator
    /// has been connected to. (A question to libvirt takes so long that the migration may be over.)
    void once_memory_arrives(const std::string& command) {
        parameters["migration_speed"] = "1";
        const auto begun = run({"sh", "-c",
                                "(" TWINSITE_SOURCE_DIR "/tests/host/vm/on b sh -c 'until ss -tnH "
                                "state established \"( sport >= :49152 and sport <= :49215 )\" | "
                                "grep -q .; do sleep 0.02; done; " +
                                    command + "') >/dev/null 2>&1 &"});
        ASSERT_TRUE(begun.ok());
    }
    /// Exactly one host runs the guest.
    void expect_running_only_on(const std::string& host) {
        const std::string other = host == "a" ? "b" : "a";
        EXPECT_EQ(virsh(host, {"list", "--state-running", "--name"}), "rot");
        EXPECT_TRUE(eventually([&] { return virsh(other, {"list", "--name"}).empty(); }));
        EXPECT_TRUE(is_writing(host));
    }
};

class VmMigration : public MigrationHosts {
protected:
    void SetUp() override {
        MigrationHosts::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        expect("a", "start", 0);
        ASSERT_TRUE(is_writing("a"));
    }
};

} // namespace twinsite::testing
