// Hostile input, made by mutating good input; the same each time. Worth most under the sanitizers.
#include <twinsite/hypervisor/definition.hpp>
#include <twinsite/hypervisor/guest_process.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace twinsite::hypervisor {
namespace {

const std::string seed = R"(<?xml version='1.0' encoding='UTF-8'?>
<domain type='kvm' id='1'><name>rot</name><uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
<metadata><twinsite:resource xmlns:twinsite="urn:twinsite:vm:1" name="vm_rot"/></metadata>
<memory unit='MiB'>64</memory><currentMemory>32768</currentMemory><vcpu current='1'>2</vcpu>
<cpu mode='custom'><model>qemu64</model></cpu><devices>
<disk type='network' device='disk'><driver name='qemu'/><auth username='x'/>
<source protocol='iscsi' name='iqn.2026-11.example:red/1' startupPolicy='optional'>
<host name='198.51.100.101' port='3260'/><initiator><iqn name='iqn.x:a'/></initiator>
<slices><slice type='storage' offset='1048576' size='524288'/></slices></source>
<target dev='vda' bus='virtio'/><readonly/><shareable/></disk>
<disk type='volume'><source pool='p' volume='v'/><target dev='vdb'/></disk>
<interface type='bridge'><source bridge='br0'/></interface><!-- &amp; <![CDATA[x]]> -->
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<memballoon model='virtio'/></devices></domain>)";

class Mutator {
public:
    explicit Mutator(unsigned number)
        : random_(number) {}

    std::string mutate(std::string text) {
        static const std::array<std::string, 16> pieces{"<",
                                                        ">",
                                                        "&",
                                                        "&lt;",
                                                        "&x;",
                                                        "]]>",
                                                        "<!--",
                                                        "<!DOCTYPE a [",
                                                        "<!ENTITY a 'b'>",
                                                        "\xff\xfe",
                                                        "<a xmlns:b='c'>",
                                                        "'",
                                                        "18446744073709551616",
                                                        "-1",
                                                        "/../",
                                                        "</domain>"};
        for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
            const std::size_t at = below(text.size() + 1);
            const std::size_t length = std::min<std::size_t>(below(40), text.size() - at);
            switch (below(5)) {
            case 0:
                text.erase(at, length);
                break;
            case 1:
                text.insert(at, pieces[below(pieces.size())]);
                break;
            case 2:
                text.insert(below(text.size() + 1), text.substr(at, length));
                break;
            case 3:
                text.resize(at);
                break;
            default:
                if (at < text.size()) {
                    text[at] = static_cast<char>(below(256));
                }
            }
        }
        return text;
    }

private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    std::mt19937 random_;
};

TEST(Mutation, no_domain_xml_breaks_the_parser_and_what_it_accepts_is_sane) {
    unsigned accepted = 0;
    for (unsigned i = 0; i < 20000; ++i) {
        const std::string xml = Mutator(i).mutate(seed);
        const auto read = parse_definition(xml);
        const auto identity = parse_identity(xml);
        if (identity) {
            EXPECT_FALSE(identity->name.empty());
            EXPECT_EQ(identity->name.find('/'), std::string::npos);
            EXPECT_TRUE(identity->uuid.empty() || identity->uuid.size() == 36U);
        }
        EXPECT_TRUE(!read || (identity && *identity == read->identity)) << xml;
        if (!read) {
            EXPECT_EQ(read.error().kind, ErrorKind::invalid_config) << xml;
            EXPECT_FALSE(read.error().message.empty());
            continue;
        }
        ++accepted;
        EXPECT_FALSE(read->identity.name.empty());
        EXPECT_EQ(read->identity.name.find('/'), std::string::npos);
        EXPECT_TRUE(read->identity.uuid.empty() || read->identity.uuid.size() == 36U);
        EXPECT_FALSE(read->type.empty());
        EXPECT_LE(read->memory_kib, 1ULL << 50U);
    }
    // Otherwise the mutations only ever tested the first line.
    EXPECT_GT(accepted, 500U);
    EXPECT_LT(accepted, 18000U);
}

TEST(Mutation, no_command_line_breaks_the_search_for_a_guest) {
    using namespace std::string_literals;
    const std::string line = "/usr/bin/qemu-system-x86_64\0-name\0guest=rot,debug-threads=on\0"
                             "-uuid\0c7a5fdbd-edaf-9455-926a-d65c16db1809\0"s;
    for (unsigned i = 0; i < 20000; ++i) {
        const std::string mutated = Mutator(i).mutate(line);
        // Nobody else's UUID, whatever the rest says.
        EXPECT_FALSE(is_guest(mutated, {"other", "00000000-edaf-9455-926a-d65c16db1809"}));
    }
}

} // namespace
} // namespace twinsite::hypervisor
