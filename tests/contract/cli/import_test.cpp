// From existing clusters to a topology: one that twinsite rendered, one written by hand, bad ones.
#include "tests/support/scratch_directory.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <twinsite/base/file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

const std::string cibs = TWINSITE_CIBS;

class Import : public ::testing::Test {
protected:
    ScratchDirectory scratch;

    process::Output import_text(const std::string& cib) {
        return run_twinsite({"import", "--cib", scratch.write("cib.xml", cib).string()});
    }
    static std::string hand_written() { return read_file(cibs + "/by-hand.xml").value_or(""); }
    static std::string hand_written_with(const std::string& what, const std::string& with) {
        std::string text = hand_written();
        return text.replace(text.find(what), what.size(), with);
    }
};

TEST_F(Import, what_was_rendered_comes_back) {
    const auto topology = scratch.write("topology.json", example_text()).string();
    const auto file = [&](const char* name, const char* format) {
        return scratch
            .write(name, run_twinsite({"--topology", topology, "render", "--format", format}).out)
            .string();
    };
    const auto run =
        run_twinsite({"import", "--cib", file("cib.xml", "cib"), "--corosync",
                      file("corosync.conf", "corosync"), "--drbd", file("all.res", "drbd")});
    EXPECT_EQ(run.exit_code, 0) << run.err; // everything was placed, everything is known
    const auto again = scratch.write("again.json", run.out).string();
    for (const char* format : {"cib", "corosync", "drbd"}) {
        EXPECT_EQ(run_twinsite({"--topology", again, "render", "--format", format}).out,
                  run_twinsite({"--topology", topology, "render", "--format", format}).out)
            << format;
    }
    EXPECT_EQ(run_twinsite({"--topology", again, "check"}).exit_code, 0);
}

TEST_F(Import, a_majority_comes_back_with_its_watchdogs) {
    const auto topology = scratch.write("topology.json", with_majority(example_text())).string();
    const auto rendered = [](const std::string& from) {
        return run_twinsite({"--topology", from, "render", "--format", "cib"}).out;
    };
    const auto run = import_text(rendered(topology));
    EXPECT_THAT(run.err, HasSubstr("/nodes/*/watchdog"));
    EXPECT_THAT(run.err, Not(HasSubstr("import-not-placed")));
    const auto json = Json::parse(run.out, nullptr, false);
    EXPECT_EQ(json["policy"]["isolation"], "majority");
    EXPECT_EQ(json["nodes"]["rz2-b"]["watchdog"], "/dev/watchdog");
}

TEST_F(Import, without_the_engines_files_the_gaps_are_named) {
    const auto topology = scratch.write("topology.json", example_text()).string();
    const auto run =
        import_text(run_twinsite({"--topology", topology, "render", "--format", "cib"}).out);
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("/luns/red/mirror: disks, port and protocol"));
    EXPECT_THAT(run.err, HasSubstr("/nodes/rz1-a/addresses/cluster"));
    EXPECT_THAT(run.err, HasSubstr("[import-not-known]"));
    EXPECT_THAT(run.err, Not(HasSubstr("import-not-placed")));
}

class ByHand : public Import {
protected:
    Json topology;
    std::map<std::string, std::string> findings; ///< where to code, problem and remedy
    process::Output run;

    void SetUp() override {
        run = run_twinsite({"import", "--output", "json", "--cib", cibs + "/by-hand.xml",
                            "--corosync", cibs + "/corosync.conf", "--drbd", cibs + "/drbd.d",
                            "--site", "west=alpha,beta", "--site", "east=gamma,delta"});
        const auto json = Json::parse(run.out, nullptr, false);
        ASSERT_TRUE(json.is_object()) << run.out << run.err;
        topology = json.at("topology");
        for (const auto& finding : json.at("findings")) {
            findings[finding.at("where")] += finding.at("code").get<std::string>() + ": " +
                                             finding.at("problem").get<std::string>() + "\n";
            EXPECT_NE(finding.at("remedy"), "");
        }
    }
};

TEST_F(ByHand, is_a_cib_that_pacemaker_takes) {
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    const auto valid = script_in_root(
        "xmllint --noout --relaxng /usr/share/pacemaker/pacemaker-3.9.rng /files/by-hand.xml 2>&1",
        cibs);
    // The old words (<master>, role Master) are part of the schema still.
    EXPECT_EQ(valid.exit_code, 0) << valid.out;
}

TEST_F(ByHand, nodes_sites_and_addresses) {
    EXPECT_EQ(topology["cluster"], "keller");
    EXPECT_EQ(topology["witness"]["address"], "203.0.113.9");
    EXPECT_EQ(topology["nodes"]["beta"]["site"], "west");
    EXPECT_EQ(topology["nodes"]["alpha"]["roles"], Json({"storage", "compute"}));
    EXPECT_EQ(topology["nodes"]["delta"]["roles"], Json({"compute"}));
    EXPECT_EQ(topology["nodes"]["alpha"]["addresses"]["cluster"],
              Json({"192.0.2.1", "198.51.100.1"}));
    EXPECT_EQ(topology["nodes"]["alpha"]["addresses"]["storage"], "198.51.100.1");
    EXPECT_EQ(topology["corosync"]["token_ms"], 5000);
    EXPECT_EQ(topology["corosync"]["key_file"], "/etc/corosync/authkey");
}

TEST_F(ByHand, a_group_with_a_master_becomes_a_lun) {
    const Json& mail = topology["luns"]["mail"];
    EXPECT_EQ(mail["home"], "west");
    EXPECT_EQ(mail["mirror"]["nodes"],
              Json({{"alpha", "/dev/vg0/mail"}, {"gamma", "/dev/vg1/mail"}}));
    EXPECT_EQ(mail["mirror"]["device"], "/dev/drbd1");
    EXPECT_EQ(mail["mirror"]["port"], 7790);
    EXPECT_EQ(mail["target"]["iqn"], "iqn.2019-03.de.keller:mail");
    EXPECT_EQ(mail["target"]["lun"], 1);
    EXPECT_EQ(mail["target"]["chap_user"], "vmhost");
    EXPECT_EQ(mail["address"]["ip"], "192.0.2.50");
    EXPECT_EQ(mail["address"]["prefix"], 24);
}

TEST_F(ByHand, resource_sets_and_a_device_number_become_a_lun) {
    const Json& files = topology["luns"]["files"];
    EXPECT_EQ(files["home"], "east"); // its VM's
    EXPECT_EQ(files["mirror"]["device"], "/dev/drbd7");
    EXPECT_EQ(files["mirror"]["protocol"], "A");
    EXPECT_EQ(files["mirror"]["nodes"],
              Json({{"alpha", "/dev/vg0/files"}, {"gamma", "/dev/vg0/files"}}));
    EXPECT_EQ(files["address"]["nic"], "eth1");
    EXPECT_THAT(findings["/luns/files/home"], HasSubstr("its VMs' home was taken"));
}

TEST_F(ByHand, virtual_domains_become_vms) {
    const Json& mail = topology["vms"]["mail"];
    EXPECT_EQ(mail["home"], "west");
    EXPECT_EQ(mail["host"], "beta");
    EXPECT_EQ(mail["luns"], Json({"mail"}));
    EXPECT_EQ(mail["config"], "/etc/libvirt/qemu/mail.xml");
    EXPECT_EQ(mail["memory_mib"], 4096);
    EXPECT_EQ(mail["cpus"], 2);
    EXPECT_EQ(mail["priority"], 50);
    EXPECT_EQ(mail["after"], Json({"ldap"}));
    EXPECT_EQ(topology["vms"]["ldap"]["luns"], Json({"mail"}));
    EXPECT_EQ(topology["vms"]["ldap"]["home"], "west"); // its LUN's; the leftover does not count
    EXPECT_EQ(topology["vms"]["files"]["home"], "east");
    EXPECT_EQ(topology["migration"]["transport"], "ssh");
}

TEST_F(ByHand, outlets_come_from_fence_devices_and_secrets_stay_behind) {
    const Json& pdu = topology["pdus"]["pdu-west"];
    EXPECT_EQ(pdu["address"], "192.0.2.201");
    EXPECT_EQ(pdu["site"], "west");
    EXPECT_EQ(topology["nodes"]["alpha"]["power"],
              Json::parse(R"([{"pdu":"pdu-west","outlet":"1"},{"pdu":"pdu-west","outlet":"2"}])"));
    EXPECT_THAT(findings["f_west"], HasSubstr("was not copied"));
    EXPECT_THAT(findings["p_target_mail"], HasSubstr("CHAP password"));
    EXPECT_THAT(run.out + run.err, Not(HasSubstr("geheim")));
}

TEST_F(ByHand, whatever_has_no_place_is_listed_by_its_id) {
    EXPECT_EQ(run.exit_code, 1);
    const std::map<std::string, std::string> expected{{"p_fs_iso", "has no Filesystem"},
                                                      {"ip_web", "belongs to no LUN"},
                                                      {"f_gamma", "switches no PDU outlets"},
                                                      {"fl-gamma", "one level"},
                                                      {"cli-prefer-ldap", "left behind by a move"},
                                                      {"l_ping", "node attribute \"pingd\""},
                                                      {"l_fs_not", "keeps files away from alpha"},
                                                      {"c_apart", "keeps two resources apart"},
                                                      {"t_files_ticket", "no rsc_ticket"}};
    for (const auto& [where, what] : expected) {
        EXPECT_THAT(findings[where], HasSubstr("import-not-placed")) << where;
        EXPECT_THAT(findings[where], HasSubstr(what)) << where;
    }
    std::set<std::string> surplus;
    for (const auto& [where, text] : findings) {
        if (text.find("import-not-placed") != std::string::npos && !expected.contains(where)) {
            surplus.insert(where);
        }
    }
    EXPECT_EQ(surplus, std::set<std::string>{});
}

TEST_F(ByHand, what_is_said_otherwise_is_listed_too) {
    EXPECT_THAT(findings["ldap"], HasSubstr("target-role=Stopped"));
    EXPECT_THAT(findings["ldap"], HasSubstr("force_stop"));
    EXPECT_THAT(findings["p_lu_mail"], HasSubstr("scsi_sn"));
    for (const char* where : {"ldap", "p_lu_mail", "l_mail", "c_vm_mail"}) {
        EXPECT_THAT(findings[where], HasSubstr("import-means-less: ")) << where;
    }
    EXPECT_THAT(findings["l_mail"], HasSubstr("INFINITY becomes a soft preference"));
    EXPECT_THAT(findings["c_vm_mail"], HasSubstr("the very node"));
    EXPECT_THAT(findings["no-quorum-policy"], HasSubstr("it is stop"));
    EXPECT_EQ(topology["policy"]["isolation"], "keep-home");
}

TEST_F(ByHand, the_topology_needs_only_what_is_listed) {
    // gamma's and delta's outlets are what is missing in this cluster.
    const auto file = scratch.write("topology.json", topology.dump()).string();
    const auto check = run_twinsite({"--topology", file, "check"});
    EXPECT_EQ(check.exit_code, 1);
    EXPECT_THAT(check.out, HasSubstr("/nodes/gamma"));
    EXPECT_THAT(check.out, Not(HasSubstr("schema-invalid"))) << check.out;
    EXPECT_THAT(check.out, Not(HasSubstr("unknown-reference"))) << check.out;
}

TEST_F(Import, without_sites_it_says_how_to_name_them) {
    const auto run = import_text(hand_written());
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("--site SITE=alpha"));
    EXPECT_THAT(run.err, HasSubstr("the nodes stand in 0 sites"));
}

TEST_F(Import, one_target_for_two_mirrors_is_refused_as_a_whole) {
    const auto run = import_text(
        hand_written_with("<rsc_ticket", "<rsc_colocation id=\"both\" rsc=\"g_mail\" "
                                         "with-rsc=\"c_drbd_files\" score=\"INFINITY\"/>\n"
                                         "<rsc_ticket"));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("p_target_mail: it is bound to several mirrors: drbd_mail, "
                                   "drbd_files"));
}

TEST_F(Import, a_constraint_on_something_that_is_not_there) {
    const auto run = import_text(
        hand_written_with("rsc=\"files\" node=\"gamma\"", "rsc=\"gone\" node=\"gamma\""));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("l_fs: it refers to \"gone\", which the CIB does not have"));
}

TEST_F(Import, two_mirrors_of_one_drbd_resource) {
    const auto run = import_text(hand_written_with("value=\"files\"", "value=\"mail\""));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("DRBD resource \"mail\" already"));
}

TEST_F(Import, bad_input_is_a_sentence_and_exit_2) {
    const std::map<std::string, std::string> cases{
        {"", "no well-formed XML"},
        {"<cib", "no well-formed XML"},
        {"<html/>", "no CIB"},
        {"<cib validate-with=\"pacemaker-3.9\"/>", "no configuration with nodes and resources"},
        {hand_written_with("pacemaker-3.9", "pacemaker-0.6"),
         "\"pacemaker-0.6\" is not understood"},
        {hand_written_with("pacemaker-3.9", "none"), "\"none\" is not understood"},
        {hand_written_with("pacemaker-3.9", "pacemaker-9.0"), "\"pacemaker-9.0\""},
        {hand_written_with("id=\"ip_web\"", "id=\"ip_files\""), "the id \"ip_files\" twice"},
        {hand_written_with("id=\"ip_web\" ", ""), "a <primitive> without an id"},
        {"<!DOCTYPE cib [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><cib>&x;</cib>",
         "no configuration"},
    };
    for (const auto& [text, sentence] : cases) {
        const auto run = import_text(text);
        EXPECT_EQ(run.exit_code, 2) << sentence;
        EXPECT_THAT(run.err, HasSubstr(sentence));
        EXPECT_EQ(run.out, "") << sentence;
    }
}

TEST_F(Import, bad_usage_is_exit_2) {
    for (const char* site : {"west", "=alpha", "west="}) {
        EXPECT_EQ(
            run_twinsite({"import", "--cib", cibs + "/by-hand.xml", "--site", site}).exit_code, 2)
            << site;
    }
    EXPECT_EQ(run_twinsite({"import", "--cib", "/nonexistent"}).exit_code, 2);
    EXPECT_EQ(run_twinsite({"import", "--cib", cibs + "/by-hand.xml", "--drbd", "/nonexistent"})
                  .exit_code,
              2);
}

TEST_F(Import, no_cluster_is_exit_3) {
    EXPECT_EQ(run_twinsite({"import"}).exit_code, 3);
}

TEST_F(Import, odd_values_are_no_crash) {
    for (const auto& [what, with] : std::map<std::string, std::string>{
             {"score=\"200\"", "score=\"viel\""},
             {"score=\"-100\"", "score=\"99999999999999999999\""},
             {"value=\"alpha:1,2;beta:3\"", "value=\":;=;nobody:1;alpha\""},
             {"name=\"lun\" value=\"1\"", "name=\"lun\" value=\"-7\""},
             {"first=\"ldap\" then=\"vm_mail\"", "first=\"vm_mail\" then=\"vm_mail\""},
             {"value=\"4096\"", "value=\"4096M\""},
             {"rsc=\"files\" node=\"gamma\"", "rsc=\"files\" node=\"omega\""},
             {"rsc=\"files\" node=\"gamma\"", "rsc-pattern=\"(a+)+$\" node=\"gamma\""}}) {
        const auto run = import_text(hand_written_with(what, with));
        EXPECT_EQ(run.exit_code, 1) << with << run.err;
        EXPECT_FALSE(Json::parse(run.out, nullptr, false).is_discarded()) << with;
    }
}

} // namespace
} // namespace twinsite::testing
