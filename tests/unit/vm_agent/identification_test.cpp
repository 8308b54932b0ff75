// Who the guest is: the file changed under it, is broken, or never was the agent's.
#include "tests/unit/vm_agent/agent_fixture.hpp"

#include <twinsite/base/file.hpp>

#include <fmt/format.h>

namespace twinsite::vm {
namespace {

using ocf::ExitCode;
using testing::Daemon;

class Identification : public AgentFixture {
protected:
    static constexpr const char* other_uuid = "99999999-2222-3333-4444-555555555555";

    static std::string with(const std::string& uuid, std::string text = xml) {
        return text.replace(text.find(rot_uuid), rot_uuid.size(), uuid);
    }
    void write_file(const std::string& content) {
        set("config", scratch.write("rot.xml", content).string());
    }
    void probe() { set("CRM_meta_interval", "0"); }
    [[nodiscard]] std::filesystem::path note() const {
        return scratch.path() / "run/vm-vm_rot.domain";
    }
    void forget() const { std::filesystem::remove(note()); }
    void expect_seen_and_stopped() {
        const auto seen = perform("monitor");
        EXPECT_EQ(seen.code, ExitCode::error) << seen.reason;
        EXPECT_LE(seen.reason.size(), 128U);
        EXPECT_EQ(perform("start").code, ExitCode::error);
        set("CRM_meta_migrate_target", "rz1-b");
        EXPECT_EQ(perform("migrate_to").code, ExitCode::error);
        EXPECT_FALSE(host.did("create") || host.did("migrate"));
        EXPECT_EQ(perform("stop").code, ExitCode::success);
        EXPECT_FALSE(host.process);
        EXPECT_EQ(perform("monitor").code, ExitCode::not_running);
    }

    inline static const std::string rot_uuid = "11111111-2222-3333-4444-555555555555";
};

TEST_F(Identification, a_uuid_that_changes_in_the_file_does_not_hide_the_guest) {
    for (const auto daemon : {Daemon::answers, Daemon::down}) {
        for (const char* interval : {"0", "10000"}) {
            host.daemon = Daemon::answers;
            write_file(xml);
            host.run_guest(rot);
            EXPECT_EQ(perform("monitor").code, ExitCode::success);
            write_file(with(other_uuid));
            host.daemon = daemon;
            set("CRM_meta_interval", interval);
            expect_seen_and_stopped();
        }
    }
}

TEST_F(Identification, a_former_self_that_cannot_be_ended_is_not_forgotten) {
    host.run_guest(rot);
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    write_file(with(other_uuid));
    host.survives_destroy = true;
    host.survives_sigkill = true;
    EXPECT_EQ(perform("stop").code, ExitCode::error);
    EXPECT_EQ(perform("monitor").code, ExitCode::error);
    EXPECT_EQ(perform("stop").code, ExitCode::error);
}

TEST_F(Identification, says_under_which_uuid_it_runs) {
    host.run_guest(rot);
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    write_file(with(other_uuid));
    EXPECT_EQ(
        perform("monitor").reason,
        "it runs as rot (11111111-2222-3333-4444-555555555555), not as its file says: stop it "
        "before its UUID changes");
}

TEST_F(Identification, a_namesake_on_the_same_disks_is_the_guest_without_any_note) {
    host.run_guest(rot);
    host.live_xml = xml;
    write_file(with(other_uuid));
    probe();
    expect_seen_and_stopped();
}

TEST_F(Identification, a_namesake_that_is_marked_is_the_guest) {
    host.run_guest(rot);
    host.marked_as = "vm_rot";
    write_file(with(other_uuid));
    expect_seen_and_stopped();
}

TEST_F(Identification, a_namesake_on_other_disks_is_somebody_elses) {
    host.run_guest(rot);
    host.live_xml = "<domain type='qemu'><name>rot</name></domain>";
    write_file(with(other_uuid));
    EXPECT_EQ(perform("monitor").code, ExitCode::not_running);
    EXPECT_EQ(perform("stop").code, ExitCode::success);
    EXPECT_TRUE(host.process);
    EXPECT_TRUE(host.done.empty());
}

TEST_F(Identification, a_namesake_of_whom_nothing_is_known_is_neither_stopped_nor_touched) {
    host.run_guest(rot);
    write_file(with(other_uuid));
    EXPECT_EQ(perform("monitor").code, ExitCode::error);
    EXPECT_EQ(perform("stop").code, ExitCode::error);
    host.daemon = Daemon::down;
    EXPECT_EQ(perform("monitor").code, ExitCode::error);
    EXPECT_EQ(perform("stop").code, ExitCode::error);
    EXPECT_TRUE(host.process);
}

TEST_F(Identification, a_guest_renamed_in_its_file_is_the_same) {
    host.run_guest(rot);
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    write_file("<domain type='qemu'><name>red</name><uuid>" + rot_uuid + "</uuid></domain>");
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(perform("stop").code, ExitCode::success);
    EXPECT_FALSE(host.process);
}

TEST_F(Identification, a_guest_the_agent_did_not_start_is_known_from_its_first_probe) {
    host.run_guest(rot);
    probe();
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.marked_as, "vm_rot");
    write_file("<domain");
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    host.daemon = Daemon::down;
    EXPECT_EQ(perform("monitor").code, ExitCode::degraded);
    EXPECT_EQ(perform("stop").code, ExitCode::success);
    EXPECT_FALSE(host.process);
}

TEST_F(Identification, is_noted_once_and_not_at_each_monitor) {
    host.run_guest(rot);
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    host.marked_as = "somebody";
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.marked_as, "somebody");
}

struct BrokenFile {
    const char* name;
    std::string text;
    bool tells;
};

class BrokenFiles : public Identification, public ::testing::WithParamInterface<BrokenFile> {};

/// A guest that nobody noted, and a libvirt that says nothing.
TEST_P(BrokenFiles, tells_what_it_can_and_is_never_proof_that_nothing_runs) {
    host.run_guest(rot);
    host.daemon = Daemon::down;
    write_file(GetParam().text);
    for (const char* interval : {"0", "10000"}) {
        set("CRM_meta_interval", interval);
        EXPECT_EQ(perform("monitor").code, GetParam().tells ? ExitCode::degraded : ExitCode::error);
    }
    EXPECT_EQ(perform("stop").code, GetParam().tells ? ExitCode::success : ExitCode::error);
    EXPECT_EQ(host.process, !GetParam().tells);
    host.end_guest();
    EXPECT_EQ(perform("monitor").code, ExitCode::not_running);
    EXPECT_EQ(perform("stop").code, ExitCode::success);
}

const std::string head = "<domain type='qemu'><name>rot</name>"
                         "<uuid>11111111-2222-3333-4444-555555555555</uuid>";

INSTANTIATE_TEST_SUITE_P(
    Each, BrokenFiles,
    ::testing::Values(BrokenFile{"empty", "", false}, BrokenFile{"cut_in_the_root", "<doma", false},
                      BrokenFile{"cut_in_the_name", "<domain type='qemu'><name>ro", false},
                      BrokenFile{"cut_in_the_uuid", head.substr(0, head.size() - 12), false},
                      BrokenFile{"cut_after_the_uuid", head + "<devices><dis", true},
                      BrokenFile{"bad_memory", head + "<memory>lots</memory></domain>", true},
                      BrokenFile{"with_a_document_type", "<!DOCTYPE d []>" + head + "</domain>",
                                 false}),
    [](const auto& each) { return each.param.name; });

TEST_F(Identification, is_read_from_libvirts_own_files_when_it_is_silent) {
    host.run_guest(rot);
    host.daemon = Daemon::hangs;
    host.in_status_files = rot;
    write_file("<domain");
    EXPECT_EQ(perform("monitor").code, ExitCode::degraded);
    EXPECT_EQ(perform("stop").code, ExitCode::success);
    EXPECT_FALSE(host.process);
}

} // namespace
} // namespace twinsite::vm
