// The pcs and crmsh forms produce the cluster configuration that the cib form is.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/site/xml.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace twinsite::testing {
namespace {

using site::Xml;

/// Pacemaker's own defaults, which pcs writes out and twinsite does not.
void add_defaults(const Xml& element, std::map<std::string, std::string>& attributes) {
    if (element.name == "rule") {
        attributes.emplace("boolean-op", "and");
    } else if (element.name == "rsc_colocation") {
        attributes.emplace("rsc-role", "Started");
        attributes.emplace("with-rsc-role", "Started");
    } else if (element.name == "rsc_order") {
        attributes.emplace("first-action", "start");
        attributes.emplace("then-action", attributes["first-action"]);
    }
}

/// One line for each fact of an element; ids of nvpairs, rules and operations do not matter.
void facts_of(const Xml& element, const std::string& path, std::multiset<std::string>& facts) {
    static const std::set<std::string> anonymous{
        "nvpair", "instance_attributes", "meta_attributes", "utilization", "op",
        "rule",   "expression",          "operations"};
    std::string here = path + "/" + element.name;
    std::map<std::string, std::string> attributes;
    for (const auto& [key, value] : element.attributes) {
        if (key != "id" || !anonymous.contains(element.name)) {
            attributes[key] = value;
        }
    }
    add_defaults(element, attributes);
    for (const auto& [key, value] : attributes) {
        here += "[" + key + "=" + value + "]";
    }
    facts.insert(here);
    for (const Xml& child : element.children) {
        facts_of(child, here, facts);
    }
}

std::multiset<std::string> facts(const std::filesystem::path& file) {
    const auto text = read_file(file);
    const auto cib = text ? cluster::parse_cib(*text) : fail(text.error());
    if (!cib) {
        ADD_FAILURE() << file << ": " << cib.error().message;
        return {};
    }
    std::multiset<std::string> all;
    for (const Xml& section : cib->child("configuration")->children) {
        for (const Xml& element : section.children) {
            facts_of(element, section.name, all);
        }
    }
    return all;
}

/// The example with everything that has a form of its own: a failback window, a node on two PDUs, a
/// node without VMs, watchdogs, a group and an order of VMs, a way to migrate.
std::string rich_text() {
    std::string text = example_text();
    const std::vector<std::pair<std::string, std::string>> changes{
        {"\"failback\": \"automatic\"", "\"failback\": { \"window\": \"22:30-05:15\" }"},
        {"\"pdus\": {",
         "\"migration\": { \"transport\": \"tcp\" },\n\"pdus\": { \"pdu-2\": "
         "{ \"site\": \"rz1\", \"address\": \"10.77.1.33\", \"snmp\": { "
         "\"version\": \"2c\", \"secret_file\": \"/etc/twinsite/pdu-2.secret\" } },"},
        {"{ \"pdu\": \"pdu-rz1\", \"outlet\": \"3\" }",
         "{ \"pdu\": \"pdu-rz1\", \"outlet\": \"3\" }, { \"pdu\": \"pdu-2\", \"outlet\": \"1\" }"},
        {"\"site\": \"rz2\", \"roles\": [\"storage\", \"compute\"]",
         "\"site\": \"rz2\", \"roles\": [\"storage\"]"},
        {"\"rot\":  {", "\"rot\":  { \"group\": \"erp\","},
        {"\"rosa\": {", "\"rosa\": { \"group\": \"erp\", \"after\": [\"rot\"],"}};
    for (const auto& [what, with] : changes) {
        const auto at = text.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        text.replace(at, what.size(), with);
    }
    return with_majority(text);
}

class Forms : public RootedTest {
protected:
    void SetUp() override {
        RootedTest::SetUp();
        static_cast<void>(scratch.write("topology.json", rich_text()));
    }
    void expect_same(const std::string& load) {
        const auto run = script_in_root(
            "mkdir -p /usr/lib/ocf/resource.d; "
            "ln -s /twinsite-bin /usr/lib/ocf/resource.d/twinsite; "
            "ln -s /twinsite-bin/fence_netpdu /usr/sbin/fence_netpdu\n"
            "cd /files\ntwinsite() { command twinsite --topology topology.json \"$@\"; }\n"
            "twinsite render --format cib > wanted.xml\n"
            "cib-of-four-nodes > made.xml\n" +
                load,
            scratch.path(), Milliseconds{550'000}); // pcs takes a second for each command
        EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
        const auto wanted = facts(scratch.path() / "wanted.xml");
        const auto made = facts(scratch.path() / "made.xml");
        std::vector<std::string> missing;
        std::vector<std::string> surplus;
        std::set_difference(wanted.begin(), wanted.end(), made.begin(), made.end(),
                            std::back_inserter(missing));
        std::set_difference(made.begin(), made.end(), wanted.begin(), wanted.end(),
                            std::back_inserter(surplus));
        for (std::size_t i = 0; i < std::min<std::size_t>(missing.size(), 10); ++i) {
            ADD_FAILURE() << "missing: " << missing[i];
        }
        for (std::size_t i = 0; i < std::min<std::size_t>(surplus.size(), 10); ++i) {
            ADD_FAILURE() << "surplus: " << surplus[i];
        }
    }
};

TEST_F(Forms, pcs_makes_the_same_configuration) {
    expect_same("twinsite render --format pcs > load.sh; bash load.sh made.xml 2>err.txt || "
                "{ cat err.txt >&2; exit 1; }");
}

TEST_F(Forms, crmsh_makes_the_same_configuration) {
    expect_same("twinsite render --format crmsh > load.crm\n"
                "export CIB_file=/files/made.xml; crm -F configure load update load.crm 2>&1");
}

} // namespace
} // namespace twinsite::testing
