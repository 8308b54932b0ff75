#include "http_device.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace twinsite::pdu {

namespace {

constexpr int fine = 200;
constexpr int forbidden = 403;
constexpr int no_such_thing = 404;
constexpr int broken = 500;

/// A member of a hostile or broken body is nothing rather than an exception.
std::int64_t number_in(const std::string& body, const std::string& pointer) {
    const auto document = nlohmann::json::parse(body, nullptr, false);
    const nlohmann::json::json_pointer where(pointer);
    if (document.is_discarded() || !document.contains(where)) {
        return -1;
    }
    const auto& value = document.at(where);
    return value.is_boolean()          ? static_cast<std::int64_t>(value.get<bool>())
           : value.is_number_integer() ? value.get<std::int64_t>()
                                       : -1;
}

std::int64_t query(const std::string& path, std::string_view name) {
    const std::size_t at = path.find(fmt::format("{}=", name));
    if (at == std::string::npos) {
        return -1;
    }
    const auto words = split(std::string_view(path).substr(at + name.size() + 1), "&");
    return words.empty() ? -1 : parse_integer(words[0], 0, 1000).value_or(-1);
}

} // namespace

bool HttpDevice::knows(const std::string& family) {
    return family == "netio-json" || family == "gude-json" || family == "shelly-gen2" ||
           family == "redfish-rackpdu";
}

const Fault* HttpDevice::find(FaultKind kind, unsigned outlet) const {
    for (const Fault& fault : faults_) {
        if (fault.kind == kind && fault.outlet.value_or(outlet) == outlet) {
            return &fault;
        }
    }
    return nullptr;
}

std::string HttpDevice::state(unsigned outlet, const std::string& on, const std::string& off) {
    if (find(FaultKind::garbage, outlet) != nullptr) {
        return "77";
    }
    if (find(FaultKind::text, outlet) != nullptr) {
        return "\"perhaps\"";
    }
    if (find(FaultKind::missing, outlet) != nullptr) {
        return "null";
    }
    if (find(FaultKind::flap, outlet) != nullptr) {
        return ++looks_ % 2 == 0 ? on : off;
    }
    return relays_.at(outlet).on ? on : off;
}

int HttpDevice::leave(std::int64_t outlet) {
    if (outlet < 1 || outlet > relays_.count()) {
        return no_such_thing;
    }
    return find(FaultKind::read_only, static_cast<unsigned>(outlet)) != nullptr ? forbidden : fine;
}

int HttpDevice::command(std::int64_t outlet, bool on) {
    if (const int status = leave(outlet); status != fine) {
        return status;
    }
    const auto number = static_cast<unsigned>(outlet);
    if (find(FaultKind::refuse, number) != nullptr) {
        return broken;
    }
    relays_.command(number, on);
    return fine;
}

HttpReply HttpDevice::answer(const HttpCall& call) {
    ++answers_;
    if (const Fault* lose = find(FaultKind::lose, 0);
        lose != nullptr &&
        answers_ % static_cast<unsigned>(std::max<std::int64_t>(lose->value, 1)) == 0) {
        return {.status = fine, .body = {}, .silent = true};
    }
    HttpReply reply = family_ == "netio-json"    ? netio(call)
                      : family_ == "gude-json"   ? gude(call)
                      : family_ == "shelly-gen2" ? shelly(call)
                                                 : redfish(call);
    if (find(FaultKind::truncate, 0) != nullptr) {
        reply.body.resize(reply.body.size() / 2);
    }
    if (find(FaultKind::mangle, 0) != nullptr) {
        reply.body = R"({"hello":[1,{"a":null}]})";
    }
    if (const Fault* late = find(FaultKind::late, 0)) {
        reply.delay = Milliseconds(late->value);
    }
    return reply;
}

HttpReply HttpDevice::netio(const HttpCall& call) {
    if (call.path != "/netio.json") {
        return {.status = no_such_thing, .body = "{}"};
    }
    if (call.method == "POST") {
        const auto action = number_in(call.body, "/Outputs/0/Action");
        const auto outlet = number_in(call.body, "/Outputs/0/ID");
        const int status = action == 0 || action == 1 ? command(outlet, action == 1)
                           : action == 5              ? leave(outlet)
                                                      : broken;
        if (status != fine) {
            return {.status = status, .body = "{}"};
        }
    }
    std::string outputs;
    for (unsigned outlet = 1; outlet <= relays_.count(); ++outlet) {
        outputs += fmt::format(R"({}{{"ID":{},"Name":"output_{}","State":{},"Action":6}})",
                               outlet == 1 ? "" : ",", outlet, outlet, state(outlet, "1", "0"));
    }
    return {.body = fmt::format(R"({{"Agent":{{"Model":"simulator"}},"Outputs":[{}]}})", outputs)};
}

HttpReply HttpDevice::gude(const HttpCall& call) {
    if (!call.path.starts_with("/status.json")) {
        return {.status = no_such_thing, .body = "{}"};
    }
    if (query(call.path, "cmd") == 1) {
        if (const int status = command(query(call.path, "&p"), query(call.path, "&s") == 1);
            status != fine) {
            return {.status = status, .body = "{}"};
        }
    }
    std::string outputs;
    for (unsigned outlet = 1; outlet <= relays_.count(); ++outlet) {
        outputs += fmt::format(R"({}{{"name":"Power Port {}","state":{}}})", outlet == 1 ? "" : ",",
                               outlet, state(outlet, "1", "0"));
    }
    return {.body = fmt::format(R"({{"outputs":[{}]}})", outputs)};
}

HttpReply HttpDevice::shelly(const HttpCall& call) {
    if (call.path != "/rpc" || call.method != "POST") {
        return {.status = no_such_thing, .body = "{}"};
    }
    if (call.body.find("Switch.Set") != std::string::npos) {
        const int status = command(number_in(call.body, "/params/id") + 1,
                                   number_in(call.body, "/params/on") == 1);
        return {.status = status, .body = R"({"id":1,"result":{"was_on":true}})"};
    }
    std::string switches;
    for (unsigned outlet = 1; outlet <= relays_.count(); ++outlet) {
        switches += fmt::format(R"("switch:{}":{{"id":{},"output":{}}},)", outlet - 1, outlet - 1,
                                state(outlet, "true", "false"));
    }
    return {.body = fmt::format(R"({{"id":1,"result":{{{}"sys":{{"uptime":5}}}}}})", switches)};
}

HttpReply HttpDevice::redfish(const HttpCall& call) {
    const std::string racks = "/redfish/v1/PowerEquipment/RackPDUs";
    const std::string outlets = racks + "/1/Outlets";
    if (call.path == racks) {
        return {.body = fmt::format(R"({{"Members":[{{"@odata.id":"{}/1"}}]}})", racks)};
    }
    if (call.path == racks + "/1") {
        return {.body = fmt::format(R"({{"Outlets":{{"@odata.id":"{}"}}}})", outlets)};
    }
    if (call.path == outlets) {
        std::string members;
        for (unsigned outlet = 1; outlet <= relays_.count(); ++outlet) {
            members += fmt::format(R"({}{{"@odata.id":"{}/{}"}})", outlet == 1 ? "" : ",", outlets,
                                   outlet);
        }
        return {.body = fmt::format(R"({{"Members":[{}]}})", members)};
    }
    const auto words = split(call.path, "/");
    const auto number = call.path.starts_with(outlets + "/") && words.size() > 6
                            ? parse_integer(words[6], 1, relays_.count())
                            : Result<std::int64_t>(fail(ErrorKind::not_found, "no such path"));
    if (!number) {
        return {.status = no_such_thing, .body = "{}"};
    }
    if (call.path.ends_with("/Actions/Outlet.PowerControl")) {
        return {.status = command(*number, call.body.find("\"On\"") != std::string::npos),
                .body = "{}"};
    }
    const auto outlet = static_cast<unsigned>(*number);
    return {
        .body = fmt::format(
            R"({{"Id":"{0}","Name":"Outlet {0}","PowerState":{1},"PowerStateInTransition":{2},)"
            R"("Actions":{{"#Outlet.PowerControl":{{"target":"{3}/{0}/Actions/Outlet.PowerControl"}}}}}})",
            outlet, state(outlet, "\"On\"", "\"Off\""), relays_.at(outlet).moving, outlets)};
}

} // namespace twinsite::pdu
