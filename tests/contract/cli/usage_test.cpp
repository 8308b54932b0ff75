#include "tests/support/scratch_directory.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Usage : public ::testing::Test {
protected:
    ScratchDirectory scratch;

    process::Output with_topology(const std::string& text, std::vector<std::string> arguments) {
        const auto file = scratch.write("topology.json", text);
        arguments.insert(arguments.begin(), {"--topology", file.string()});
        return run_twinsite(arguments);
    }
};

TEST_F(Usage, a_good_file_is_exit_0) {
    EXPECT_EQ(with_topology(example_text(), {"check"}).exit_code, 0);
}

TEST_F(Usage, output_that_a_full_disk_cuts_short_is_no_success) {
    const auto file = scratch.write("topology.json", example_text());
    for (const std::string command : {"render --format cib", "check"}) {
        process::SystemCommandRunner runner;
        const auto run = runner.run(
            {.argv = {"sh", "-c", "exec \"$0\" --topology \"$1\" " + command + " >/dev/full",
                      twinsite_program().string(), file.string()},
             .input = {},
             .environment = {}},
            Deadline::after(SystemClock(), Milliseconds(30000)));
        ASSERT_TRUE(run) << run.error().message;
        EXPECT_EQ(run->exit_code, 2) << command;
        EXPECT_THAT(run->err, HasSubstr("not all of the output could be written: No space left"));
    }
}

TEST_F(Usage, check_says_what_it_did_not_look_at) {
    const std::string topology =
        example_with("\"sites\":", "\"witness\": { \"address\": \"192.0.2.9\" }, \"sites\":");
    const auto here = with_topology(topology, {"check"});
    EXPECT_EQ(here.exit_code, 0) << here.out;
    EXPECT_THAT(here.out, HasSubstr("domain XMLs not compared: this host is called \""));
    EXPECT_THAT(here.out, HasSubstr("which is no node of the topology"));
    EXPECT_THAT(here.out, Not(HasSubstr("nothing to complain about")));
    const auto json = with_topology(topology, {"check", "--output", "json"});
    EXPECT_THAT(json.out, HasSubstr("\"domain XMLs not compared: this host"));
    for (const char* vm : {"rot", "rosa", "blau", "cyan"}) {
        static_cast<void>(scratch.write(std::string(vm) + ".xml", "<domain/>"));
    }
    const auto compared =
        with_topology(topology, {"check", "--vm-config-dir", scratch.path().string()});
    EXPECT_THAT(compared.out, Not(HasSubstr("not compared")));
    EXPECT_THAT(compared.out, HasSubstr("nothing to complain about"));
}

TEST_F(Usage, findings_are_exit_1) {
    const auto run = with_topology(
        example_with("\"home\": \"rz1\", \"luns\"", "\"home\": \"rz2\", \"luns\""), {"check"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.out, HasSubstr("[lun-not-site-pure]"));
}

TEST_F(Usage, findings_are_json_when_asked) {
    const auto run = with_topology(example_with("\"memory_mib\"", "\"memroy_mib\""),
                                   {"check", "--output", "json"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.out, HasSubstr("\"where\": \"/nodes/rz1-a/memroy_mib\""));
}

/// script(1) gives the command a terminal.
TEST_F(Usage, a_terminal_gets_colour_unless_it_is_not_wanted) {
    const auto file = scratch.write("topology.json", example_with("\"home\": \"rz1\", \"luns\"",
                                                                  "\"home\": \"rz2\", \"luns\""));
    const auto on_terminal = [&](const std::string& environment) {
        const std::string command = "env -u NO_COLOR " + environment + " " +
                                    twinsite_program().string() + " --topology " + file.string() +
                                    " check";
        const auto run = process::SystemCommandRunner().run(
            {.argv = {"script", "-qec", command, "/dev/null"}, .input = {}, .environment = {}},
            Deadline::after(SystemClock(), Milliseconds(30000)));
        return run ? run->out : run.error().message;
    };
    EXPECT_THAT(on_terminal("TERM=xterm"), HasSubstr("\x1b[31merror:\x1b[0m"));
    for (const char* refused : {"TERM=dumb", "TERM=xterm NO_COLOR=1"}) {
        const std::string out = on_terminal(refused);
        EXPECT_THAT(out, HasSubstr("error:")) << refused;
        EXPECT_THAT(out, ::testing::Not(HasSubstr("\x1b"))) << refused;
    }
}

TEST_F(Usage, unreadable_input_is_exit_2) {
    EXPECT_EQ(with_topology("{", {"check"}).exit_code, 2);
    const auto missing = run_twinsite({"--topology", "/nonexistent/file", "check"});
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_THAT(missing.err, HasSubstr("/nonexistent/file"));
}

TEST_F(Usage, bad_usage_is_exit_2) {
    EXPECT_EQ(run_twinsite({}).exit_code, 2);
    EXPECT_EQ(run_twinsite({"chekc"}).exit_code, 2);
    EXPECT_EQ(run_twinsite({"render", "--format", "yaml"}).exit_code, 2);
}

TEST_F(Usage, what_is_wrong_is_named_with_the_nearest_right_word) {
    struct Row {
        std::vector<std::string> words;
        const char* message;
    };
    const Row rows[] = {
        {{"chek"}, "there is no command \"chek\"; did you mean \"check\"?"},
        {{}, "a command is missing; there are: check, render, "},
        {{"--topolgy", "x", "check"},
         "there is no option \"--topolgy\"; did you mean \"--topology\"?"},
        {{"check", "--topolgy", "x"},
         "there is no option of check \"--topolgy\"; did you mean \"--topology\"?"},
        {{"check", "--topology=/x", "--liev"},
         "there is no option of check \"--liev\"; did you mean \"--live\"?"},
        {{"go-live", "rz1", "rz2"}, "go-live does not take \"rz2\""},
        {{"move", "vm", "rot", "--two", "rz1"},
         "there is no option of move \"--two\"; did you mean \"--to\"?"},
        {{"move", "vm", "rot"}, "--to is required"},
        {{"render", "--format", "yaml"}, "yaml not in"},
    };
    for (const Row& row : rows) {
        const auto run = run_twinsite(row.words);
        EXPECT_EQ(run.exit_code, 2) << row.message;
        EXPECT_EQ(run.out, "") << row.message;
        EXPECT_THAT(run.err, HasSubstr(row.message));
    }
}

TEST_F(Usage, help_does_not_show_what_is_for_the_shell_only) {
    const auto run = run_twinsite({"--help"});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_THAT(run.out, HasSubstr("go-live"));
    EXPECT_THAT(run.out, ::testing::Not(HasSubstr("Names of one kind")));
}

TEST_F(Usage, an_unknown_name_is_answered_with_a_known_one) {
    EXPECT_THAT(with_topology(example_text(), {"drain", "node", "rz1-c"}).err,
                HasSubstr("there is no node \"rz1-c\"; did you mean \"rz1-"));
    EXPECT_THAT(with_topology(example_text(), {"drain", "site", "Berlin"}).err,
                HasSubstr("there is no site \"Berlin\"; there are: rz1, rz2"));
    EXPECT_THAT(with_topology(example_text(), {"move", "vm", "rott", "--to", "rz2"}).err,
                HasSubstr("there is no VM \"rott\"; did you mean \"rot\"?"));
    EXPECT_THAT(with_topology(example_text(), {"move", "lun", "green-one", "--to", "rz2"}).err,
                HasSubstr("there is no LUN \"green-one\"; there are: red, blue"));
}

/// A file that can be read but is no topology has findings, whoever reads it.
TEST_F(Usage, an_invalid_file_is_exit_1_for_every_command) {
    const std::string text = example_with("[\"red\"]", "[\"rad\"]");
    for (const std::vector<std::string>& words :
         std::vector<std::vector<std::string>>{{"check"},
                                               {"render", "--format", "cib"},
                                               {"plan"},
                                               {"status"},
                                               {"whatif"},
                                               {"resolve"}}) {
        const auto run = with_topology(text, words);
        EXPECT_EQ(run.exit_code, 1) << words.front();
        EXPECT_THAT(run.out + run.err, HasSubstr("did you mean \"red\"?"));
    }
}

TEST_F(Usage, nothing_is_rendered_from_an_invalid_file) {
    const auto run =
        with_topology(example_with("[\"red\"]", "[\"rad\"]"), {"render", "--format", "cib"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr("did you mean \"red\"?"));
}

TEST_F(Usage, no_cluster_is_exit_3) {
    const auto run = with_topology(example_text(), {"status"});
    EXPECT_EQ(run.exit_code, 3);
    EXPECT_THAT(run.err, HasSubstr("no cluster answers"));
}

TEST_F(Usage, a_vm_that_what_if_is_to_add_has_to_be_complete) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"home=rz1", "--add-vm needs memory_mib=N"},
        {"memory_mib=16", "--add-vm needs home=SITE, one of: rz1, rz2"},
        {"memory_mib=16,home=rz1,lun=rde", "there is no LUN \"rde\"; did you mean \"red\"?"},
        {"memory_mib=16,home=rz1,name=rot", "there is a VM \"rot\" already"},
        {"memory_mib=0,home=rz1", "0"},
        {"memory_mib=16,home=rz1,cpu=2", "not \"cpu\""}};
    for (const auto& [words, sentence] : cases) {
        const auto run = with_topology(example_text(), {"whatif", "--add-vm", words});
        EXPECT_EQ(run.exit_code, 2) << words;
        EXPECT_EQ(run.out, "") << words;
        EXPECT_THAT(run.err, HasSubstr(sentence)) << words;
    }
    const auto twice =
        with_topology(example_text(), {"whatif", "--add-vm", "memory_mib=16,home=rz1", "--add-vm",
                                       "memory_mib=16,home=rz2"});
    EXPECT_THAT(twice.err, HasSubstr("there is a VM \"new\" already"));
    const auto good =
        with_topology(example_text(), {"whatif", "--add-vm", "memory_mib=16,home=rz1"});
    EXPECT_EQ(good.exit_code, 0) << good.out << good.err;
}

TEST_F(Usage, what_if_says_of_a_vm_that_fits_nowhere_that_it_runs_nowhere) {
    const auto run =
        with_topology(example_text(), {"whatif", "--add-vm", "memory_mib=9999,home=rz1"});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.out, HasSubstr("VM   new   stops  ran nowhere"));
    EXPECT_THAT(run.out, HasSubstr("[home-does-not-fit]"));
}

TEST_F(Usage, drbd_files_are_written_one_per_lun) {
    const auto run = with_topology(
        example_text(), {"render", "--format", "drbd", "--output-dir", scratch.path().string()});
    EXPECT_EQ(run.exit_code, 0);
    EXPECT_TRUE(std::filesystem::exists(scratch.path() / "red.res"));
    EXPECT_TRUE(std::filesystem::exists(scratch.path() / "blue.res"));
}

} // namespace
} // namespace twinsite::testing
