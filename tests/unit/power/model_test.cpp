// What model files mean, as tables.
#include <twinsite/power/model.hpp>
#include <twinsite/power/names.hpp>
#include <twinsite/power/snmp_model.hpp>

#include <gtest/gtest.h>

namespace twinsite::power {
namespace {

SnmpModel model(const char* name) {
    auto loaded = load_model(TWINSITE_TEST_MODELS, name);
    EXPECT_TRUE(loaded) << loaded.error().message;
    return *loaded->snmp;
}

std::string enterprise(const std::string& rest) {
    return "1.3.6.1.4.1." + rest;
}

TEST(Models, all_files_are_fine) {
    const auto loaded = load_models(TWINSITE_TEST_MODELS);
    ASSERT_TRUE(loaded);
    EXPECT_TRUE(loaded->complaints.empty()) << loaded->complaints.front();
    EXPECT_GE(loaded->models.size(), 30U);
}

struct Place {
    const char* model;
    const char* plug;
    const char* status;
    const char* off;
    std::int64_t off_value;
};

// From the rows of each family's MIB; indexes from 0, several numbers, and numbers in the middle.
TEST(Models, an_outlet_is_where_its_mib_says) {
    for (const Place& place :
         {Place{"apc-rpdu", "3", "318.1.1.12.3.5.1.1.4.3", "318.1.1.12.3.3.1.1.4.3", 2},
          Place{"apc-msp", "2.1.5", "318.1.1.6.7.1.1.5.2.1.5", "318.1.1.6.5.1.1.5.2.1.5", 3},
          Place{"apc-msp", "5", "318.1.1.6.7.1.1.5.1.1.5", "318.1.1.6.5.1.1.5.1.1.5", 3},
          Place{"eaton-g3", "4", "534.6.6.7.6.6.1.2.0.4", "534.6.6.7.6.6.1.3.0.4", 0},
          Place{"eaton-g3", "2.4", "534.6.6.7.6.6.1.2.2.4", "534.6.6.7.6.6.1.3.2.4", 0},
          Place{"eaton-managed", "1", "534.6.6.6.1.2.2.1.3.0", "534.6.6.6.1.2.2.1.3.0", 0},
          Place{"eaton-switched", "3", "20677.2.6.3.3.0", "20677.2.6.2.4.0", 2},
          Place{"sentry3", "1.2.7", "1718.3.2.3.1.5.1.2.7", "1718.3.2.3.1.11.1.2.7", 2},
          Place{"raritan-px2", "9", "13742.6.4.1.2.1.3.1.9", "13742.6.4.1.2.1.2.1.9", 0},
          Place{"geist-v3", "2", "21239.2.16.1.3.2", "21239.2.16.1.3.2", 3}}) {
        const SnmpModel family = model(place.model);
        const auto identifier = canonical_identifier(family, place.plug);
        ASSERT_TRUE(identifier) << place.model;
        const auto row = row_of_identifier(family, *identifier);
        ASSERT_TRUE(row) << place.model;
        EXPECT_EQ(family.status.at(*row).text(), enterprise(place.status)) << place.model;
        const SnmpCommand& off = family.commands.at(OutletCommand::off);
        EXPECT_EQ(off.object.at(*row).text(), enterprise(place.off)) << place.model;
        EXPECT_EQ(off.value, SnmpValue(place.off_value)) << place.model;
    }
}

struct Said {
    const char* model;
    std::vector<SnmpValue> answers;
    OutletState state;
};

TEST(Models, only_off_is_off) {
    const auto n = [](std::int64_t number) { return SnmpValue(number); };
    for (const Said& said : {
             Said{"apc-rpdu", {n(2), n(2)}, OutletState::off},
             Said{"apc-rpdu", {n(1), n(2)}, OutletState::on},
             Said{"apc-rpdu", {n(2), n(1)}, OutletState::pending},
             Said{"apc-rpdu", {n(2), Missing{}}, OutletState::off},
             Said{"apc-rpdu", {n(2), n(9)}, OutletState::unknown},
             Said{"apc-rpdu", {n(7), n(2)}, OutletState::unknown},
             Said{"apc-rpdu", {Missing{}, n(2)}, OutletState::unknown},
             Said{"apc-rpdu", {std::string("off"), n(2)}, OutletState::unknown},
             Said{"apc-rpdu", {Unusable{}, n(2)}, OutletState::unknown},
             Said{"apc-rpdu", {n(2)}, OutletState::unknown},
             Said{"apc-rpdu2", {n(1), n(2)}, OutletState::off},
             Said{"apc-rpdu2", {n(2), n(2)}, OutletState::on},
             Said{"eaton-g3", {n(0)}, OutletState::off},
             Said{"eaton-g3", {n(2)}, OutletState::pending},
             Said{"sentry3", {n(0)}, OutletState::off},
             Said{"sentry3", {n(4)}, OutletState::error},
             Said{"sentry4", {n(2), n(10)}, OutletState::off},
             Said{"sentry4", {n(2), n(9)}, OutletState::pending},
             Said{"sentry4", {n(2), n(15)}, OutletState::error},
             Said{"sentry4", {n(2), Missing{}}, OutletState::unknown},
             Said{"vertiv-v5", {n(2), n(2)}, OutletState::off},
             Said{"vertiv-v5", {n(2), n(1)}, OutletState::error},
             Said{"raritan-px2", {n(8)}, OutletState::off},
             Said{"raritan-px2", {n(0)}, OutletState::unknown},
         }) {
        std::vector<VarBind> answers;
        for (const SnmpValue& value : said.answers) {
            answers.push_back({Oid{}, value});
        }
        EXPECT_EQ(decode(model(said.model), answers).state, said.state)
            << said.model << " " << to_text(said.answers.front());
    }
}

TEST(Models, a_table_index_is_not_an_outlet_number) {
    const SnmpModel family = model("apc-rpdu2");
    const std::string table = "318.1.1.26.9.2.3.1.";
    std::vector<VarBind> walked;
    const auto add = [&](const char* column, std::uint32_t row, SnmpValue value) {
        walked.push_back(
            {Oid::parse(enterprise(table + column) + "." + std::to_string(row)).value(),
             std::move(value)});
    };
    for (std::uint32_t row = 30; row < 32; ++row) {
        add("2", row, std::int64_t{row == 30 ? 1 : 2});
        add("4", row, std::int64_t{7});
        add("3", row, std::string("web"));
        add("5", row, std::int64_t{2});
    }
    const auto outlets = outlets_of(family, walked);
    ASSERT_TRUE(outlets) << outlets.error().message;
    ASSERT_EQ(outlets->size(), 2U);
    EXPECT_EQ((*outlets)[0].outlet.identifier, "7");
    EXPECT_EQ((*outlets)[0].row, Oid({30}));
    EXPECT_EQ((*outlets)[1].outlet.identifier, "2.7");
    walked.erase(walked.begin() + 1); // no number: nobody may guess
    EXPECT_FALSE(outlets_of(family, walked));
}

TEST(Models, what_a_file_gets_wrong_is_named_with_its_place) {
    const auto complaint = [](std::string_view json) { return parse_model(json).error().message; };
    const std::string head = R"({"name":"x","title":"x","verified_against":"mib","source":"x",)";
    EXPECT_NE(complaint("{").find("parse error"), std::string::npos);
    EXPECT_EQ(complaint("[]"), "/: must be an object");
    EXPECT_EQ(complaint(head + R"("smnp":{}})"), "/smnp: is not a known key; \"snmp\" is");
    EXPECT_EQ(complaint(head + R"("snmp":{"sys_object_id":["1.x"]}})"),
              "/snmp/sys_object_id/0: \"1.x\" is not an object identifier");
    EXPECT_EQ(complaint(head + R"("snmp":{"sys_object_id":[],"identifier":[]}})"),
              "/snmp/identifier: names no part");
}

TEST(Models, the_longest_prefix_is_tried_first) {
    const auto loaded = load_models(TWINSITE_TEST_MODELS);
    const auto found = candidates(loaded->models, Oid::parse(enterprise("850.1.1.1.3")).value());
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0]->name, "tripplite");
    EXPECT_EQ(found[1]->name, "tripplite-pdu");
    EXPECT_TRUE(candidates(loaded->models, Oid::parse(enterprise("8072.3.2.10")).value()).empty());
}

TEST(Names, are_one_word_that_pacemaker_takes_for_a_target) {
    EXPECT_EQ(list_name({"1", "web 1,a;b\tc"}), "web_1_a_b_c");
    for (const char* misread : {"", "on", "OFF", "invalid", "my variable", "Unknown"}) {
        EXPECT_EQ(list_name({"4", misread}), "outlet_4") << misread;
    }
}

} // namespace
} // namespace twinsite::power
