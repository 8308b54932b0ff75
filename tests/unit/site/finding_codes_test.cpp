// The codes are a stable interface: the page that promises them, the list and the code that emits
// them agree, and each has a test that provokes it.
#include <twinsite/base/file.hpp>
#include <twinsite/site/finding.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>
#include <string>

namespace twinsite::site {
namespace {

using Codes = std::set<std::string>;

const std::filesystem::path root = TWINSITE_SOURCE_DIR;

std::string text_of(const std::filesystem::path& file) {
    const auto text = read_file(file);
    EXPECT_TRUE(text) << file;
    return text.value_or("");
}

/// All C++ below FOLDER but for the files called SPARED.
std::string sources(const std::filesystem::path& folder, const std::string& spared) {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
        if (entry.path().extension() == ".cpp" && entry.path().filename() != spared) {
            all += text_of(entry.path());
        }
    }
    return all;
}

void collect(Codes& codes, const std::string& text, const char* pattern, int group) {
    const std::regex wanted(pattern);
    for (std::sregex_iterator each(text.begin(), text.end(), wanted), end; each != end; ++each) {
        codes.insert((*each)[static_cast<std::size_t>(group)]);
    }
}

/// Whether TEXT has CODE as a word of its own: "balloon-enabled" is no test of "enabled".
bool names(const std::string& text, const std::string& code) {
    constexpr std::string_view in_codes = "abcdefghijklmnopqrstuvwxyz-_";
    const auto part_of_more = [&](std::size_t at) {
        return at < text.size() && in_codes.find(text[at]) != std::string_view::npos;
    };
    for (std::size_t at = text.find(code); at != std::string::npos; at = text.find(code, at + 1)) {
        if ((at == 0 || !part_of_more(at - 1)) && !part_of_more(at + code.size())) {
            return true;
        }
    }
    return false;
}

TEST(FindingCodes, are_those_of_the_page) {
    const std::string page = text_of(root / "docs" / "topology.md");
    const std::size_t begin = page.find("## Finding codes");
    const std::size_t end = page.find("\n## ", begin);
    ASSERT_NE(end, std::string::npos);
    // The three lists; what is in brackets explains.
    const std::string section =
        std::regex_replace(page.substr(begin, end - begin), std::regex("\\([^)]*\\)"), "");
    Codes promised;
    for (const std::string list : {"Of the file:", "Of the cluster :", "Of an import:"}) {
        const std::size_t at = section.find(list);
        ASSERT_NE(at, std::string::npos) << list;
        collect(promised, section.substr(at, section.find("\n\n", at) - at), "[a-z]+(-[a-z]+)+", 0);
    }
    const auto known = finding_codes();
    EXPECT_EQ(Codes(known.begin(), known.end()), promised);
    EXPECT_EQ(known.size(), promised.size()) << "one is there twice";
}

TEST(FindingCodes, are_all_that_is_emitted) {
    const std::string code = sources("lib", "finding.cpp") + sources("cli", "");
    Codes emitted;
    collect(emitted, code, "\"([a-z]+(-[a-z]+)+)\",\\s*(site::)?Severity::", 1);
    collect(emitted, code, "add\\(\\s*\"([a-z]+(-[a-z]+)+)\",", 1);
    const auto known = finding_codes();
    EXPECT_EQ(emitted, Codes(known.begin(), known.end()));
}

TEST(FindingCodes, have_a_test_each) {
    const std::string tests = sources("tests", "finding_codes_test.cpp");
    for (const std::string_view code : finding_codes()) {
        EXPECT_TRUE(names(tests, std::string(code))) << code << " has no test";
    }
}

} // namespace
} // namespace twinsite::site
