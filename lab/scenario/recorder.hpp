// Listens to every guest's serial port on every node, with the time of arrival.
#pragma once

#include "lab/scenario/acknowledged_writes.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace twinsite::lab {

class Recorder {
public:
    /// Follows FOLDER/NODE/GUEST.log for all pairs, from now until it is destroyed.
    Recorder(const std::filesystem::path& folder, const std::vector<std::string>& nodes,
             const std::vector<std::string>& guests);
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;
    Recorder(Recorder&&) = delete;
    Recorder& operator=(Recorder&&) = delete;
    ~Recorder() = default;

    [[nodiscard]] GuestHistory history(const std::string& guest) const;

private:
    struct Follower {
        std::filesystem::path path;
        std::string node;
        std::string guest;
        std::uintmax_t position = 0;
        std::string rest;
    };

    void follow(const std::stop_token& stop);
    void take(Follower& follower, TimePoint now);

    mutable std::mutex mutex_;
    std::map<std::string, GuestHistory> histories_;
    std::vector<Follower> followers_;
    std::jthread thread_;
};

} // namespace twinsite::lab
