// What the shell offers after a command line, with bash-completion's own helpers replaced by what
// they do.
#include "tests/support/scratch_directory.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

class Completion : public ::testing::Test {
protected:
    ScratchDirectory scratch;

    /// The words offered for the last of WORDS, joined by blanks.
    std::string offered(std::vector<std::string> words,
                        const std::string& topology = example_text()) {
        const auto file = scratch.write("topology.json", topology);
        const std::string script = R"(
_init_completion() { cword=$((${#line[@]} - 1)); words=("${line[@]}"); cur=${line[cword]}; prev=${line[cword-1]}; }
_filedir() { COMPREPLY=(FILES); }
compopt() { :; }
__ltrim_colon_completions() { [[ $1 == *:* ]] && COMPREPLY=("${COMPREPLY[@]#"${1%"${1##*:}"}"}"); }
. "$0"
line=("$@")
_twinsite
echo "${COMPREPLY[*]}"
)";
        process::Command command{.argv = {"bash", "-c", script, TWINSITE_COMPLETION,
                                          twinsite_program().string(), "--topology", file.string()},
                                 .input = {},
                                 .environment = {}};
        command.argv.insert(command.argv.end(), words.begin(), words.end());
        const auto run = process::SystemCommandRunner().run(
            command, Deadline::after(SystemClock(), Milliseconds(30000)));
        if (!run) {
            ADD_FAILURE() << run.error().message;
            return {};
        }
        EXPECT_EQ(run->err, "");
        return run->out.substr(0, run->out.size() - 1);
    }
};

TEST_F(Completion, offers_names_where_names_are_due) {
    struct Row {
        std::vector<std::string> words;
        const char* offered;
    };
    const Row rows[] = {
        {{"mov"}, "move"},
        {{"move", ""}, "vm lun"},
        {{"move", "vm", ""}, "rot rosa blau cyan"},
        {{"move", "vm", "ro"}, "rot rosa"},
        {{"move", "lun", ""}, "red blue"},
        {{"move", "vm", "rot", "--to", ""}, "rz1 rz2"},
        {{"move", "vm", "rot", "--w"}, "--with-lun --wait"},
        {{"drain", "--yes", "node", "rz1"}, "rz1-a rz1-b"},
        {{"undrain", "site", ""}, "rz1 rz2"},
        {{"resolve", ""}, "red blue"},
        {{"resolve", "red", "b"}, "blue"},
        {{"resolve", "red", "--keep", ""}, "rz1 rz2"},
        {{"go-live", ""}, "rz1 rz2"},
        {{"go-live", "rz1", "--f"}, "--force"},
        {{"whatif", "--fail", "s"}, "site: storage:"},
        {{"whatif", "--fail", "node:rz2"}, "rz2-a rz2-b"},
        {{"whatif", "--fail", "storage:"}, "rz1-a rz2-a"},
        {{"status", "--output", ""}, "text json html prometheus"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(offered(row.words), row.offered) << ::testing::PrintToString(row.words);
    }
}

TEST_F(Completion, is_silent_about_a_file_that_is_no_topology) {
    EXPECT_EQ(offered({"move", "vm", ""}, "{"), "");
    EXPECT_EQ(offered({"move", ""}, "{"), "vm lun");
}

} // namespace
} // namespace twinsite::testing
