// --output json: always one document, however a command ends.
#include "tests/contract/cli/cib_in_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::json;

class OneDocument : public CibInFile {
protected:
    /// What the last line of TEXT prints; an empty document when that is not exactly one.
    Json answer(const std::string& text) {
        const auto run = script("twinsite() { command twinsite --topology topology.json "
                                "--output json \"$@\"; }\n" +
                                text);
        auto document = Json::parse(run.out, nullptr, false);
        EXPECT_TRUE(document.is_object()) << run.out << run.err;
        return document.is_object() ? document : Json::object();
    }
};

TEST_F(OneDocument, of_an_apply_that_was_not_agreed_to) {
    const Json said = answer("twinsite apply");
    EXPECT_EQ(said["applied"], false);
    EXPECT_THAT(said["error"]["message"], HasSubstr("add --yes"));
    EXPECT_FALSE(said["changes"].empty());
}

TEST_F(OneDocument, of_an_apply_that_was_done) {
    const Json said = answer("twinsite apply --yes");
    EXPECT_EQ(said["applied"], true);
    EXPECT_FALSE(said.contains("error"));
}

TEST_F(OneDocument, of_an_apply_that_has_nothing_to_do) {
    const Json said = answer("twinsite apply --yes > /dev/null; twinsite apply --yes");
    EXPECT_EQ(said["applied"], false);
    EXPECT_TRUE(said["changes"].empty());
}

TEST_F(OneDocument, of_an_apply_of_a_topology_with_errors) {
    const Json said =
        answer("sed -i '/\"rot\":/s/\"home\": \"rz1\"/\"home\": \"rz2\"/' topology.json; "
               "sed -i '/\"rot\":/s#/rot.xml#/rosa.xml#' topology.json; twinsite apply --yes");
    EXPECT_EQ(said["applied"], false);
    EXPECT_FALSE(said["findings"].empty());
    EXPECT_THAT(said["error"]["message"], HasSubstr("the topology has errors"));
}

TEST_F(OneDocument, of_a_file_that_is_no_topology) {
    const Json said = answer("sed -i 's/\"memory_mib\"/\"memroy_mib\"/' topology.json; "
                             "twinsite apply --yes");
    EXPECT_FALSE(said["findings"].empty());
    EXPECT_THAT(said["error"]["message"], HasSubstr("no usable topology"));
}

TEST_F(OneDocument, of_a_move) {
    const std::string move = running_cluster() + "twinsite move lun red --to rz2";
    const Json asked = answer(move);
    EXPECT_EQ(asked["applied"], false);
    EXPECT_EQ(asked["file_changed"], false);
    EXPECT_THAT(asked["error"]["message"], HasSubstr("add --yes"));
    const Json done = answer(move + " --yes");
    EXPECT_EQ(done["applied"], true);
    EXPECT_EQ(done["file_changed"], true);
    EXPECT_FALSE(done.contains("error"));
}

TEST_F(OneDocument, of_a_drain) {
    const std::string undrain =
        running_cluster() + "pcs -f cib.xml node standby rz1-b; twinsite undrain site rz1 --yes";
    EXPECT_EQ(answer(undrain)["left_in_standby"], Json({"rz1-b"}));
    const Json asked = answer(running_cluster() + "twinsite drain node rz1-b");
    EXPECT_EQ(asked["applied"], false);
    EXPECT_THAT(asked["error"]["message"], HasSubstr("add --yes"));
}

TEST_F(OneDocument, of_a_go_live_that_was_not_agreed_to) {
    // Nothing is known of the nodes of rz2, and rz1 has no quorum.
    const Json said = answer("twinsite apply --yes > /dev/null\n"
                             "crm_simulate -x cib.xml -S -u rz1-a -u rz1-b -q false -O up.xml "
                             "> /dev/null; cp up.xml cib.xml; twinsite go-live rz1");
    EXPECT_THAT(said["error"]["message"], HasSubstr("then add --yes"));
    EXPECT_EQ(said["applied"], false);
    EXPECT_EQ(said["site"], "rz1");
}

TEST_F(OneDocument, of_a_resolve_where_no_copy_is) {
    const Json said = answer("twinsite resolve");
    EXPECT_TRUE(said["luns"].empty());
    EXPECT_THAT(said["error"]["message"], HasSubstr("holds no copy"));
}

TEST_F(OneDocument, in_each_line_of_a_watched_status) {
    const auto run =
        script(running_cluster() + "twinsite --output json status --watch | head -n 2");
    std::istringstream lines(run.out);
    std::size_t seen = 0;
    for (std::string line; std::getline(lines, line); ++seen) {
        EXPECT_TRUE(Json::parse(line, nullptr, false).is_object()) << line;
    }
    EXPECT_EQ(seen, 2U) << run.err;
}

TEST_F(OneDocument, no_pipe_gets_a_terminals_escapes) {
    const auto run = script(running_cluster() +
                            "twinsite status --watch | head -n 3; echo; echo ---\n"
                            "timeout 3 script -qc 'command twinsite --topology topology.json "
                            "status --watch' /dev/null < /dev/null | head -c 20000");
    const auto cut = run.out.find("---");
    ASSERT_NE(cut, std::string::npos) << run.err;
    EXPECT_THAT(run.out.substr(0, cut), Not(HasSubstr("\x1b")));
    EXPECT_THAT(run.out.substr(cut), HasSubstr("\x1b[H\x1b[2J")) << run.err;
}

} // namespace
} // namespace twinsite::testing
