#include <twinsite/base/markup.hpp>

#include <gtest/gtest.h>

namespace twinsite {
namespace {

TEST(Markup, nothing_in_a_text_can_open_or_close_an_element_or_a_value) {
    EXPECT_EQ(escape_markup(R"(<a href="x">&</a>)"), "&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;");
    EXPECT_EQ(escape_markup("plain ü\n"), "plain ü\n");
}

TEST(Markup, an_attribute_keeps_its_line_ends) {
    std::string out = "x=";
    append_escaped_attribute(out, "a\nb\tc\r<");
    EXPECT_EQ(out, "x=a&#10;b&#9;c&#13;&lt;");
}

} // namespace
} // namespace twinsite
