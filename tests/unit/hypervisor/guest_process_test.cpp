#include "tests/support/scratch_directory.hpp"

#include <twinsite/hypervisor/guest_process.hpp>

#include <gtest/gtest.h>

namespace twinsite::hypervisor {
namespace {

using testing::ScratchDirectory;
using namespace std::string_literals;

const DomainIdentity rot{"rot", "11111111-2222-3333-4444-555555555555"};
const std::string rot_line = "/usr/bin/qemu-system-x86_64\0-name\0guest=rot,debug-threads=on\0"
                             "-uuid\0"
                             "11111111-2222-3333-4444-555555555555\0-display\0none\0"s;

TEST(GuestProcess, the_uuid_decides_and_without_one_the_name) {
    EXPECT_TRUE(is_guest(rot_line, rot));
    EXPECT_TRUE(is_guest(rot_line, {"renamed", rot.uuid}));
    EXPECT_TRUE(is_guest(rot_line, {"rot", ""}));
    EXPECT_FALSE(is_guest(rot_line, {"rot", "99999999-2222-3333-4444-555555555555"}));
    EXPECT_FALSE(is_guest(rot_line, {"rott", ""}));
    EXPECT_TRUE(is_guest("qemu\0-name\0guest=a,,b,debug-threads=on\0"s, {"a,b", ""}));
    EXPECT_FALSE(is_guest("vim\0rot\0"s, rot));
    EXPECT_FALSE(is_guest("", rot));
    EXPECT_FALSE(is_guest("-uuid", rot));
}

class ProcFolder {
public:
    void add(int pid, const std::string& command_line, char state) const {
        const std::string folder = "proc/" + std::to_string(pid);
        static_cast<void>(scratch.write(folder + "/cmdline", command_line));
        static_cast<void>(scratch.write(folder + "/stat",
                                        std::to_string(pid) + " (qemu) evil) " + state + " 1 1"));
    }
    [[nodiscard]] QemuProcesses processes() const {
        return QemuProcesses(scratch.path() / "run", scratch.path() / "proc");
    }
    ScratchDirectory scratch;
};

TEST(GuestProcess, is_found_through_its_pid_file_or_without_it) {
    const ProcFolder machine;
    machine.add(300, rot_line, 'T');
    machine.add(301, "sleep", 'S');
    auto processes = machine.processes();
    EXPECT_FALSE(processes.glance(rot));
    const auto found = processes.find(rot);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->pid, 300);
    EXPECT_TRUE((*found)->stopped());
    static_cast<void>(machine.scratch.write("run/rot.pid", "300\n"));
    ASSERT_TRUE(processes.glance(rot));
}

TEST(GuestProcess, a_stale_pid_file_proves_nothing) {
    const ProcFolder machine;
    machine.add(300, "sleep", 'S');
    static_cast<void>(machine.scratch.write("run/rot.pid", "300\n"));
    auto processes = machine.processes();
    EXPECT_FALSE(processes.glance(rot));
    EXPECT_EQ(processes.find(rot).value(), std::nullopt);
    machine.add(302, rot_line, 'S');
    EXPECT_EQ(processes.find(rot).value()->pid, 302);
}

TEST(GuestProcess, a_dead_leader_whose_threads_hang_is_still_there) {
    const ProcFolder machine;
    machine.add(300, "", 'Z');
    auto processes = machine.processes();
    EXPECT_EQ(processes.find(rot).value(), std::nullopt);
    static_cast<void>(machine.scratch.write("proc/300/task/305/cmdline", rot_line));
    ASSERT_TRUE(processes.find(rot).value());
    EXPECT_EQ(processes.find(rot).value()->state, 'D');
}

TEST(GuestProcess, any_guest_is_told_from_other_processes_that_are_called_qemu) {
    const ProcFolder machine;
    machine.add(300, "/usr/sbin/qemu-ga\0--daemonize\0"s, 'S');
    machine.add(301, "", 'S'); // as of a thread of the kernel
    EXPECT_FALSE(machine.processes().any().value());
    static_cast<void>(machine.scratch.write("proc/301/task/305/cmdline", rot_line));
    EXPECT_TRUE(machine.processes().any().value());
    EXPECT_FALSE(QemuProcesses("/nonexistent/run", "/nonexistent/proc").any());
    EXPECT_FALSE(NoGuestProcesses().any());
}

TEST(GuestProcess, a_guest_of_a_container_is_not_of_this_host) {
    const ProcFolder machine;
    machine.add(300, rot_line, 'S');
    for (const auto& [process, space] : {std::pair("self", "pid:[1]"), {"300", "pid:[2]"}}) {
        const auto folder = machine.scratch.path() / "proc" / process / "ns";
        std::filesystem::create_directories(folder);
        std::filesystem::create_symlink(space, folder / "pid");
    }
    EXPECT_FALSE(machine.processes().any().value());
}

std::string status(const std::string& uuid, const std::string& resource) {
    return "<domstatus state='running' pid='300'><domain type='qemu' "
           "id='1'><name>rot</name><uuid>" +
           uuid + "</uuid><metadata><t:resource xmlns:t=\"urn:twinsite:vm:1\" name=\"" + resource +
           "\"/></metadata></domain></domstatus>";
}

TEST(GuestProcess, the_daemons_files_tell_whose_a_domain_is) {
    const ProcFolder machine;
    static_cast<void>(machine.scratch.write("run/a.xml", "<domstatus><domain>"));
    static_cast<void>(machine.scratch.write("run/b.xml", status("no uuid", "vm_rot")));
    static_cast<void>(machine.scratch.write("run/c.xml", status(rot.uuid, "vm_other")));
    auto processes = machine.processes();
    EXPECT_EQ(processes.find_marked("vm_rot"), std::nullopt);
    static_cast<void>(machine.scratch.write("run/d.xml", status(rot.uuid, "vm_rot")));
    EXPECT_EQ(processes.find_marked("vm_rot"), rot);
    EXPECT_EQ(processes.find_marked("vm_ro"), std::nullopt);
}

TEST(GuestProcess, without_proc_nothing_is_known) {
    QemuProcesses processes("/nonexistent/run", "/nonexistent/proc");
    EXPECT_FALSE(processes.find(rot));
    NoGuestProcesses none;
    EXPECT_EQ(none.find(rot).error().kind, ErrorKind::not_installed);
}

} // namespace
} // namespace twinsite::hypervisor
