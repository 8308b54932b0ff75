// Hostile answers to every model's decoder: nothing breaks, and nothing becomes "off" by accident.
// The generator is seeded, so that a failure comes back.
#include <twinsite/power/http_model.hpp>
#include <twinsite/power/model.hpp>
#include <twinsite/power/snmp_model.hpp>

#include <gtest/gtest.h>

#include <random>

namespace twinsite::power {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

SnmpValue random_value(Random& random) {
    switch (below(random, 7)) {
    case 0:
        return Missing{};
    case 1:
        return Unusable{};
    case 2: {
        std::string text(below(random, 40), '\0');
        for (char& c : text) {
            c = static_cast<char>(below(random, 256));
        }
        return text;
    }
    case 3:
        return Oid({1, 3, static_cast<std::uint32_t>(random())});
    case 4:
        return static_cast<std::int64_t>(std::uint64_t{random()} * std::uint64_t{random()});
    default:
        return static_cast<std::int64_t>(below(random, 18)) - 2;
    }
}

bool says_off(const SnmpModel& model, const SnmpValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        const auto found = model.status_values.find(std::to_string(*number));
        return found != model.status_values.end() && found->second == OutletState::off;
    }
    return false;
}

TEST(Fuzz, no_snmp_answer_is_off_unless_it_says_so) {
    Random random(20261123);
    const auto loaded = load_models(TWINSITE_TEST_MODELS);
    for (const Model& model : loaded->models) {
        for (int round = 0; model.snmp && round < 3000; ++round) {
            std::vector<VarBind> answers;
            const std::size_t count = below(random, 5);
            for (std::size_t i = 0; i < count; ++i) {
                answers.push_back({Oid({1, 3}), random_value(random)});
            }
            const OutletReading reading = decode(*model.snmp, answers);
            if (reading.state == OutletState::off) {
                ASSERT_EQ(answers.size(), model.snmp->checks.size() + 1) << model.name;
                ASSERT_TRUE(says_off(*model.snmp, answers.front().value)) << model.name;
            }
        }
    }
}

TEST(Fuzz, no_walk_breaks_the_list_of_outlets) {
    Random random(42);
    const auto loaded = load_models(TWINSITE_TEST_MODELS);
    for (const Model& model : loaded->models) {
        for (int round = 0; model.snmp && round < 500; ++round) {
            std::vector<VarBind> walked;
            for (std::size_t i = below(random, 12); i > 0; --i) {
                const auto columns = list_columns(*model.snmp);
                std::vector<std::uint32_t> numbers =
                    columns[below(random, columns.size())].numbers();
                for (std::size_t tail = below(random, 5); tail > 0; --tail) {
                    numbers.push_back(static_cast<std::uint32_t>(
                        below(random, 2) == 0 ? below(random, 4) : random()));
                }
                walked.push_back({Oid(numbers), random_value(random)});
            }
            const auto outlets = outlets_of(*model.snmp, walked);
            if (outlets) {
                for (const OutletRow& row : *outlets) {
                    ASSERT_FALSE(row.outlet.identifier.empty());
                }
            }
        }
    }
}

TEST(Fuzz, no_mutated_json_is_off_unless_it_says_so) {
    Random random(7);
    const std::map<std::string, std::string> samples{
        {"netio-json", R"({"Outputs":[{"ID":1,"Name":"a","State":1},{"ID":2,"State":1}]})"},
        {"gude-json", R"({"outputs":[{"name":"a","state":1},{"name":"b","state":1}]})"},
        {"shelly-gen2", R"({"result":{"switch:0":{"id":0,"output":true},"sys":{}}})"}};
    for (const auto& [name, sample] : samples) {
        const auto model = load_model(TWINSITE_TEST_MODELS, name);
        ASSERT_TRUE(model) << model.error().message;
        for (int round = 0; round < 5000; ++round) {
            std::string text = sample;
            for (std::size_t i = below(random, 4) + 1; i > 0; --i) {
                const std::size_t at = below(random, text.size());
                if (below(random, 3) == 0) {
                    text.erase(at, below(random, 8));
                    text += ' ';
                } else {
                    text[at] = static_cast<char>(below(random, 256));
                }
            }
            const auto outlets = http_outlets(*model->http, text);
            for (std::size_t i = 0; outlets && i < outlets->size(); ++i) {
                if ((*outlets)[i].reading.state == OutletState::off) {
                    ASSERT_TRUE(text.find('0') != std::string::npos ||
                                text.find("false") != std::string::npos)
                        << text;
                }
            }
        }
    }
}

TEST(Fuzz, links_stay_on_the_device) {
    for (const char* link :
         {"http://elsewhere/", "//elsewhere/", "", "relative", "/a b", "/\x01"}) {
        const std::string document = std::string(R"({"Members":[{"@odata.id":")") + link + "\"}]}";
        EXPECT_FALSE(http_links("/Members/*", document)) << link;
    }
    EXPECT_EQ(http_links("/Members/*", R"({"Members":[{"@odata.id":"/redfish/v1/x"}]})").value(),
              std::vector<std::string>{"/redfish/v1/x"});
}

} // namespace
} // namespace twinsite::power
