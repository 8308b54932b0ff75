#include <twinsite/hypervisor/definition.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace twinsite::hypervisor {
namespace {

constexpr const char* whole = R"(<?xml version='1.0'?>
<!-- a comment -->
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>rot</name><uuid>C7A5FDBD-EDAF-9455-926A-D65C16DB1809</uuid>
  <memory unit='MiB'>64</memory><vcpu placement='static'>2</vcpu>
  <devices>
    <disk type='network' device='disk'>
      <source protocol='iscsi' name='iqn.2026-11.example:red/1'>
        <host name='198.51.100.101' port='3260'/>
        <initiator><iqn name='iqn.1993-08.org.debian:rz1-a'/></initiator>
        <slices><slice type='storage' offset='1048576' size='524288'/></slices>
      </source>
      <target dev='vda' bus='virtio'/>
    </disk>
    <disk type='file' device='cdrom'><target dev='sda'/><readonly/></disk>
    <disk type='block' device='disk'><source dev='/dev/drbd0'/><target dev='vdb'/></disk>
    <interface type='bridge'><source bridge='br0'/></interface>
    <interface type='network'><source network='default'/></interface>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <memballoon model='virtio'/>
  </devices>
</domain>)";

TEST(Definition, reads_what_the_agent_needs) {
    const auto read = parse_definition(whole);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->identity.name, "rot");
    EXPECT_EQ(read->identity.uuid, "c7a5fdbd-edaf-9455-926a-d65c16db1809");
    EXPECT_EQ(read->type, "qemu");
    EXPECT_EQ(read->memory_kib, 65536U);
    EXPECT_EQ(read->vcpus, 2U);
    EXPECT_TRUE(read->guest_agent);
    EXPECT_TRUE(read->balloon);
    ASSERT_EQ(read->disks.size(), 3U);
    EXPECT_EQ(read->disks[0].kind, DiskKind::iscsi);
    EXPECT_EQ(read->disks[0].source, "iqn.2026-11.example:red/1");
    EXPECT_EQ(read->disks[0].hosts, (std::vector<Host>{{"198.51.100.101", 3260}}));
    EXPECT_EQ(read->disks[0].initiator, "iqn.1993-08.org.debian:rz1-a");
    EXPECT_EQ(read->disks[0].slice_offset, 1048576U);
    EXPECT_EQ(read->disks[1].kind, DiskKind::other);
    EXPECT_EQ(read->disks[2].source, "/dev/drbd0");
    ASSERT_EQ(read->interfaces.size(), 2U);
    EXPECT_EQ(read->interfaces[0].source, "br0");
}

TEST(Definition, one_line_and_a_uuid_without_dashes_are_as_good) {
    const auto read = parse_definition("<domain type='test'><name>a b</name>"
                                       "<uuid>c7a5fdbdedaf9455926ad65c16db1809</uuid></domain>");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->identity.name, "a b");
    EXPECT_EQ(read->identity.uuid, "c7a5fdbd-edaf-9455-926a-d65c16db1809");
    EXPECT_EQ(read->memory_kib, 0U);
}

std::string with_disks(const std::string& disks) {
    return "<domain type='qemu'><name>n</name><devices>" + disks + "</devices></domain>";
}

std::string file_disk(const char* target, const char* more = "") {
    return fmt::format("<disk type='file'><source file='/a'>{}</source><target dev='{}'/></disk>",
                       more, target);
}

TEST(Definition, slices_of_one_lun_may_not_overlap) {
    const auto slice = [](const char* target, int offset) {
        return file_disk(target, fmt::format("<slices><slice type='storage' offset='{}' "
                                             "size='100'/></slices>",
                                             offset)
                                     .c_str());
    };
    EXPECT_TRUE(parse_definition(with_disks(slice("vda", 0) + slice("vdb", 100))));
    EXPECT_FALSE(parse_definition(with_disks(slice("vda", 0) + slice("vdb", 99))));
}

struct Bad {
    const char* name;
    std::string xml;
    std::string complaint;
};

class BadDefinition : public ::testing::TestWithParam<Bad> {};

TEST_P(BadDefinition, is_refused_with_a_reason) {
    const auto read = parse_definition(GetParam().xml);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::invalid_config);
    EXPECT_NE(read.error().message.find(GetParam().complaint), std::string::npos)
        << read.error().message;
}

std::string deep(int levels) {
    std::string xml = "<domain type='qemu'><name>n</name>";
    for (int i = 0; i < levels; ++i) {
        xml += "<a>";
    }
    return xml;
}

INSTANTIATE_TEST_SUITE_P(
    Each, BadDefinition,
    ::testing::Values(
        Bad{"empty", "", "is empty"}, Bad{"blank", " \n\t", "is empty"},
        Bad{"no_xml", "rot", "line 1"}, Bad{"cut_off", "<domain type='qemu'><name>rot", "line 1"},
        Bad{"binary", std::string("<domain\0>", 9), "binary"},
        Bad{"wrong_root", "<network><name>n</name></network>", "root of the XML is not <domain>"},
        Bad{"root_of_another_namespace", "<d:domain xmlns:d='x' type='qemu'/>", "not <domain>"},
        Bad{"no_name", "<domain type='qemu'/>", "no <name>"},
        Bad{"empty_name", "<domain type='qemu'><name> </name></domain>", "no <name>"},
        Bad{"path_as_name", "<domain type='qemu'><name>../x</name></domain>", "cannot be the name"},
        Bad{"no_type", "<domain><name>n</name></domain>", "no type"},
        Bad{"bad_uuid", "<domain type='qemu'><name>n</name><uuid>12</uuid></domain>", "no UUID"},
        Bad{"letters_in_uuid",
            "<domain type='qemu'><name>n</name>"
            "<uuid>z7a5fdbd-edaf-9455-926a-d65c16db1809</uuid></domain>",
            "no UUID"},
        Bad{"memory_unit",
            "<domain type='qemu'><name>n</name><memory unit='stones'>1</memory></domain>",
            "no unit of memory"},
        Bad{"memory_overflow",
            "<domain type='qemu'><name>n</name>"
            "<memory unit='TiB'>9223372036854775807</memory></domain>",
            "more than any machine has"},
        Bad{"memory_negative", "<domain type='qemu'><name>n</name><memory>-1</memory></domain>",
            "not between"},
        Bad{"same_target", with_disks(file_disk("vda") + file_disk("vda")),
            "two disks have the target vda"},
        Bad{"same_storage", with_disks(file_disk("vda") + file_disk("vdb")), "the same storage"},
        Bad{"entity_bomb",
            "<!DOCTYPE domain [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>"
            "<domain type='qemu'><name>&b;</name></domain>",
            "document type"},
        Bad{"external_entity",
            "<!DOCTYPE domain [<!ENTITY a SYSTEM 'file:///etc/shadow'>]>"
            "<domain type='qemu'><name>&a;</name></domain>",
            "document type"},
        Bad{"unknown_entity", "<domain type='qemu'><name>&a;</name></domain>", "line 1"},
        Bad{"too_deep", deep(5000), "line 1"},
        Bad{"too_large", "<domain type='qemu'><name>" + std::string(5'000'000, 'x'), "too large"}),
    [](const auto& each) { return each.param.name; });

TEST(Definition, storage_is_shared_by_what_it_is_called_and_not_by_the_way_to_it) {
    const auto with = [](const std::string& disk) {
        return parse_definition("<domain type='qemu'><name>rot</name><devices>" + disk +
                                "</devices></domain>")
            .value();
    };
    const auto lun = with("<disk type='network'><source protocol='iscsi' name='iqn.x:red/0'>"
                          "<host name='a'/></source><target dev='vda'/></disk>");
    EXPECT_TRUE(share_storage(lun, with("<disk type='network'><source protocol='iscsi' "
                                        "name='iqn.x:red/0'><host name='b'/></source></disk>")));
    EXPECT_FALSE(share_storage(lun, with("<disk type='file'><source file='/a'/></disk>")));
    const auto installer = with("<disk type='file'><source file='/iso'/><readonly/></disk>");
    EXPECT_FALSE(share_storage(installer, installer));
    EXPECT_FALSE(share_storage(with("<disk type='file'/>"), with("<disk type='file'/>")));
}

TEST(Definition, a_cdrom_is_read_only_and_may_be_shared) {
    const std::string drive = "<disk type='file' device='cdrom'><source file='/iso'/><target dev=";
    const auto definition =
        parse_definition("<domain type='qemu'><name>rot</name><devices>" + drive +
                         "'sda'/></disk>" + drive + "'sdb'/></disk></devices></domain>");
    ASSERT_TRUE(definition) << definition.error().message;
    EXPECT_TRUE(definition->disks.front().read_only);
}

} // namespace
} // namespace twinsite::hypervisor
