// Switching outlets on a device that misbehaves, on a clock that stands still.
#include "tests/support/fake_clock.hpp"

#include <twinsite/power/switching.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace twinsite::power {
namespace {

class FakeDevice final : public PowerDevice {
public:
    std::map<std::string, OutletState> states{{"1", OutletState::on}, {"2", OutletState::on}};
    std::vector<std::pair<std::string, OutletCommand>> commands;
    std::function<void(FakeDevice&)> before_read = [](FakeDevice&) {};
    std::function<Status(FakeDevice&, const std::string&, OutletCommand)> on_command =
        [](FakeDevice& device, const std::string& outlet, OutletCommand command) {
            device.states[outlet] =
                command == OutletCommand::off ? OutletState::off : OutletState::on;
            return Status{};
        };

    std::optional<std::string> canonical(std::string_view text) const override {
        return states.contains(std::string(text)) ? std::optional(std::string(text)) : std::nullopt;
    }
    Result<std::vector<Outlet>> list(const Deadline&) override {
        return std::vector<Outlet>{{"1", "left"}, {"2", "right"}};
    }
    Result<std::vector<OutletReading>> read(std::span<const std::string> identifiers,
                                            const Deadline&) override {
        before_read(*this);
        std::vector<OutletReading> readings;
        for (const std::string& identifier : identifiers) {
            readings.push_back({states[identifier], {}});
        }
        return readings;
    }
    Status command(const std::string& identifier, OutletCommand command, const Deadline&) override {
        commands.emplace_back(identifier, command);
        return on_command(*this, identifier, command);
    }
    Result<WriteProof> prove_write(const std::string&, const Deadline&) override {
        return WriteProof::impossible;
    }
};

const std::vector<std::string> both{"1", "2"};

Status off(FakeDevice& device, testing::FakeClock& clock) {
    return switch_outlets(device, both, OutletState::off, clock,
                          {.deadline = Deadline::after(clock, Milliseconds(20'000))});
}

TEST(Switching, commands_every_outlet) {
    FakeDevice device;
    testing::FakeClock clock;
    EXPECT_TRUE(off(device, clock));
    EXPECT_EQ(device.commands.size(), 2U);
}

TEST(Switching, outlets_that_are_off_in_turns_were_never_off_together) {
    FakeDevice device;
    testing::FakeClock clock;
    bool odd = false;
    device.before_read = [&](FakeDevice& self) {
        odd = !odd;
        self.states["1"] = odd ? OutletState::off : OutletState::on;
        self.states["2"] = odd ? OutletState::on : OutletState::off;
    };
    EXPECT_FALSE(off(device, clock));
}

TEST(Switching, touches_nothing_when_one_outlet_cannot_be_told) {
    FakeDevice device;
    testing::FakeClock clock;
    device.states["2"] = OutletState::unknown;
    const auto status = off(device, clock);
    EXPECT_EQ(status.error().message, "outlet 2 is unknown; nothing was switched");
    EXPECT_TRUE(device.commands.empty());
}

TEST(Switching, says_which_outlet_failed_and_what_was_switched) {
    FakeDevice device;
    testing::FakeClock clock;
    device.on_command = [](FakeDevice& self, const std::string& outlet, OutletCommand) -> Status {
        if (outlet == "2") {
            return fail(ErrorKind::conflict, "commitFailed");
        }
        self.states[outlet] = OutletState::off;
        return {};
    };
    EXPECT_EQ(off(device, clock).error().message,
              "not off: outlet 2 is on (commitFailed); 1 is off");
    EXPECT_LT(clock.now(), TimePoint{} + Milliseconds(1000)) << "it waited for a refusal to heal";
}

TEST(Switching, repeats_a_command_that_a_restarted_device_forgot) {
    FakeDevice device;
    testing::FakeClock clock;
    int calls = 0;
    device.on_command = [&](FakeDevice& self, const std::string& outlet, OutletCommand) {
        if (++calls > 2) {
            self.states[outlet] = OutletState::off;
        }
        return Status{};
    };
    EXPECT_TRUE(off(device, clock));
    EXPECT_EQ(calls, 4);
}

TEST(Switching, pending_and_error_are_not_off_however_long) {
    for (const OutletState state : {OutletState::pending, OutletState::error}) {
        FakeDevice device;
        testing::FakeClock clock;
        device.on_command = [&](FakeDevice& self, const std::string&, OutletCommand) {
            self.states = {{"1", OutletState::off}, {"2", state}};
            return Status{};
        };
        EXPECT_FALSE(off(device, clock));
        EXPECT_GE(clock.now(), TimePoint{} + Milliseconds(20'000));
    }
}

TEST(Switching, a_cycle_nobody_saw_is_no_success_and_not_repeated) {
    FakeDevice device;
    testing::FakeClock clock;
    device.on_command = [](FakeDevice&, const std::string&, OutletCommand) { return Status{}; };
    EXPECT_FALSE(cycle_outlets(device, both, clock,
                               {.deadline = Deadline::after(clock, Milliseconds(20'000))}));
    EXPECT_EQ(device.commands.size(), 2U);
}

TEST(Together, one_supply_is_enough_to_be_on) {
    const auto sum = [](OutletState one, OutletState two) {
        return together(both, std::vector<OutletReading>{{one, {}}, {two, {}}}).state;
    };
    EXPECT_EQ(sum(OutletState::off, OutletState::off), OutletState::off);
    EXPECT_EQ(sum(OutletState::off, OutletState::on), OutletState::on);
    EXPECT_EQ(sum(OutletState::off, OutletState::pending), OutletState::unknown);
    EXPECT_EQ(sum(OutletState::off, OutletState::error), OutletState::unknown);
    EXPECT_EQ(together({}, {}).state, OutletState::unknown);
}

} // namespace
} // namespace twinsite::power
