// The adapter on libvirt's own test driver, which lives in this process.
#include "lib/hypervisor/libvirt_migration.hpp"
#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/handle.hpp>
#include <twinsite/hypervisor/libvirt.hpp>

#include <gtest/gtest.h>
#include <libvirt/libvirt.h>

namespace twinsite::hypervisor {
namespace {

constexpr const char* xml =
    "<domain type='test'><name>rot</name><uuid>11111111-2222-3333-4444-555555555555</uuid>"
    "<memory>8192</memory><os><type>hvm</type></os></domain>";
const DomainIdentity rot{"rot", "11111111-2222-3333-4444-555555555555"};

class LibvirtAdapter : public ::testing::Test {
protected:
    Deadline soon() { return Deadline::after(clock, Milliseconds(10000)); }
    DomainView view() {
        const auto found = libvirt.find(rot, soon());
        EXPECT_TRUE(found && *found);
        return found && *found ? **found : DomainView{};
    }
    /// As an administrator does.
    static void suspend() {
        const CHandle<virConnect, virConnectClose> open(virConnectOpen("test:///default"));
        const CHandle<virDomain, virDomainFree> domain(
            virDomainLookupByName(open.get(), rot.name.c_str()));
        ASSERT_EQ(virDomainSuspend(domain.get()), 0);
    }
    SystemClock clock;
    // Connections of one process to this address share one set of domains; each test, which is a
    // process of its own, has its own.
    Libvirt libvirt{"test:///default", clock};
};

TEST_F(LibvirtAdapter, a_domain_lives_and_dies) {
    EXPECT_EQ(libvirt.find(rot, soon()).value(), std::nullopt);
    ASSERT_TRUE(libvirt.create(xml, "vm_rot", soon()));
    EXPECT_EQ(view().state, DomainState::running);
    EXPECT_EQ(view().identity, rot);
    EXPECT_FALSE(libvirt.create(xml, "vm_rot", soon()));
    ASSERT_TRUE(libvirt.destroy(rot, DestroyMode::firmly, soon()));
    EXPECT_EQ(libvirt.find(rot, soon()).value(), std::nullopt);
    EXPECT_TRUE(libvirt.destroy(rot, DestroyMode::firmly, soon()));
}

TEST_F(LibvirtAdapter, is_known_by_its_uuid_or_without_one_by_its_name) {
    ASSERT_TRUE(libvirt.create(xml, "vm_rot", soon()));
    EXPECT_TRUE(libvirt.find({"rot", ""}, soon()).value());
    EXPECT_TRUE(libvirt.find({"renamed", rot.uuid}, soon()).value());
    EXPECT_FALSE(libvirt.find({"rot", "99999999-2222-3333-4444-555555555555"}, soon()).value());
}

TEST_F(LibvirtAdapter, is_found_again_by_its_mark) {
    ASSERT_TRUE(libvirt.create(xml, "vm_rot", soon()));
    const auto created = libvirt.find_marked("vm_rot", soon());
    EXPECT_TRUE(created && *created) << "not marked from its creation on";
    const auto marked = libvirt.mark(rot, "vm_rot", Mark::settled, soon());
    ASSERT_TRUE(marked) << marked.error().message;
    const auto found = libvirt.find_marked("vm_rot", soon());
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->identity, rot);
    EXPECT_FALSE(libvirt.find_marked("vm_ro", soon()).value());
    EXPECT_FALSE(libvirt.find_marked("vm_rot2", soon()).value());
}

TEST_F(LibvirtAdapter, paused_in_a_migration_is_not_paused_by_an_admin) {
    ASSERT_TRUE(libvirt.create(xml, "vm_rot", soon()));
    suspend();
    EXPECT_FALSE((*libvirt.find(rot, soon()))->unconfirmed);
    ASSERT_TRUE(libvirt.mark(rot, "vm_rot", Mark::in_migration, soon()));
    EXPECT_TRUE((*libvirt.find(rot, soon()))->unconfirmed);
    EXPECT_TRUE(*libvirt.find_marked("vm_rot", soon()));
    ASSERT_TRUE(libvirt.mark(rot, "vm_rot", Mark::settled, soon()));
    EXPECT_FALSE((*libvirt.find(rot, soon()))->unconfirmed);
}

/// The test driver cannot create a domain paused: an administrator's pause stands for it.
TEST_F(LibvirtAdapter, what_a_start_left_paused_is_not_paused_by_an_admin) {
    ASSERT_TRUE(libvirt.create(xml, "vm_rot", soon()));
    EXPECT_FALSE(view().unstarted);
    suspend();
    EXPECT_TRUE(view().unstarted);
    EXPECT_FALSE(view().unconfirmed);
    ASSERT_TRUE(libvirt.resume(rot, soon()));
    ASSERT_TRUE(libvirt.mark(rot, "vm_rot", Mark::settled, soon()));
    suspend();
    EXPECT_FALSE(view().unstarted);
}

TEST_F(LibvirtAdapter, an_admins_definition_outlives_the_guest) {
    // The test driver brings a defined domain along.
    const DomainIdentity defined{"test", ""};
    ASSERT_TRUE(libvirt.destroy(defined, DestroyMode::firmly, soon()));
    const auto off = libvirt.find(defined, soon());
    ASSERT_TRUE(off && *off);
    EXPECT_EQ((*off)->state, DomainState::shut_off);
    EXPECT_EQ((*off)->detail, "it was destroyed");
}

TEST_F(LibvirtAdapter, saves_and_restores) {
    const testing::ScratchDirectory scratch;
    ASSERT_TRUE(libvirt.create(xml, "vm_rot", soon()));
    const auto saved = libvirt.save(rot, scratch.path() / "state", soon());
    ASSERT_TRUE(saved) << saved.error().message;
    EXPECT_EQ(libvirt.find(rot, soon()).value(), std::nullopt);
    const auto restored = libvirt.restore(scratch.path() / "state", soon());
    ASSERT_TRUE(restored) << restored.error().message;
    EXPECT_EQ(view().state, DomainState::running);
}

TEST_F(LibvirtAdapter, tells_what_a_driver_cannot_do_from_what_failed) {
    EXPECT_EQ(libvirt.ping({"test", ""}, soon()).error().kind, ErrorKind::conflict);
    EXPECT_EQ(libvirt.revert({"test", ""}, "none", soon()).error().kind, ErrorKind::not_found);
    EXPECT_EQ(libvirt.activate_network("none", soon()).error().kind, ErrorKind::not_found);
    EXPECT_TRUE(libvirt.activate_network("default", soon()));
    EXPECT_TRUE(libvirt.activate_pool("default-pool", soon()));
}

TEST_F(LibvirtAdapter, only_what_runs_without_a_definition_tells_how_it_would_start_again) {
    ASSERT_TRUE(libvirt.create(xml, "vm_rot", soon()));
    ASSERT_TRUE(libvirt.mark(rot, "vm_rot", Mark::settled, soon()));
    const auto live = libvirt.live_description(rot, soon());
    ASSERT_TRUE(live);
    EXPECT_NE(live->find("urn:twinsite:vm:1"), std::string::npos);
    const auto text = libvirt.configuration(rot, soon());
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(parse_definition(*text)->identity, rot);
    EXPECT_EQ(text->find("urn:twinsite:vm:1"), std::string::npos);
    EXPECT_EQ(text->find("metadata"), std::string::npos);
    // The test driver brings a defined domain along.
    EXPECT_EQ(libvirt.configuration({"test", ""}, soon()).error().kind, ErrorKind::conflict);
    EXPECT_FALSE(libvirt.autostarts(rot, soon()).value());
    EXPECT_FALSE(libvirt.autostarts({"test", ""}, soon()).value());
    const CHandle<virConnect, virConnectClose> open(virConnectOpen("test:///default"));
    const CHandle<virDomain, virDomainFree> domain(virDomainLookupByName(open.get(), "test"));
    ASSERT_EQ(virDomainSetAutostart(domain.get(), 1), 0);
    EXPECT_TRUE(libvirt.autostarts({"test", ""}, soon()).value());
}

TEST_F(LibvirtAdapter, a_target_that_cannot_say_whether_it_runs_the_guest_does_not_say_no) {
    const auto ask = [&](const DomainIdentity& identity) {
        return libvirt.inspect_target("test:///default",
                                      Definition{.identity = identity, .type = "test", .xml = xml},
                                      soon());
    };
    const auto absent = ask(rot);
    ASSERT_TRUE(absent);
    EXPECT_FALSE(absent->already_active);
    EXPECT_TRUE(ask({"test", ""})->already_active);
    EXPECT_FALSE(ask({"rot", "a question that is refused"}));
}

TEST_F(LibvirtAdapter, bad_xml_is_refused_with_libvirts_reason) {
    const auto created = libvirt.create("<domain type='test'/>", "vm_rot", soon());
    ASSERT_FALSE(created);
    EXPECT_EQ(created.error().message.find("libvirt does not start it: "), 0U);
}

TEST_F(LibvirtAdapter, a_missing_daemon_is_unreachable) {
    Libvirt absent("qemu+unix:///system?socket=/nonexistent/socket", clock);
    EXPECT_EQ(absent.find(rot, soon()).error().kind, ErrorKind::unreachable);
}

/// libxl refuses flags that it does not know (LIBXL_MIGRATION_FLAGS).
TEST(Migration, asks_only_qemu_to_abort_on_an_error) {
    const MigrationRequest request{.daemon_uri = "", .migration_uri = "", .arrive_paused = true};
    EXPECT_NE(migration_flags(request, true) & VIR_MIGRATE_ABORT_ON_ERROR, 0U);
    EXPECT_EQ(migration_flags(request, false),
              static_cast<unsigned>(VIR_MIGRATE_LIVE | VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_PAUSED));
}

TEST(GuestProcessesFor, every_qemu_of_this_host_has_processes_also_when_mistyped) {
    const auto known = [](std::string_view uri) {
        const auto found = guest_processes_for(uri)->find({"no-such-guest", ""});
        return found || found.error().kind != ErrorKind::not_installed;
    };
    for (const char* uri :
         {"qemu:///system", "qemu:///session", "qemu:///systm", "qemu+unix:///system?socket=/x",
          "qemu+tcp://localhost/system", "qemu+tls://admin@127.0.0.1:16514/system",
          "qemu+ssh://[::1]/system", "qemu:/system"}) {
        EXPECT_TRUE(known(uri)) << uri;
    }
    for (const char* uri :
         {"qemu+ssh://n2/system", "qemuu:///system", "xen:///system", "lxc:///system",
          "test:///default", "qemu+tcp://[2001:db8::1]/system"}) {
        EXPECT_FALSE(known(uri)) << uri;
    }
}

} // namespace
} // namespace twinsite::hypervisor
