// Where nobody says which engine to use, what a start used is what is looked at and stopped.
#include "agents/iscsi-target/engine_choice.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

namespace twinsite::iscsi_target {
namespace {

using target::Exported;
using target::Presence;
using target::Specification;

class OneEngine final : public target::Engine {
public:
    explicit OneEngine(std::string name)
        : name_(std::move(name)) {}

    Presence presence = Presence::absent;
    Status stop_result{};
    bool visible = true;

    [[nodiscard]] std::string_view name() const override { return name_; }
    Result<Exported> observe(const Specification&) override {
        if (!visible) {
            return fail(ErrorKind::unreachable, "cannot be seen");
        }
        Exported found;
        found.presence = presence;
        return found;
    }
    Status start(const Specification&, const target::Progress&) override {
        presence = Presence::ours;
        return {};
    }
    Status stop(std::string_view, const target::Progress&) override {
        if (stop_result && presence == Presence::ours) {
            presence = Presence::absent;
        }
        return stop_result;
    }

private:
    std::string name_;
};

class EngineChoice : public ::testing::Test {
protected:
    EngineChoice() { wanted.iqn = "iqn.2026-11.example:red"; }

    /// One action, on a node that would choose FIRST now.
    EitherEngine prefer(OneEngine& first) {
        return {first, &first == &lio ? tgt : lio, EngineNote(folder.path(), wanted.iqn)};
    }
    Presence seen(OneEngine& first) { return prefer(first).observe(wanted).value().presence; }
    static void ignore(const std::string&) {}

    testing::ScratchDirectory folder;
    OneEngine lio{"lio"};
    OneEngine tgt{"tgt"};
    Specification wanted;
};

TEST_F(EngineChoice, a_module_that_is_loaded_later_hides_no_target) {
    ASSERT_TRUE(prefer(tgt).start(wanted, ignore));
    EXPECT_EQ(seen(lio), Presence::ours);
    ASSERT_TRUE(prefer(lio).stop(wanted.iqn, ignore));
    EXPECT_EQ(tgt.presence, Presence::absent);
    EXPECT_EQ(seen(lio), Presence::absent);
}

TEST_F(EngineChoice, without_a_note_both_are_looked_at_and_stopped) {
    for (OneEngine* running : {&lio, &tgt}) {
        for (OneEngine* preferred : {&lio, &tgt}) {
            running->presence = Presence::ours;
            EXPECT_EQ(seen(*preferred), Presence::ours);
            ASSERT_TRUE(prefer(*preferred).stop(wanted.iqn, ignore));
            EXPECT_EQ(running->presence, Presence::absent);
        }
    }
    tgt.presence = Presence::foreign;
    EXPECT_EQ(seen(lio), Presence::foreign);
}

TEST_F(EngineChoice, what_cannot_be_seen_is_not_absent) {
    tgt.visible = false;
    EXPECT_FALSE(prefer(lio).observe(wanted));
    EXPECT_FALSE(prefer(tgt).observe(wanted));
    lio.presence = Presence::ours;
    EXPECT_EQ(seen(tgt), Presence::ours);
    ASSERT_TRUE(prefer(lio).start(wanted, ignore));
    lio.presence = Presence::absent;
    EXPECT_EQ(seen(lio), Presence::absent) << "the note says where to look";
}

TEST_F(EngineChoice, a_start_leaves_nothing_in_the_other_engine) {
    ASSERT_TRUE(prefer(tgt).start(wanted, ignore));
    ASSERT_TRUE(prefer(lio).start(wanted, ignore));
    EXPECT_EQ(tgt.presence, Presence::absent);
    EXPECT_EQ(lio.presence, Presence::ours);
    EXPECT_EQ(seen(tgt), Presence::ours);
}

TEST_F(EngineChoice, a_stop_that_fails_is_tried_at_the_same_place_again) {
    ASSERT_TRUE(prefer(tgt).start(wanted, ignore));
    tgt.stop_result = fail(ErrorKind::conflict, "busy");
    EXPECT_FALSE(prefer(lio).stop(wanted.iqn, ignore));
    EXPECT_EQ(seen(lio), Presence::ours);
    tgt.stop_result = {};
    EXPECT_TRUE(prefer(lio).stop(wanted.iqn, ignore));
    EXPECT_EQ(tgt.presence, Presence::absent);
}

} // namespace
} // namespace twinsite::iscsi_target
