#include "lib/mirror/words.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/mirror/memory.hpp>

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <system_error>

namespace twinsite::mirror {

namespace {

using Json = nlohmann::json;

template <typename T>
T get(const Json& object, const char* key, T otherwise) {
    const auto found = object.find(key);
    if (found == object.end()) {
        return otherwise;
    }
    if constexpr (std::is_same_v<T, std::string>) {
        return found->is_string() ? found->get<std::string>() : otherwise;
    } else if constexpr (std::is_same_v<T, bool>) {
        return found->is_boolean() ? found->get<bool>() : otherwise;
    } else {
        return found->is_number_integer() ? found->get<T>() : otherwise;
    }
}

Memory memory_of(const Json& all) {
    Memory memory{.banned_node = get<std::string>(all, "banned-node", ""),
                  .verified = get<UnixTime>(all, "verified", 0),
                  .verify_begun = get<UnixTime>(all, "verify-begun", 0),
                  .verify_link = get<std::string>(all, "verify-link", ""),
                  .differing_kib = get<std::uint64_t>(all, "differing-kib", 0),
                  .loss_accepted = get<bool>(all, "loss-accepted", false),
                  .incomplete = get<bool>(all, "incomplete", false)};
    if (const auto split = all.find("split-brain"); split != all.end() && split->is_object()) {
        memory.split_brain =
            SplitBrain{.detected = get<UnixTime>(*split, "detected", 0),
                       .generation = get<std::string>(*split, "generation", ""),
                       .role = role_of(get<std::string>(*split, "role", "")),
                       .out_of_sync_kib = get<std::uint64_t>(*split, "out-of-sync-kib", 0),
                       .ancestor = get<std::string>(*split, "common-generation", ""),
                       .reconnected = get<bool>(*split, "reconnected", false)};
    }
    if (const auto roles = all.find("roles"); roles != all.end() && roles->is_array()) {
        for (const Json& each : *roles) {
            if (each.is_object()) {
                memory.roles.push_back({.at = get<UnixTime>(each, "at", 0),
                                        .role = role_of(get<std::string>(each, "role", ""))});
            }
        }
    }
    return memory;
}

Json json_of(const Memory& memory) {
    Json all{{"version", 1},
             {"banned-node", memory.banned_node},
             {"verified", memory.verified},
             {"verify-begun", memory.verify_begun},
             {"verify-link", memory.verify_link},
             {"differing-kib", memory.differing_kib},
             {"loss-accepted", memory.loss_accepted},
             {"incomplete", memory.incomplete},
             {"roles", Json::array()}};
    if (memory.split_brain) {
        all["split-brain"] = {{"detected", memory.split_brain->detected},
                              {"generation", memory.split_brain->generation},
                              {"role", to_string(memory.split_brain->role)},
                              {"out-of-sync-kib", memory.split_brain->out_of_sync_kib},
                              {"common-generation", memory.split_brain->ancestor},
                              {"reconnected", memory.split_brain->reconnected}};
    }
    for (const RoleChange& change : memory.roles) {
        all["roles"].push_back({{"at", change.at}, {"role", to_string(change.role)}});
    }
    return all;
}

} // namespace

MemoryFile::MemoryFile(std::filesystem::path folder, std::string_view resource)
    : folder_(std::move(folder))
    , file_(folder_ / fmt::format("{}.json", resource)) {}

Result<Memory> MemoryFile::load() const {
    const auto text = read_file(file_);
    if (!text) {
        return text.error().kind == ErrorKind::not_found ? Result<Memory>(Memory{})
                                                         : fail(text.error());
    }
    const Json all = Json::parse(*text, nullptr, false);
    if (!all.is_object()) {
        return fail(ErrorKind::protocol, fmt::format("{} is damaged", file_.string()));
    }
    return memory_of(all);
}

Status MemoryFile::update(const std::function<void(Memory&)>& change, Clock& clock,
                          const Deadline& deadline) const {
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed) {
        return fail(error_from_errno(failed.value(), folder_.string()));
    }
    const auto lock_file = folder_ / (file_.filename().string() + ".lock");
    auto lock = try_lock_file(lock_file);
    poll_until(clock, deadline, Milliseconds(20), [&] {
        if (!lock && lock.error().kind == ErrorKind::conflict) {
            lock = try_lock_file(lock_file);
        }
        return lock || lock.error().kind != ErrorKind::conflict;
    });
    if (!lock) {
        return fail(lock.error());
    }
    const auto loaded = load();
    const Memory before = loaded ? *loaded : Memory{.incomplete = true};
    Memory after = before;
    change(after);
    if (after.roles.size() > remembered_roles) {
        after.roles.erase(after.roles.begin(),
                          after.roles.end() - static_cast<std::ptrdiff_t>(remembered_roles));
    }
    return loaded && after == before ? Status{}
                                     : replace_file(file_, json_of(after).dump(1) + "\n", 0600);
}

} // namespace twinsite::mirror
