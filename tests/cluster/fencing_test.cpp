// Nodes that hang instead of dying: the PDUs' relays judge whether they were really switched off.
#include "tests/cluster/lab_session.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

struct Outlet {
    std::string pdu;
    std::string number;
};

/// What a PDU's relays did since the lab began, line by line: "NUMBER on|off".
std::vector<std::string> journal(const std::string& pdu) {
    const std::string text =
        read_file(LabControl::state_folder() / "pdus" / pdu / "journal").value_or("");
    std::vector<std::string> all;
    for (const std::string_view line : lines(text)) {
        all.emplace_back(line);
    }
    return all;
}

/// Which of OUTLETS are on now, whatever anybody says.
std::vector<std::string> still_on(const std::vector<Outlet>& outlets) {
    std::vector<std::string> on;
    for (const Outlet& outlet : outlets) {
        std::string last = "on";
        for (const std::string& line : journal(outlet.pdu)) {
            const auto words = split(line);
            if (words.size() >= 2 && words[0] == outlet.number) {
                last = words[1];
            }
        }
        if (last != "off") {
            on.push_back(outlet.pdu + " outlet " + outlet.number);
        }
    }
    return on;
}

std::string missing_dark(const std::vector<Outlet>& outlets) {
    const auto on = still_on(outlets);
    return on.empty()
               ? ""
               : join(on, ", ") + " is on; relays: " + join(journal(outlets.front().pdu), ", ");
}

/// VICTIM hangs; after it is fenced (with "off", so that it stays off) it must be off in truth,
/// also when whatever held it lets it go.
void hang_and_fence(Script& script, const std::string& victim, const std::vector<Outlet>& outlets) {
    Stage& stage = script.stage();
    const std::string observer = stage.observer(victim);
    script.run(observer, "crm_attribute --type crm_config --name stonith-action --update off");
    script.must(script.lab().power(victim, "hang"), "hang");
    await_fenced(script, victim, observer);
    const std::string lit = missing_dark(outlets);
    script.must(lit.empty(), "told to be fenced, but " + lit);
    script.must(!script.lab().power(victim, "resume"),
                victim + " could be resumed: something of it is left");
    script.must(script.lab().power_state(victim).value_or("") == "off", victim + " is not off");
    script.await(seconds(150), "all guests count",
                 [&] { return stage.missing_counts(stage.plan().guest_names()); });
    script.run(observer, "crm_attribute --type crm_config --name stonith-action --delete");
    await_rest(script, observer);
    script.run(observer, "stonith_admin --unfence " + victim, seconds(90));
    await_home(script, seconds(300));
}

EventResult compute_host_hangs(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    hang_and_fence(script, "rz1-b", {{"pdu-rz1", "3"}});
    return script.done();
}

EventResult two_supplies_on_one_pdu(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    hang_and_fence(script, "rz1-a", {{"pdu-rz1", "1"}, {"pdu-rz1", "2"}});
    return script.done();
}

EventResult two_pdus_as_one_level(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    hang_and_fence(script, "rz1-a", {{"pdu-rz1", "1"}, {"pdu-rz1-2", "2"}});
    return script.done();
}

/// One of the two PDUs does not answer: half a fencing is none, and nothing is taken over.
EventResult one_of_two_pdus_is_silent(Stage& stage) {
    Script script(stage);
    const std::string victim = "rz1-a";
    await_home(script, seconds(120));
    const std::string observer = stage.observer(victim);
    script.must(script.lab().power("pdu-rz1-2", "hang"), "the second PDU hangs");
    script.must(script.lab().power(victim, "hang"), "hang");
    script.await(seconds(60), victim + " is seen as lost", [&]() -> std::string {
        const auto view = script.lab().cluster(observer);
        return view && view->nodes.at(victim).unclean ? "" : "it is not unclean yet";
    });
    script.must(stage.hold(seconds(45),
                           [&]() -> std::string {
                               const auto view = script.lab().cluster(observer);
                               if (!view) {
                                   return view.error().message;
                               }
                               const auto promoted = view->promoted.find("mirror_red");
                               const bool taken =
                                   promoted != view->promoted.end() && promoted->second != victim;
                               return taken || !view->nodes.at(victim).unclean
                                          ? "the node counts as dead with one supply on"
                                          : "";
                           }),
                "half a fencing");
    script.must(!missing_dark({{"pdu-rz1-2", "2"}}).empty(), "the silent PDU has switched");
    script.must(script.lab().power("pdu-rz1-2", "resume"), "the second PDU answers again");
    await_fenced(script, victim, observer);
    await_home(script, seconds(300));
    return script.done();
}

const std::vector<Event>& one_feed_events() {
    static const std::vector<Event> all{
        {"hung-host", "a compute host hangs; it is fenced, and off in truth", compute_host_hangs},
        {"two-supplies", "a storage node with two supplies on one PDU hangs",
         two_supplies_on_one_pdu},
    };
    return all;
}

const std::vector<Event>& two_feed_events() {
    static const std::vector<Event> all{
        {"two-pdus", "a node with supplies on two PDUs hangs: both are off", two_pdus_as_one_level},
        {"silent-pdu", "one of a node's two PDUs does not answer: the node is not dead",
         one_of_two_pdus_is_silent},
    };
    return all;
}

std::string name_of(const ::testing::TestParamInfo<Event>& one) {
    std::string name = one.param.id;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

class OneFeed : public ::testing::TestWithParam<Event> {};

TEST_P(OneFeed, fencing) {
    play(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Events, OneFeed, ::testing::ValuesIn(one_feed_events()), name_of);

class TwoFeeds : public ::testing::TestWithParam<Event> {
protected:
    static void SetUpTestSuite() { LabSession::choose("topology.json", {"--two-feeds"}); }
};

TEST_P(TwoFeeds, fencing) {
    play(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Events, TwoFeeds, ::testing::ValuesIn(two_feed_events()), name_of);

} // namespace
} // namespace twinsite::lab
