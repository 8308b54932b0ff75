#include "lab/scenario/recorder.hpp"

#include <fstream>
#include <utility>

namespace twinsite::lab {

namespace {
/// The guests write every 220 ms; this is the error of every measured pause.
constexpr Milliseconds look_interval{20};
} // namespace

Recorder::Recorder(const std::filesystem::path& folder, const std::vector<std::string>& nodes,
                   const std::vector<std::string>& guests) {
    for (const std::string& node : nodes) {
        for (const std::string& guest : guests) {
            const auto path = folder / node / (guest + ".log");
            std::error_code none;
            const auto size = std::filesystem::file_size(path, none);
            followers_.push_back({path, node, guest, none ? 0 : size, {}});
        }
    }
    thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

GuestHistory Recorder::history(const std::string& guest) const {
    const std::lock_guard lock(mutex_);
    const auto found = histories_.find(guest);
    return found == histories_.end() ? GuestHistory{} : found->second;
}

void Recorder::follow(const std::stop_token& stop) {
    SystemClock clock;
    while (!stop.stop_requested()) {
        for (Follower& follower : followers_) {
            take(follower, clock.now());
        }
        clock.pause(look_interval);
    }
}

void Recorder::take(Follower& follower, TimePoint now) {
    std::error_code error;
    const auto size = std::filesystem::file_size(follower.path, error);
    if (error || size <= follower.position) {
        return;
    }
    std::ifstream file(follower.path, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(follower.position));
    std::string news(size - follower.position, '\0');
    file.read(news.data(), static_cast<std::streamsize>(news.size()));
    news.resize(static_cast<std::size_t>(file.gcount()));
    follower.position += news.size();
    follower.rest += news;
    for (auto end = follower.rest.find('\n'); end != std::string::npos;
         end = follower.rest.find('\n')) {
        GuestLine line{.at = now, .node = follower.node};
        if (parse_guest_line(std::string_view(follower.rest).substr(0, end), line)) {
            const std::lock_guard lock(mutex_);
            histories_[follower.guest].push_back(std::move(line));
        }
        follower.rest.erase(0, end + 1);
    }
}

} // namespace twinsite::lab
