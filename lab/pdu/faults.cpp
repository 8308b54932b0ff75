#include "faults.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace twinsite::pdu {

using power::SnmpAnswer;
using power::SnmpErrorStatus;
using power::SnmpOperation;
using power::SnmpRequest;
using power::VarBind;

namespace {

constexpr std::int64_t nonsense = 77;
constexpr std::int64_t longest = 600'000;

struct Name {
    std::string_view text;
    FaultKind kind;
    std::int64_t value; ///< when none is given
};

constexpr std::array names{Name{"lose", FaultKind::lose, 1},
                           Name{"late", FaultKind::late, 300},
                           Name{"late-once", FaultKind::late_once, 300},
                           Name{"duplicate", FaultKind::duplicate, 3},
                           Name{"truncate", FaultKind::truncate, 0},
                           Name{"mangle", FaultKind::mangle, 0},
                           Name{"garbage", FaultKind::garbage, nonsense},
                           Name{"text", FaultKind::text, 0},
                           Name{"missing", FaultKind::missing, 0},
                           Name{"flap", FaultKind::flap, 0},
                           Name{"read-only", FaultKind::read_only, 0},
                           Name{"refuse", FaultKind::refuse, 0},
                           Name{"stuck", FaultKind::stuck, 0},
                           Name{"pending", FaultKind::pending, 1000},
                           Name{"restart", FaultKind::restart, 1000},
                           Name{"clock", FaultKind::clock, 0},
                           Name{"skew", FaultKind::skew, 1000},
                           Name{"no-outlets", FaultKind::no_outlets, 0}};

SnmpAnswer refused(const SnmpRequest& request, SnmpErrorStatus error) {
    if (request.v1) {
        error = error == SnmpErrorStatus::commit_failed ? SnmpErrorStatus::general
                                                        : SnmpErrorStatus::no_such_name;
    }
    return {.bindings = request.bindings, .error = error, .error_index = 1};
}

SnmpAnswer silence() {
    SnmpAnswer answer;
    answer.copies = 0;
    return answer;
}

} // namespace

Result<Fault> parse_fault(std::string_view text) {
    Fault fault;
    const std::size_t at = text.find('@');
    if (at != std::string_view::npos) {
        const auto outlet = parse_integer(text.substr(at + 1), 1, 128);
        if (!outlet) {
            return fail(outlet.error());
        }
        fault.outlet = static_cast<unsigned>(*outlet);
        text = text.substr(0, at);
    }
    const std::size_t equals = text.find('=');
    const auto name = std::find_if(names.begin(), names.end(), [&](const Name& one) {
        return one.text == text.substr(0, equals);
    });
    if (name == names.end()) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("no fault is called \"{}\"", printable(text)));
    }
    fault.kind = name->kind;
    fault.value = name->value;
    if (equals != std::string_view::npos) {
        const auto value = parse_integer(text.substr(equals + 1), 0, longest);
        if (!value) {
            return fail(value.error());
        }
        fault.value = *value;
    }
    return fault;
}

const Fault* FaultyDevice::find(FaultKind kind, std::optional<unsigned> outlet) const {
    for (const Fault& fault : faults_) {
        if (fault.kind == kind && (!outlet || !fault.outlet || *fault.outlet == *outlet)) {
            return &fault;
        }
    }
    return nullptr;
}

std::optional<SnmpAnswer> FaultyDevice::before_command(const SnmpRequest& request) {
    const Fault* restart = find(FaultKind::restart);
    if (restart != nullptr && !std::exchange(started_anew_, true)) {
        dark_until_ = clock_.now() + Milliseconds(restart->value);
        engine_.change_boots(+1);
        return silence();
    }
    if (find(FaultKind::clock) != nullptr && !std::exchange(lost_count_, true)) {
        engine_.change_boots(-1);
    }
    if (const Fault* skew = find(FaultKind::skew);
        skew != nullptr && !std::exchange(skewed_, true)) {
        engine_.skew_time(std::chrono::seconds(skew->value));
        return silence();
    }
    if (find(FaultKind::read_only) != nullptr) {
        return refused(request, SnmpErrorStatus::no_access);
    }
    for (const VarBind& binding : request.bindings) {
        const auto outlet = device_.outlet_of(binding.oid);
        if (outlet && find(FaultKind::refuse, outlet) != nullptr) {
            return refused(request, SnmpErrorStatus::commit_failed);
        }
    }
    return std::nullopt;
}

void FaultyDevice::spoil_states(SnmpAnswer& answer) {
    for (VarBind& binding : answer.bindings) {
        const auto outlet = device_.outlet_of_status(binding.oid);
        if (!outlet) {
            continue;
        }
        if (const Fault* garbage = find(FaultKind::garbage, outlet)) {
            binding.value = garbage->value;
        }
        if (find(FaultKind::text, outlet) != nullptr) {
            binding.value = std::string("off");
        }
        if (find(FaultKind::missing, outlet) != nullptr) {
            binding.value = power::Missing{};
        }
        if (find(FaultKind::flap, outlet) != nullptr) {
            binding.value = device_.status_of(++looks_ % 2 == 0);
        }
    }
}

void FaultyDevice::spoil_answer(SnmpAnswer& answer) {
    ++answers_;
    if (find(FaultKind::truncate) != nullptr && !answer.bindings.empty()) {
        answer.bindings.pop_back();
    }
    if (find(FaultKind::mangle) != nullptr) {
        for (VarBind& binding : answer.bindings) {
            binding.oid = power::Oid({1, 3, 6, 1, 2, 1, 1, 9, answers_});
        }
    }
    if (const Fault* late = find(FaultKind::late)) {
        answer.delay = Milliseconds(late->value);
    }
    if (const Fault* late = find(FaultKind::late_once); late != nullptr && answers_ % 3 == 0) {
        answer.delay = Milliseconds(late->value);
    }
    if (const Fault* duplicate = find(FaultKind::duplicate)) {
        answer.copies = static_cast<unsigned>(duplicate->value);
    }
    if (const Fault* lose = find(FaultKind::lose);
        lose != nullptr &&
        answers_ % static_cast<unsigned>(std::max<std::int64_t>(lose->value, 1)) == 0) {
        answer.copies = 0;
    }
}

SnmpAnswer FaultyDevice::answer(const SnmpRequest& request) {
    if (dark_until_ && clock_.now() < *dark_until_) {
        return silence();
    }
    SnmpAnswer answer;
    if (request.operation == SnmpOperation::set) {
        const auto spoiled = before_command(request);
        answer = spoiled ? *spoiled : device_.answer(request);
    } else {
        answer = device_.answer(request);
        spoil_states(answer);
    }
    spoil_answer(answer);
    return answer;
}

} // namespace twinsite::pdu
